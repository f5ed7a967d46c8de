import type { Random } from './random.ts';

/** Groups of an IPv6 prefix as text, its longest run of zeros shortened. */
const textOf = (groups: readonly number[], length: number): string => {
  const words = groups.map((group) => group.toString(16));
  const runs = [...words.join(':').matchAll(/(^|:)0(:0)+(?=:|$)/g)];
  const longest = runs.sort((a, b) => b[0].length - a[0].length || a.index - b.index)[0];
  if (!longest) return `${words.join(':')}/${length}`;
  const all = words.join(':');
  return `${all.slice(0, longest.index)}::${all.slice(longest.index + longest[0].length + 1)}/${length}`;
};

const lengths = { 48: 3, 56: 2, 58: 2, 64: 6, 120: 4, 121: 12, 122: 16, 123: 20, 124: 8, 125: 12, 126: 4, 128: 3 };

/**
 * `count` different prefixes of one region's space, sorted as text, without host bits. 3fff::/20 is set aside for
 * documentation (RFC 9637); the device's VPN carries no IPv6, so nothing ever routes them.
 */
export const prefixes6 = (random: Random, region: number, count: number): string[] => {
  const found = new Set<string>();
  while (found.size < count) {
    const length = random.weighted(lengths);
    const groups = [0x3fff, region, 0x3100 + random.below(64), random.below(4) * 0x400, 0, 0, 0, random.below(2_048)];
    const clear = groups.map((group, i) => {
      const bits = Math.min(16, Math.max(0, length - i * 16));
      return group & (0xffff << (16 - bits)) & 0xffff;
    });
    found.add(textOf(clear, length));
  }
  return [...found].sort();
};
