import { Readable } from 'node:stream';
import { createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline';
import { describe, expect, it } from 'vitest';
import { createArm } from '../shared/azure/arm.ts';
import { armLocations } from '../shared/azure/locations.ts';
import type { Turns } from '../shared/azure/turns.ts';
import { systemClock } from '../shared/base/clock.ts';

const endpoint = 'https://management.example';
const table = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/routeTables/t';

type Told = { readonly status: number; readonly body: string; readonly headers?: Record<string, string> };

/** ARM as it would be if it answered everything so; `waits` are what the subscription was held up for. */
const answering = ({ status, body, headers = {} }: Told, mostBytes?: number) => {
  const waits: number[] = [];
  let read = 0;
  const stream = function* () {
    for (let from = 0; from < body.length; from += 1_000) {
      read += 1_000;
      yield Buffer.from(body.slice(from, from + 1_000));
    }
  };
  const httpClient: HttpClient = {
    sendRequest: async (request) => ({
      request,
      status,
      headers: createHttpHeaders(headers),
      readableStreamBody: Readable.from(stream(), { highWaterMark: 1 }),
    }),
  };
  const turns: Turns = { take: async () => {}, refused: async (_, waitMs) => void waits.push(waitMs) };
  const arm = createArm({
    endpoint,
    audience: endpoint,
    credential: { getToken: async () => ({ token: 'x', expiresOnTimestamp: Date.now() + 3_600_000 }) },
    networkApiVersion: '2024-01-01',
    clock: systemClock,
    turns,
    httpClient,
    ...(mostBytes === undefined ? {} : { mostBytes }),
  });
  return { arm, waits, read: () => read };
};

describe('an answer of Azure', () => {
  const body = JSON.stringify({ filling: 'x'.repeat(50_000) });

  it('is read where it has its size', async () => {
    const { arm } = answering({ status: 200, body }, 60_000);
    expect((await arm.getObject(table, arm.urlOf(table))).bytes).toBe(body.length);
  });

  it('that is too long is not read to its end', async () => {
    const { arm, read } = answering({ status: 200, body }, 10_000);
    await expect(arm.getObject(table, arm.urlOf(table))).rejects.toMatchObject({
      code: 'ERR_AZURE_REJECTED',
      message: `Azure answers with more than 10000 bytes about ${table}`,
    });
    expect(read()).toBeLessThan(20_000);
  });

  it('may be longer where it is the list of service tags', async () => {
    const { arm } = answering({ status: 200, body }, 10_000);
    expect(await armLocations(arm).serviceTags('s', 'uksouth')).toHaveProperty('filling');
  });
});

const error = (code: string) => JSON.stringify({ error: { code, message: 'no' } });

describe('a 429', () => {
  it.each([
    ['of the subscription holds it up for as long as Azure asks', error('SubscriptionRequestsThrottled'), [200_000]],
    ['of nobody knows what holds it up for half a minute', error('TooManyRequests'), [30_000]],
    ['without a word holds it up for half a minute', '<html>', [30_000]],
    ['of one operation holds up nobody else', error('RetryableErrorDueToTooManyCallsToThisOperation'), []],
    ['that is a lock holds up nobody else', error('RetryableErrorDueToAnotherOperation'), []],
  ])('%s', async (_, body, expected) => {
    const { arm, waits } = answering({ status: 429, body, headers: { 'Retry-After': '200' } });
    await expect(arm.getObject(table, arm.urlOf(table))).rejects.toMatchObject({ retry: 'later' });
    expect(waits).toEqual(expected);
  });
});
