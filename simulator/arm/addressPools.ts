import { createHash } from 'node:crypto';
import { plainLocation } from './locations.ts';
import { v4Range, v4Text } from './prefix.ts';

/** The public addresses a region hands out: the same ones in the same order in every run. */
export class AddressPools {
  readonly #pools = new Map<string, string>();
  readonly #given = new Map<string, number>();

  /** Addresses of this prefix from now on; without one, a /20 of 52.128.0.0/10 chosen by the region's name. */
  set(location: string, prefix: string): void {
    if (v4Range(prefix) === undefined) throw new Error(`${prefix} is no IPv4 prefix`);
    this.#pools.set(plainLocation(location), prefix);
    this.#given.delete(plainLocation(location));
  }

  next(location: string): string {
    const key = plainLocation(location);
    const range = v4Range(this.#pools.get(key) ?? byName(key));
    if (range === undefined) throw new Error(`no addresses for ${location}`);
    const given = (this.#given.get(key) ?? 3) + 1;
    if (given >= 2 ** (32 - range.length) - 1) throw new Error(`${location} has no addresses left`);
    this.#given.set(key, given);
    return v4Text(range.first + BigInt(given));
  }
}

function byName(key: string): string {
  const hash = createHash('sha256').update(key).digest();
  return `52.${128 + ((hash[0] ?? 0) % 64)}.${(hash[1] ?? 0) & 240}.0/20`;
}
