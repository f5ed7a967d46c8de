import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createHttpHeaders, type HttpClient, type PipelineRequest } from '@azure/core-rest-pipeline';
import { parse } from 'yaml';

/** Recordings of real Azure; shared by the project's makers and no part of it. */
const folder = new URL('../../../shared/data/arm-recordings/', import.meta.url);

/** Why recordings cannot be replayed; undefined where they can. */
export const recordingsMissing = existsSync(folder) ? undefined : 'no recordings at ../shared/data/arm-recordings';

/** One request to real ARM and its answer, as recorded. */
export type Recorded = {
  readonly method: string;
  readonly url: string;
  readonly path: string;
  readonly requestBody: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

type Cassette = {
  readonly interactions: readonly {
    readonly request: { readonly method: string; readonly url: string; readonly body?: string };
    readonly response: {
      readonly code: number;
      readonly body?: string;
      readonly headers: Readonly<Record<string, readonly string[]>>;
    };
  }[];
};

/** The whole recordings; those typed by hand from excerpts have another form. */
export const cassetteNames = (): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml') && !name.includes('excerpt'))
    .sort();

/** The interactions of one go-vcr cassette, in the order they were recorded. */
export const loadCassette = (name: string): readonly Recorded[] => {
  const cassette = parse(readFileSync(new URL(name, folder), 'utf8')) as Cassette;
  return cassette.interactions.map(({ request, response }) => ({
    method: request.method,
    url: request.url,
    path: new URL(request.url).pathname,
    requestBody: request.body ?? '',
    status: response.code,
    headers: Object.fromEntries(Object.entries(response.headers).map(([key, values]) => [key, values.join(', ')])),
    body: response.body ?? '',
  }));
};

export type Replay = HttpClient & { readonly asked: readonly PipelineRequest[] };

const isWrite = ({ method }: Recorded): boolean => method !== 'GET';

/**
 * Answers as Azure did: by method and path, the query ignored. A recorded read that came before the write served last
 * is over (a table that was "not found" before its PUT must not be found missing after it). Throws on a request that
 * was never recorded.
 */
export const replay = (recorded: readonly Recorded[]): Replay => {
  const left = new Set(recorded.keys());
  const asked: PipelineRequest[] = [];
  let lastWrite = -1;
  return {
    asked,
    sendRequest: async (request) => {
      asked.push(request);
      const path = new URL(request.url).pathname;
      const index = [...left].find((at) => {
        const one = recorded[at];
        return at > lastWrite && one?.method === request.method && one.path.toLowerCase() === path.toLowerCase();
      });
      const answer = index === undefined ? undefined : recorded[index];
      if (index === undefined || answer === undefined) throw new Error(`never recorded: ${request.method} ${path}`);
      left.delete(index);
      if (isWrite(answer)) lastWrite = index;
      return { request, status: answer.status, headers: createHttpHeaders(answer.headers), bodyAsText: answer.body };
    },
  };
};
