import { createHash } from 'node:crypto';
import { byCodeUnit } from '../base/canonical.ts';
import type { CloudName } from '../base/clouds.ts';
import type { Region } from '../base/geography.ts';
import type { Hold } from './hold.ts';
import { Owners } from './owners.ts';
import { PrefixRows } from './prefixRows.ts';
import { RangeSet } from './rangeSet.ts';

/** A tag as the file states it: the form is checked, its prefixes are not yet. */
export type TagForm = {
  readonly name: string;
  /** As in the file: a region code (`usgovtexas`, `centralfrance`), or '' for a global tag. */
  readonly region: string;
  readonly systemService: string;
  readonly changeNumber: number;
  /** Where the tag itself may be used (`UDR`, `FW`, ...); empty where the file says nothing. */
  readonly networkFeatures: readonly string[];
  readonly addressPrefixes: readonly unknown[];
};

/** What makes a tag another than a file's own: why it is held, and what the newest file publishes under its name. */
type Holding = { readonly hold: Hold; readonly published: Tag | undefined };

/** One service tag. */
export class Tag {
  readonly name: string;
  readonly region: string;
  readonly systemService: string;
  readonly changeNumber: number;
  readonly networkFeatures: readonly string[];
  /** Why it is not, or not only, what the newest file says; null where it is just that. */
  readonly hold: Hold | null;
  readonly #published: readonly unknown[];
  readonly #where: string;
  readonly #newest: Tag | undefined;
  #ipv4: RangeSet | undefined;
  #ipv4Count: number | undefined;

  /** `where` names the file in errors. */
  constructor(form: TagForm, where: string, holding?: Holding) {
    this.name = form.name;
    this.region = form.region;
    this.systemService = form.systemService;
    this.changeNumber = form.changeNumber;
    this.networkFeatures = form.networkFeatures;
    this.#published = form.addressPrefixes;
    this.#where = where;
    this.hold = holding?.hold ?? null;
    this.#newest = holding?.published;
  }

  /**
   * What Azure takes for this tag where it is the prefix of a route: what the newest file publishes, whatever we hold
   * on to. A frozen one is none to route by, since what it stands for is in doubt.
   */
  get routed(): Tag {
    return this.#newest ?? this;
  }

