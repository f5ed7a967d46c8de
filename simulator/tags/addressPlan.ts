import { mergeCidr } from 'cidr-tools';
import type { Random } from './random.ts';

/** An IPv4 block of the invented address plan. */
export type Block = { readonly start: number; readonly length: number };

const sizeOf = (length: number): number => 2 ** (32 - length);

export const textOf = ({ start, length }: Block): string =>
  `${start >>> 24}.${(start >>> 16) & 255}.${(start >>> 8) & 255}.${start & 255}/${length}`;

const blockOf = (text: string): Block => {
  const [address = '', length = ''] = text.split('/');
  return { start: address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0), length: Number(length) };
};

/** The fewest blocks for the same addresses, sorted. */
export const mergedBlocks = (blocks: readonly Block[]): Block[] => mergeCidr(blocks.map(textOf)).map(blockOf);

/** Sorted by address, each once, as a tag publishes them: not merged. */
export const published = (blocks: readonly Block[]): string[] =>
  [...new Map(blocks.map((block) => [textOf(block), block])).values()]
    .sort((a, b) => a.start - b.start || a.length - b.length)
    .map(textOf);

export const halves = ({ start, length }: Block): [Block, Block] => [
  { start, length: length + 1 },
  { start: start + sizeOf(length + 1), length: length + 1 },
];

/**
 * Public unicast space in which Azure publishes nothing: a table built from invented tags by mistake takes nobody's
 * real Azure traffic.
 */
const firstOctets = [11, 21, 22, 26, 28, 29, 30, 33, 55] as const;

/** Hands out space that does not overlap. */
export class Allocator {
  readonly #random: Random;
  readonly #taken: { first: number; last: number }[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /** A free aligned block somewhere in the plan. */
  anywhere(length: number): Block {
    return this.#search(length, () => ({ start: this.#random.pick(firstOctets) * 2 ** 24, length: 8 }));
  }

  /** A free aligned block inside one of `homes`, or undefined where none was found soon. */
  within(homes: readonly Block[], length: number): Block | undefined {
    const fitting = homes.filter((home) => home.length < length);
    if (fitting.length === 0) return undefined;
    try {
      return this.#search(length, () => this.#random.pick(fitting));
    } catch {
      return undefined;
    }
  }

  /** The lowest free aligned block at or after `from`. */
  nextFrom(from: number, length: number): Block {
    const size = sizeOf(length);
    for (let start = Math.ceil(from / size) * size; ; start += size) {
      const block = { start, length };
      if (this.#isFree(block)) return this.#take(block);
    }
  }

  #search(length: number, home: () => Block): Block {
    const size = sizeOf(length);
    for (let tries = 0; tries < 400; tries += 1) {
      const { start, length: homeLength } = home();
      const block = { start: start + this.#random.below(sizeOf(homeLength) / size) * size, length };
      if (this.#isFree(block)) return this.#take(block);
    }
    throw new RangeError(`No free /${length} found.`);
  }

  #isFree({ start, length }: Block): boolean {
    const last = start + sizeOf(length) - 1;
    return !this.#taken.some((other) => start <= other.last && other.first <= last);
  }

  #take(block: Block): Block {
    this.#taken.push({ first: block.start, last: block.start + sizeOf(block.length) - 1 });
    return block;
  }
}
