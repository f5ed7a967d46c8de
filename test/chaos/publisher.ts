import { RangeSet } from '../../shared/ranges/rangeSet.ts';
import { parseTagFile } from '../../shared/ranges/tagFile.ts';
import type { Random } from '../../simulator/tags/random.ts';
import { readSyntheticTags, syntheticGateways } from '../../simulator/tags/syntheticTags.ts';
import { home, services } from './cast.ts';

type Tag = { readonly name: string; readonly properties: { addressPrefixes: string[] } };
type File = { changeNumber: number; readonly values: Tag[] };

/** Tags that change from file to file; those of gateway management do not, so that what is a hole stays one. */
const changing = [
  'AzureCloud.usgovvirginia',
  'AzureCloud.usgovtexas',
  ...services.map((service) => `${service}.USGovTexas`),
];

const isIpv4 = (prefix: string): boolean => !prefix.includes(':');

const kept = new Set(['GatewayManager', 'AzureActiveDirectory', 'AzureActiveDirectoryDomainServices', ...changing]);
const mostPrefixes = 24;

/** The synthetic file cut down to what the sites use, and that to so many prefixes: a visit is a tenth of the work. */
const smallFile = (): File => {
  const file = JSON.parse(readSyntheticTags()) as File;
  const gateway = RangeSet.fromPrefixes([`${syntheticGateways[home]}/32`]);
  const values = file.values.filter(({ name }) => kept.has(name));
  for (const { name, properties } of values) {
    const ipv4 = properties.addressPrefixes.filter(isIpv4);
    const holds = (prefix: string) => name.startsWith('AzureCloud') && RangeSet.fromPrefixes([prefix]).meets(gateway);
    if (name !== 'GatewayManager')
      properties.addressPrefixes = [...ipv4.filter(holds), ...ipv4.filter((prefix) => !holds(prefix))].slice(
        0,
        mostPrefixes,
      );
  }
  return { ...file, values };
};

/** Publishes service tags: in each file some prefixes are missing and others back; now and then a file is wrong. */
export class Publisher {
  /** What a service's tag in the failover region held in every file so far. */
  readonly lasting = new Map<string, RangeSet>();
  published = 0;
  broken = 0;
  readonly #base: File;
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
    this.#base = smallFile();
    this.#learn(this.#base);
  }

  /** The first file. */
  first(): string {
    return JSON.stringify(this.#base);
  }

  /** The next file. */
  next(): { readonly name: string; readonly text: string } {
    this.published += 1;
    const file: File = structuredClone(this.#base);
    file.changeNumber += this.published;
    for (const name of changing) {
      const tag = file.values.find((value) => value.name === name);
      if (tag === undefined) throw new Error(`there is no tag ${name}`);
      tag.properties.addressPrefixes = tag.properties.addressPrefixes.filter(
        (prefix) => !isIpv4(prefix) || this.#random.next() > 0.02,
      );
    }
    const wrong = this.#random.next() < 0.25;
    if (!wrong) this.#learn(file);
    const text = wrong ? this.#spoiled(file) : JSON.stringify(file);
    return { name: `service-tags/tags-${file.changeNumber}.json`, text };
  }

  /** The file everything ends with: the first one's tags, in two files, so that what they take away is believed. */
  last(): readonly { readonly name: string; readonly text: string }[] {
    return [1, 2].map((more) => {
      const changeNumber = this.#base.changeNumber + this.published + more;
      return { name: `service-tags/tags-${changeNumber}.json`, text: JSON.stringify({ ...this.#base, changeNumber }) };
    });
  }

  #learn(file: File): void {
    const table = parseTagFile(JSON.stringify({ ...file, cloud: 'AzureGovernment' }), 'the play');
    for (const service of services) {
      const held = table.get(`${service}.USGovTexas`)?.ipv4 ?? RangeSet.empty;
      this.lasting.set(service, (this.lasting.get(service) ?? held).intersect(held));
    }
  }

  #spoiled(file: File): string {
    this.broken += 1;
    const tagged = (name: string) => file.values.find((value) => value.name === name) as Tag;
    switch (this.#random.below(6)) {
      case 0:
        return JSON.stringify(file).slice(0, 10_000);
      case 1:
        file.values.splice(file.values.indexOf(tagged('AzureCloud.usgovvirginia')), 1);
        break;
      case 2:
        tagged('Storage.USGovTexas').properties.addressPrefixes = [];
        break;
      case 3:
        tagged('AzureCloud.usgovvirginia').properties.addressPrefixes.push('0.0.0.0/0');
        break;
      case 4:
        tagged('EventHub.USGovTexas').properties.addressPrefixes.push('192.168.150.0/24', '10.0.0.0/8');
        break;
      default:
        tagged('AzureCloud.usgovvirginia').properties.addressPrefixes.splice(0, 14);
    }
    return JSON.stringify(file);
  }
}
