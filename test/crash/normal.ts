import { createHash } from 'node:crypto';
import type { Journey } from '../support/journey.ts';

const guid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;
const digest = /\b(sha256:)?[0-9a-f]{64}\b/g;
/** A run's plan by the digest's first digits. */
const suffix = /-[0-9a-f]{12}\.json/g;
/** An operation's address is told apart by its id alone. */
const signature = /\?api-version=\S+/g;
const host = /https:\/\/localhost:\d+/g;

/** The site's own names, and all that differs between two runs of one script, spelt alike. */
export const alike = ({ site, subscriptionId }: Pick<Journey, 'site' | 'subscriptionId'>, text: string): string =>
  text
    .replaceAll(subscriptionId, '<subscription>')
    .replaceAll(site, '<site>')
    .replace(signature, '')
    .replace(host, '')
    .replace(digest, '<digest>')
    .replace(guid, '<guid>')
    .replace(suffix, '-<digest>.json')
    .replace(time, '<time>');

const stamps = new Set(['etag', 'provisioningState', 'resourceGuid', 'vpnConnectionDuration']);

/** A resource as ARM has it, without what every write changes; whether it is settled is kept. */
const bare = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !stamps.has(key) || inner === 'Failed')
      .map(([key, inner]) => [key, bare(inner)]),
  );
};

export const bareText = (value: unknown): string => JSON.stringify(bare(value)) ?? 'gone';

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
