import { isIPv4, isIPv6 } from 'node:net';

/** An address prefix as the network provider sees it: `key` is equal for two spellings of one prefix. */
export type Prefix =
  | { readonly kind: 'cidr'; readonly key: string; readonly version: 4 | 6; readonly canonical: string }
  | { readonly kind: 'hostBits'; readonly canonical: string }
  | { readonly kind: 'tag'; readonly key: string }
  | { readonly kind: 'malformed' };

function v4Value(text: string): bigint {
  return text.split('.').reduce((value, octet) => value * 256n + BigInt(octet), 0n);
}

function v6Groups(text: string): string[] {
  // The URL parser writes an IPv6 address in its one canonical form, embedded IPv4 included.
  const canonical = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array<string>(gap).fill('0'), ...right];
}

function v6Value(text: string): bigint {
  return v6Groups(text).reduce((value, group) => value * 65_536n + BigInt(`0x${group}`), 0n);
}

/** `a.b.c.d` of a 32-bit value. */
export function v4Text(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
}

function v6Text(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 65_535n).toString(16));
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
}

/** The numeric first address and length of an IPv4 CIDR; undefined for anything else. */
export function v4Range(text: string): { first: bigint; length: number } | undefined {
  const [address = '', length = ''] = text.split('/');
  if (!isIPv4(address) || !/^\d{1,2}$/.test(length) || Number(length) > 32) return undefined;
  return { first: v4Value(address), length: Number(length) };
}

function span(prefix: string): readonly [bigint, bigint] | undefined {
  const range = v4Range(prefix);
  return range === undefined ? undefined : [range.first, range.first + (1n << BigInt(32 - range.length)) - 1n];
}

/** Whether two IPv4 prefixes share an address; anything else shares none. */
export function v4Overlap(a: string, b: string): boolean {
  const [one, other] = [span(a), span(b)];
  return one !== undefined && other !== undefined && one[0] <= other[1] && other[0] <= one[1];
}

/** Whether the IPv4 prefix `inner` lies within `outer`. */
export function v4Within(inner: string, outer: string): boolean {
  const [one, other] = [span(inner), span(outer)];
  return one !== undefined && other !== undefined && one[0] >= other[0] && one[1] <= other[1];
}

/** Reads a route's addressPrefix: a CIDR of either family, or a name that can only be a service tag. */
export function readPrefix(text: string): Prefix {
  const slash = text.indexOf('/');
  if (slash < 0) {
    return /^[A-Za-z][A-Za-z0-9.]*$/.test(text) ? { kind: 'tag', key: text.toLowerCase() } : { kind: 'malformed' };
  }
  const address = text.slice(0, slash);
  const length = text.slice(slash + 1);
  const version = isIPv4(address) ? 4 : isIPv6(address) && !address.includes('%') ? 6 : undefined;
  if (version === undefined || !/^\d{1,3}$/.test(length)) return { kind: 'malformed' };
  const width = version === 4 ? 32 : 128;
  if (Number(length) > width) return { kind: 'malformed' };
  const value = version === 4 ? v4Value(address) : v6Value(address);
  const host = (1n << BigInt(width - Number(length))) - 1n;
  const network = value & ~host;
  const canonical = `${version === 4 ? v4Text(network) : v6Text(network)}/${Number(length)}`;
  return network === value ? { kind: 'cidr', key: canonical, version, canonical } : { kind: 'hostBits', canonical };
}