  /** The tag as it was stated. */
  get form(): TagForm {
    const { name, region, systemService, changeNumber, networkFeatures } = this;
    return { name, region, systemService, changeNumber, networkFeatures, addressPrefixes: this.#published };
  }

  /** Its IPv4 addresses, read and folded when first asked for: a plan needs a handful of 3,000 tags. */
  get ipv4(): RangeSet {
    if (!this.#ipv4) {
      const rows = new PrefixRows(this.#published.length);
      const count = this.readInto(rows);
      this.#ipv4 = RangeSet.fromColumns(rows.starts, rows.lengths, 0, count);
    }
    return this.#ipv4;
  }

  /** How many prefixes are published, IPv4 and IPv6. */
  get publishedCount(): number {
    return this.#published.length;
  }

  /** How many IPv4 prefixes are published (before folding). */
  get ipv4Count(): number {
    return this.#ipv4Count ?? this.readInto(new PrefixRows(this.#published.length));
  }

  get ipv6Count(): number {
    return this.#published.length - this.ipv4Count;
  }

  /** All its prefixes as published. */
  get addressPrefixes(): readonly string[] {
    return this.#published.filter((prefix) => typeof prefix === 'string');
  }

  /** Its IPv6 prefixes as published. They are kept apart: the device's VPN carries IPv4 only. */
  get ipv6(): readonly string[] {
    return this.addressPrefixes.filter((prefix) => prefix.includes(':'));
  }

  /** Reads its IPv4 prefixes into rows from `at` on, checks the others; the next free row. Throws ERR_TAG_FILE at a bad one. */
  readInto(rows: PrefixRows, at = 0): number {
    const end = rows.read(
      this.#published,
      at,
      (index) => `${this.#where}: tag ${this.name}, prefix ${index + 1} of ${this.#published.length}`,
    );
    this.#ipv4Count = end - at;
    return end;
  }
}

/** One service tags file, or the API's answer. */
export class TagTable {
  readonly cloud: CloudName;
  readonly changeNumber: number;
  readonly tags: readonly Tag[];
  readonly #byName: ReadonlyMap<string, Tag>;
  #hash: string | undefined;
  #owners: Owners | undefined;
  #everything: RangeSet | undefined;

  /** `byName` holds the same tags by lower-case name. */
  constructor(cloud: CloudName, changeNumber: number, tags: readonly Tag[], byName: ReadonlyMap<string, Tag>) {
    this.cloud = cloud;
    this.changeNumber = changeNumber;
    this.tags = tags;
    this.#byName = byName;
  }

  /** The same tags under another change number. */
  as(changeNumber: number): TagTable {
    return new TagTable(this.cloud, changeNumber, this.tags, this.#byName);
  }

  /** The tag of that name in any case, or undefined. No two tags of a table differ in case only. */
  get(name: string): Tag | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  /**
   * The tag of a service in a region, or undefined where it has none: the part after the service's name must be the
   * ARM name (for AzureCloud: the region's code), and the file must agree in `region`. `Storage.EastUS2Stage` is
   * therefore never `Storage` in eastus2, although its `region` says eastus2.
   */
  regional(service: string, region: Region): Tag | undefined {
    const suffix = service.toLowerCase() === 'azurecloud' ? region.code : region.name;
    const tag = this.get(`${service}.${suffix}`);
    return tag && region.cloud === this.cloud && tag.region.toLowerCase() === region.code ? tag : undefined;
  }

  /** Reads every prefix of every tag. Throws ERR_TAG_FILE naming tag, position and text of the first bad one. */
  check(): void {
    const rows = new PrefixRows(this.tags.reduce((most, tag) => Math.max(most, tag.publishedCount), 0));
    for (const tag of this.tags) tag.readInto(rows);
  }

  /** Which tags list an address, sorted by name. */
  who(address: number): readonly Tag[] {
    this.#owners ??= this.#index();
    return this.#owners
      .at(address)
      .flatMap((index) => this.tags[index] ?? [])
      .sort((a, b) => byCodeUnit(a.name, b.name));
  }

  /** How many of the set's addresses each tag lists, for the tags that list any, in the file's order. */
  shares(set: RangeSet): readonly { readonly tag: Tag; readonly addresses: number }[] {
    this.#owners ??= this.#index();
    return [...this.#owners.shares(set)]
      .sort((a, b) => a[0] - b[0])
      .flatMap(([index, addresses]) => {
        const tag = this.tags[index];
        return tag ? [{ tag, addresses }] : [];
      });
  }

  /** Every IPv4 address that any tag lists. */
  get everything(): RangeSet {
    this.#everything ??= RangeSet.unionOf(this.tags.map((tag) => tag.ipv4));
    return this.#everything;
  }

  /** `sha256:<hex>` of the content: the same for a file indented otherwise or with its tags in another order. */
  get hash(): string {
    this.#hash ??= this.#contentHash();
    return this.#hash;
  }

  /** Over the folded prefixes of each tag: the published ones of one tag may overlap. */
  #index(): Owners {
    const columns = this.tags.map((tag) => tag.ipv4.prefixColumns());
    const rows = new PrefixRows(columns.reduce((sum, { starts }) => sum + starts.length, 0));
    let at = 0;
    const ends = columns.map(({ starts, lengths }) => {
      rows.starts.set(starts, at);
      rows.lengths.set(lengths, at);
      at += starts.length;
      return at;
    });
    return new Owners(rows, ends);
  }

  #contentHash(): string {
    const hash = createHash('sha256').update(`${this.cloud}\n${this.changeNumber}\n`);
    for (const tag of [...this.tags].sort((a, b) => byCodeUnit(a.name, b.name))) {
      const head = [
        tag.name,
        tag.region,
        tag.systemService,
        tag.changeNumber,
        [...tag.networkFeatures].sort().join(' '),
      ];
      hash.update(`${JSON.stringify(head)}\n${tag.addressPrefixes.join(' ')}\n`);
    }
    return `sha256:${hash.digest('hex')}`;
  }
}
