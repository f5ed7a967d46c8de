import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** `function` opens function-level functions: one key for all, or one by function name. `system` opens the Event Grid webhook. */
export interface HostKeys {
  readonly function: Readonly<Record<string, string>> | string;
  readonly master: string;
  readonly system?: string;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const same = (given: string, wanted: string | undefined): boolean =>
  wanted !== undefined && wanted !== '' && timingSafeEqual(digest(given), digest(wanted));

/** The key of a request: header x-functions-key first, then ?code=. */
export function keyOf(request: IncomingMessage, url: URL): string {
  const header = request.headers['x-functions-key'];
  return (Array.isArray(header) ? header[0] : header) ?? url.searchParams.get('code') ?? '';
}

/** Which doors a key opens. The master key opens all of them. */
export const opens = {
  master: (keys: HostKeys, key: string): boolean => same(key, keys.master),
  system: (keys: HostKeys, key: string): boolean => same(key, keys.system) || same(key, keys.master),
  function: (keys: HostKeys, key: string, name: string): boolean =>
    same(key, typeof keys.function === 'string' ? keys.function : keys.function[name]) || same(key, keys.master),
};
