import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Allocator, type Block, halves, mergedBlocks, published } from './addressPlan.ts';
import { prefixes6 } from './addressPlan6.ts';
import { features, globalServices, type RegionProfile, regionalServices, type ServiceProfile } from './profile.ts';
import { Random } from './random.ts';
import { cloudBlocks, planRegions, type RegionSpace } from './regionSpace.ts';
import { syntheticFile } from './syntheticTags.ts';

type Value = { name: string; id: string; properties: Record<string, unknown> };

/** Lengths of a service's prefixes; storage stamps are larger than anybody else's. */
const serviceLengths = { 24: 1, 25: 2, 26: 7, 27: 12, 28: 13, 29: 13, 30: 7, 31: 5, 32: 40 };
const storageLengths = { 22: 1, 23: 4, 24: 2, 25: 2, 26: 2, 27: 3, 28: 5 };

/** Builds one file; every draw comes from one seeded source, in a fixed order. */
class Generator {
  readonly #random: Random;
  readonly #spaces: readonly RegionSpace[];
  /** What services have in a region so far: others share some of it. */
  readonly #used = new Map<string, Block[]>();
  /** Space outside the regions, for services of the whole cloud. */
  readonly #outside: Allocator;

  constructor(seed: number) {
    this.#random = new Random(seed);
    this.#spaces = planRegions(this.#random);
    this.#outside = new Allocator(this.#random);
  }

  get gateways(): { region: string; address: Block }[] {
    return this.#spaces.map(({ region, gateway }) => ({ region: region.code, address: gateway }));
  }

