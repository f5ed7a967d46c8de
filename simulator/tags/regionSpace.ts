import { Allocator, type Block, halves, mergedBlocks } from './addressPlan.ts';
import { type RegionProfile, regions } from './profile.ts';
import type { Random } from './random.ts';

/** How many of a region's blocks have which length: many /24, a few large ones with most of the addresses. */
const lengths = { 17: 2, 18: 8, 19: 12, 20: 7, 21: 8, 22: 9, 23: 14, 24: 60, 25: 4, 26: 10, 27: 12, 28: 5, 30: 2 };

/** From this length on, the regions share space, block beside block, so that neighbours merge in AzureCloud. */
const small = 23;

/** What a region owns, where its services may lie, and one address for a gateway that no service lists. */
export type RegionSpace = {
  readonly region: RegionProfile;
  readonly blocks: readonly Block[];
  /** Blocks inside `blocks` handed out to services; separate from the plan of the whole cloud. */
  readonly inside: Allocator;
  readonly gateway: Block;
};

/** Every region's `AzureCloud.<code>`, minimal as the real ones are, and disjoint. */
export const planRegions = (random: Random): RegionSpace[] => {
  const plan = new Allocator(random);
  const wishes = regions.flatMap((region) => [
    { region, length: 16 },
    ...Array.from({ length: region.blocks - 1 }, () => ({ region, length: random.weighted(lengths) })),
  ]);
  const owned = new Map<RegionProfile, Block[]>(regions.map((region) => [region, []]));
  for (const { region, length } of wishes.filter((wish) => wish.length < small)) {
    owned.get(region)?.push(plan.anywhere(length));
  }
  const shared = shuffled(
    random,
    wishes.filter((wish) => wish.length >= small),
  );
  let cursor = plan.anywhere(13).start;
  const pool = new Allocator(random);
  for (const { region, length } of shared) {
    const block = pool.nextFrom(cursor, length);
    owned.get(region)?.push(block);
    // Now and then somebody else's addresses lie between.
    cursor = block.start + (random.next() < 0.08 ? 2 ** (32 - length + 1) : 0);
  }
  return regions.map((region) => {
    const blocks = mergedBlocks(owned.get(region) ?? []);
    const inside = new Allocator(random);
    const gateway = inside.within(blocks, 32);
    if (!gateway) throw new RangeError(`No room in ${region.code}.`);
    return { region, blocks, inside, gateway };
  });
};

const shuffled = <T>(random: Random, list: readonly T[]): T[] =>
  list
    .map((item) => ({ item, key: random.next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);

/** What AzureCloud publishes: the regions' blocks, some of them in pieces, and some space of no region. */
export const cloudBlocks = (random: Random, spaces: readonly RegionSpace[]): Block[] => {
  const pieces = spaces
    .flatMap((space) => space.blocks)
    .flatMap((block) => (block.length >= 20 && block.length <= 24 && random.next() < 0.14 ? halves(block) : [block]));
  const elsewhere = new Allocator(random);
  const taken = spaces.flatMap((space) => space.blocks);
  const free = (block: Block) => mergedBlocks([...taken, block]).length > mergedBlocks(taken).length;
  const extra = [20, 22, 23, 24, 27, 27, 32].map((length) => elsewhere.anywhere(length)).filter(free);
  return [...pieces, ...extra];
};
