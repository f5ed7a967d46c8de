import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { EpisodeOptions, EpisodeResult } from './episode.ts';

type Said = { readonly result: EpisodeResult } | { readonly failed: string };

/** One process that plays episodes. */
export type Lane = { play(options: EpisodeOptions): Promise<EpisodeResult>; close(): void };

const ask = (child: ChildProcess, options: EpisodeOptions): Promise<EpisodeResult> =>
  new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`the lane ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (said: Said) => {
      child.off('exit', ended);
      if ('result' in said) resolve(said.result);
      else reject(new Error(said.failed));
    });
    child.send(options);
  });

export const openLane = (): Lane => {
  const child = fork(fileURLToPath(new URL('lane.ts', import.meta.url)), [], { execArgv: [] });
  return { play: (options) => ask(child, options), close: () => void child.kill() };
};