  values(): Value[] {
    const gatewayManager = this.#gatewayManager();
    const pairs = regionalServices.map((service) => this.#regionalService(service));
    const alone = [this.#directory(), ...globalServices.map((service) => this.#globalService(service))];
    return [
      ...[...pairs.map(([all]) => all), ...alone, ...gatewayManager.slice(0, 1)].sort(bySystemService),
      ...[...pairs.flatMap(([, ...each]) => each), ...gatewayManager.slice(1)],
      ...this.#oddities(),
      ...this.#azureCloud(),
    ];
  }

  /** The service in the whole cloud, then in each of its regions. */
  #regionalService(service: ServiceProfile): [Value, ...Value[]] {
    const lengths = service.name === 'Storage' ? storageLengths : serviceLengths;
    const all: Block[] = [];
    const all6: string[] = [];
    const each = this.#spaces
      .filter(({ region }) => !service.only || service.only.includes(region.code))
      .map((space) => {
        const blocks = this.#blocks(space, this.#random.near(service.v4 * space.region.weight), lengths);
        const six = prefixes6(this.#random, space.region.id, this.#random.near(service.v6 * space.region.weight));
        // A tag without any prefix is in no real file.
        if (blocks.length + six.length === 0) six.push(...prefixes6(this.#random, space.region.id, 1));
        all.push(...blocks);
        all6.push(...six);
        const name = `${service.name}.${space.region.suffix}`;
        return this.#value(name, service.systemService, service.regional, space.region, blocks, 9, six);
      });
    return [
      this.#value(service.name, service.systemService, service.global, undefined, mergedBlocks(all), 14, all6.sort()),
      ...each,
    ];
  }

  #blocks(space: RegionSpace, count: number, lengths: Readonly<Record<number, number>>): Block[] {
    const used = this.#used.get(space.region.code) ?? [];
    const blocks: Block[] = [];
    while (blocks.length < count) {
      // A sixth of what a service lists, another lists, too.
      const shared = used.length > 20 && this.#random.next() < 0.16;
      const block = shared ? this.#random.pick(used) : this.#draw(space, lengths);
      // Now and then a range is published in two halves.
      if (block.length < 32 && this.#random.next() < 0.06) blocks.push(...halves(block));
      else blocks.push(block);
      if (!shared) used.push(block);
    }
    this.#used.set(space.region.code, used);
    return blocks;
  }

  #draw(space: RegionSpace, lengths: Readonly<Record<number, number>>): Block {
    for (let length = this.#random.weighted(lengths); length <= 32; length += 1) {
      const block = space.inside.within(space.blocks, length);
      if (block) return block;
    }
    throw new RangeError(`No room in ${space.region.code}.`);
  }

  /** Half of it in regions, half elsewhere. */
  #globalService({ name, systemService, global, v4, v6 }: ServiceProfile): Value {
    const blocks = Array.from({ length: v4 }, () =>
      this.#random.next() < 0.6
        ? this.#draw(this.#random.pick(this.#spaces), serviceLengths)
        : this.#outside.anywhere(this.#random.weighted(serviceLengths)),
    );
    return this.#value(name, systemService, global, undefined, blocks, 8, prefixes6(this.#random, 0, v6));
  }

  /** Sign-in: a few large ranges outside every region, and small ones inside. */
  #directory(): Value {
    const outside = [20, 21, 23, 25, 25, 27, 29, 29, 32].map((length) => this.#outside.anywhere(length));
    const inside = [23, 27, 27, 27, 27, 28, 29, 31, ...Array.from({ length: 16 }, () => 32)].map((length) =>
      this.#draw(this.#random.pick(this.#spaces), { [length]: 1 }),
    );
    const six = prefixes6(this.#random, 0, 3);
    return this.#value('AzureActiveDirectory', 'AzureAD', 'v', undefined, [...outside, ...inside], 14, six);
  }

  /** The top-level tag first: it holds ranges that no regional one lists. */
  #gatewayManager(): Value[] {
    const name = 'GatewayManager';
    const own = [29, 29, 32, 32].map((length) => this.#outside.anywhere(length));
    const all = [...own];
    const each = this.#spaces.map((space) => {
      const lengths = space.region.weight > 1.3 ? [27, 29, 29, 32, 32] : [27, 29, 29];
      const blocks = lengths.map((length) => this.#draw(space, { [length]: 1 }));
      all.push(...blocks, this.#draw(space, { 32: 1 }));
      const six = prefixes6(this.#random, space.region.id, 1);
      return this.#value(`${name}.${space.region.suffix}`, name, 'n', space.region, blocks, 4, six);
    });
    const six = each.flatMap((value) =>
      (value.properties['addressPrefixes'] as string[]).filter((p) => p.includes(':')),
    );
    return [this.#value(name, name, 'b', undefined, all, 7, six.sort()), ...each];
  }

  /** A dotted name whose suffix is no region although `region` is one: real files have such, to be told apart. */
  #oddities(): Value[] {
    return this.#spaces
      .filter(({ region }) => region.code === 'usgovtexas')
      .map((space) => {
        const blocks = [this.#draw(space, { 32: 1 })];
        return this.#value('AzurePortal.AzureAppServiceUx', 'AzurePortal', 'b', space.region, blocks, 1);
      });
  }

  #azureCloud(): Value[] {
    const all6: string[] = [];
    const each = this.#spaces.map(({ region, blocks }) => {
      const six = prefixes6(this.#random, region.id, region.blocks6);
      all6.push(...six);
      return this.#value(`AzureCloud.${region.code}`, '', 'a', region, blocks, 70, six);
    });
    const all = cloudBlocks(this.#random, this.#spaces);
    return [...each, this.#value('AzureCloud', '', 'a', undefined, all, 127, all6.sort())];
  }

  #value(
    name: string,
    systemService: string,
    use: string,
    region: RegionProfile | undefined,
    blocks: readonly Block[],
    age: number,
    six: readonly string[] = [],
  ): Value {
    const properties = {
      changeNumber: 1 + this.#random.below(age),
      region: region?.code ?? '',
      regionId: region?.id ?? 0,
      platform: 'Azure',
      systemService,
      addressPrefixes: [...published(blocks), ...six],
      networkFeatures: features[use] ?? null,
    };
    return { name, id: name, properties };
  }
}

const bySystemService = (a: Value, b: Value): number => {
  const key = (value: Value) => `${String(value.properties['systemService'])} ${value.name}`.toLowerCase();
  return key(a) < key(b) ? -1 : 1;
};

/** The text of a synthetic service tags file, one line per tag, and an address for a gateway in each region. */
export const generateTags = (
  seed: number,
  changeNumber: number,
): { text: string; gateways: Record<string, string> } => {
  const generator = new Generator(seed);
  const lines = generator.values().map((value) => JSON.stringify(value));
  const text = `{"changeNumber":${changeNumber},"cloud":"AzureGovernment","values":[\n${lines.join(',\n')}\n]}\n`;
  const gateways = generator.gateways.map(({ region, address }) => [
    region,
    published([address])[0]?.slice(0, -3) ?? '',
  ]);
  return { text, gateways: Object.fromEntries(gateways) };
};

/** What the committed file was made with. */
export const committed = { seed: 20_260_720, changeNumber: 900 } as const;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { text, gateways } = generateTags(committed.seed, committed.changeNumber);
  writeFileSync(syntheticFile, text);
  process.stdout.write(`${fileURLToPath(syntheticFile)}: ${text.length} characters\n${JSON.stringify(gateways)}\n`);
}
