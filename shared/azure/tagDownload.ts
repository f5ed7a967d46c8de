import { createDefaultHttpClient, createPipelineRequest, type HttpClient } from '@azure/core-rest-pipeline';
import type { Clock } from '../base/clock.ts';
import { AutomationError } from '../base/errors.ts';
import { readAtMost } from './readAtMost.ts';
import { retryAfterMs } from './retryAfter.ts';
import { scrub } from './scrub.ts';

const TIMEOUT_MS = 60_000;
/** As many as a service tags file may have (`tagFileLimits`); the largest real one has 4 MB. */
const MOST_BYTES = 64 * 1024 * 1024;
const RETRY_MS = 60 * 60 * 1_000;

/** A service tags file somewhere on the web; no credential goes with the request. */
export interface TagDownload {
  /** The text; null where there is none at this address (404). Throws ERR_AZURE_UNAVAILABLE, ERR_AZURE_REJECTED. */
  fetch(url: string): Promise<string | null>;
}

const bare = (url: string): string => url.replace(/[?#].*$/, '');

const failure = (code: 'ERR_AZURE_UNAVAILABLE' | 'ERR_AZURE_REJECTED', message: string, more: object = {}) =>
  new AutomationError(code, message, {
    remedy: 'Check ASEFO_SERVICE_TAGS_URL; or put the file by hand: tags put FILE.',
    retry: 'later',
    ...more,
  });

const read = async (body: NodeJS.ReadableStream, mostBytes: number): Promise<string> => {
  const text = await readAtMost(body, mostBytes);
  if (text === null) throw failure('ERR_AZURE_REJECTED', `It has more than ${mostBytes} bytes`);
  return text;
};

/** Asks once, follows nothing, tries nothing again: the sweep comes back by itself. https only. */
export const tagDownload = (
  clock: Pick<Clock, 'now'>,
  httpClient: HttpClient = createDefaultHttpClient(),
  mostBytes = MOST_BYTES,
): TagDownload => ({
  fetch: async (url) => {
    if (!url.startsWith('https://')) throw failure('ERR_AZURE_REJECTED', `${bare(url)} is not https`);
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), TIMEOUT_MS);
    try {
      const answer = await httpClient.sendRequest(
        createPipelineRequest({ url, abortSignal: stop.signal, streamResponseStatusCodes: new Set([200]) }),
      );
      const { status, headers, readableStreamBody } = answer;
      if (status === 404) return null;
      if (status === 200 && readableStreamBody) return await read(readableStreamBody, mostBytes);
      const waits = retryAfterMs(headers, clock.now()) ?? RETRY_MS;
      const code = status === 429 || status >= 500 ? 'ERR_AZURE_UNAVAILABLE' : 'ERR_AZURE_REJECTED';
      throw failure(code, `${bare(url)} answers HTTP ${status}`, { retryAfterMs: waits });
    } catch (cause) {
      if (cause instanceof AutomationError) throw cause;
      const why = cause instanceof Error ? scrub(cause.message) : String(cause);
      throw failure('ERR_AZURE_UNAVAILABLE', `${bare(url)} does not answer: ${why}`, { cause });
    } finally {
      clearTimeout(timer);
      stop.abort(); // what is left of a body that is too long is not read
    }
  },
});
