import type { PipelineResponse } from '@azure/core-rest-pipeline';

/** For `streamResponseStatusCodes` of a request: every answer comes as a stream, so that one without end is not taken in. */
export const everyStatus: Set<number> = new Set([Number.POSITIVE_INFINITY]);

/** A body's text; null where it has more bytes than that: the rest is not read. */
export const readAtMost = async (body: NodeJS.ReadableStream, mostBytes: number): Promise<string | null> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop ends the stream, and with it the connection.
  for await (const chunk of body) {
    const buffer = Buffer.from(chunk);
    bytes += buffer.length;
    if (bytes > mostBytes) return null;
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
};

/** An answer's text, empty where it has none; null where it has more bytes than that: the rest is not read. */
export const answerAtMost = async (
  { readableStreamBody, bodyAsText }: PipelineResponse,
  mostBytes: number,
): Promise<string | null> =>
  readableStreamBody === undefined ? (bodyAsText ?? '') : readAtMost(readableStreamBody, mostBytes);
