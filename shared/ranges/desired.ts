import { byCodeUnit } from '../base/canonical.ts';
import type { CloudName } from '../base/clouds.ts';
import { byNumber, counted } from '../base/counted.ts';
import type { Site } from '../base/site.ts';
import { checkCloud } from './comparison.ts';
import { forbiddenInTags } from './forbidden.ts';
import type { Hold } from './hold.ts';
import { holesTag, swallowed } from './holes.ts';
import { RangeSet } from './rangeSet.ts';
import { dangerIn, faultOf, type TagFault, type TagFaultCode } from './tagFault.ts';
import type { Tag, TagTable } from './tagTable.ts';

/** Why a plan may not be applied: nothing of the kind is ever repaired by guessing. */
export type RangeBlocker = { readonly code: TagFaultCode; readonly message: string; readonly remedy: string };

/** A tag that stays at its last good value (an alarm), or keeps what one file alone took away. `text` is for people. */
export type HeldTag = {
  readonly tag: string;
  readonly kind: Hold['kind'];
  /** The change number it began with. */
  readonly since: number;
  /** Addresses that are in force for this reason alone; null where the whole tag is frozen. */
  readonly addresses: number | null;
  readonly text: string;
};

/** One source of addresses: a tag, or the site's `alwaysRoute` list. `prefixes` and `addresses` count its own, folded. */
export type DesiredPart = {
  readonly tag: string;
  readonly purpose: 'home' | 'global' | 'always' | 'failover';
  /** The failed-over service, or null. */
  readonly service: string | null;
  readonly prefixes: number;
  readonly addresses: number;
};

export type DesiredSets = {
  /** AzureCloud of the home region, the global tags and `alwaysRoute`. */
  readonly home: RangeSet;
  /** The failed-over services' tags in the failover region. */
  readonly failover: RangeSet;
  /** Both: exactly what must be routed to the firewall, holes not yet taken out. */
  readonly wanted: RangeSet;
  /** What failing over adds to `home`. */
  readonly added: RangeSet;
  readonly parts: readonly DesiredPart[];
  /** The failed-over services that are really in it, sorted. */
  readonly services: readonly string[];
  /** The failed-over services' tags that are not, and why: the rest of a sentence that names the tag. */
  readonly leftOut: readonly { readonly tag: string; readonly why: string }[];
  /** The tags used, GatewayManager among them, that are not as the newest source has them. */
  readonly held: readonly HeldTag[];
  /** IPv6 prefixes of the tags used: the device's VPN carries IPv4 only. */
  readonly ipv6LeftOut: number;
  readonly blockers: readonly RangeBlocker[];
  readonly tags: { readonly cloud: CloudName; readonly changeNumber: number; readonly hash: string };
};

export type DesiredInput = {
  readonly site: Site;
  /** Service tags without a region that are failed over; empty for mode `home`. */
  readonly services: readonly string[];
  /** As they are in force (`witness.ts`): a frozen tag is in it at its last good value. */
  readonly tags: TagTable;
  /** Services failed over by now: a bad tag of theirs takes nothing away. */
  readonly inUse?: readonly string[];
};

type Source = DesiredPart & { readonly set: RangeSet; readonly ipv6: number };

/**
 * The addresses a site must have routed, and where each comes from. A bad home or global tag blocks; a bad failover
 * tag is left out and said, the rest stands. Throws ERR_TAG_CLOUD where tags and site are of two clouds.
 */
export const desiredSets = (input: DesiredInput): DesiredSets => {
  const { site, tags } = input;
  checkCloud(tags, site.cloud);
  const base = baseSources(input);
  const added = failoverSources(input);
  const home = RangeSet.unionOf(base.sources.map((source) => source.set));
  const failover = RangeSet.unionOf(added.sources.map((source) => source.set));
  const sources = [...base.sources, ...added.sources];
  const byTag = sources.filter(({ purpose }) => purpose !== 'always');
  const tooMuch = swallowed(tags.get(holesTag)?.ipv4 ?? RangeSet.empty, byTag);
  const held = heldAmong([tags.get(holesTag), ...sources.map(({ tag }) => tags.get(tag))], tags);
  return {
    home,
    failover,
    wanted: home.union(failover),
    added: failover.subtract(home),
    parts: sources.map(({ tag, purpose, service, prefixes, addresses }) => ({
      tag,
      purpose,
      service,
      prefixes,
      addresses,
    })),
    services: added.sources.flatMap((source) => source.service ?? []),
    leftOut: added.leftOut,
    held,
    ipv6LeftOut: sources.reduce((sum, source) => sum + source.ipv6, 0),
    blockers: [...base.blockers, ...added.blockers, ...(tooMuch ? [tagBlocker(site, holesTag, tooMuch, tags)] : [])],
    tags: { cloud: tags.cloud, changeNumber: tags.changeNumber, hash: tags.hash },
  };
};

/** The names of every tag that a plan of the site may use. */
export const tagNamesOf = (site: Site): string[] => [
  `AzureCloud.${site.home.code}`,
  holesTag,
  ...site.globalTags,
  ...site.services.map((service) => `${service}.${site.failover.name}`),
];

type Found = Pick<DesiredPart, 'purpose' | 'service'>;

const sourceOf = (tag: string, set: RangeSet, ipv6: number, found: Found): Source => ({
  tag,
  ...found,
  prefixes: set.prefixes().length,
  addresses: set.size,
  set,
  ipv6,
});

const heldTag = (name: string, hold: Hold, cloud: CloudName): HeldTag => {
  const { kind, since } = hold;
  if (kind === 'frozen') {
    const text = `${name} stays as the last good service tags had it (change ${hold.lastGood}): it ${hold.why} (${cloud}, changeNumber ${since}). That ends when newer tags have it whole, or a person accepts the change (tags accept).`;
    return { tag: name, kind, since, addresses: null, text };
  }
  const { size } = hold.gone;
  const text = `${counted(size, 'address')} of ${name} ${byNumber(size, 'is', 'are')} no longer in change ${since}; ${byNumber(size, 'it stays', 'they stay')} until the next change lacks ${byNumber(size, 'it', 'them')}, too, or a person accepts that.`;
  return { tag: name, kind, since, addresses: size, text };
};

/** Those in use whose value is not what the newest source says. */
const heldAmong = (found: readonly (Tag | undefined)[], { cloud }: TagTable): HeldTag[] =>
  [...new Set(found)].flatMap((tag) => (tag?.hold ? [heldTag(tag.name, tag.hold, cloud)] : []));

/** What is routed in any mode. */
const baseSources = ({ site, tags }: DesiredInput): { sources: Source[]; blockers: RangeBlocker[] } => {
  const forbidden = forbiddenInTags(site);
  const sources: Source[] = [];
  const blockers: RangeBlocker[] = [];
  const take = (name: string, purpose: 'home' | 'global', tag: Tag | undefined): void => {
    const fault = faultOf(tag, forbidden);
    if (fault) blockers.push(tagBlocker(site, name, fault, tags));
    else if (tag) sources.push(sourceOf(tag.name, tag.ipv4, tag.ipv6Count, { purpose, service: null }));
  };
  const region = site.home;
  take(`AzureCloud.${region.code}`, 'home', tags.regional('AzureCloud', region));
  // Not routed but led around: without it, or with too much in it, gateway management or everything would go astray.
  const managers = faultOf(tags.get(holesTag), forbidden);
  if (managers) blockers.push(tagBlocker(site, holesTag, managers, tags));
  for (const name of new Set(site.globalTags)) take(name, 'global', tags.get(name));
  if (site.alwaysRoute.length > 0) {
    const always = RangeSet.fromPrefixes(site.alwaysRoute);
    const fault = dangerIn(always, forbidden);
    if (fault) blockers.push(alwaysBlocker(site, fault));
    else sources.push(sourceOf('alwaysRoute', always, 0, { purpose: 'always', service: null }));
  }
  return { sources, blockers };
};

type Told = { readonly tag: string; readonly why: string };
type Failover = { sources: Source[]; leftOut: Told[]; blockers: RangeBlocker[] };

/**
 * What failing over adds, service by service. A tag that was ever sound is sound still: it is frozen where a new file
 * is not to be believed.
 *
 * | its tag | the service is failed over | then                                     |
 * | ------- | -------------------------- | ---------------------------------------- |
 * | sound   | any                        | added                                    |
 * | bad     | no                         | left out, with the reason                |
 * | bad     | yes                        | blocked: to leave it out would remove it |
 */
const failoverSources = (input: DesiredInput): Failover => {
  const { site, tags, inUse = [] } = input;
  const forbidden = forbiddenInTags(site);
  const found: Failover = { sources: [], leftOut: [], blockers: [] };
  for (const service of [...new Set(input.services)].sort(byCodeUnit)) {
    const tag = tags.regional(service, site.failover);
    const name = tag?.name ?? `${service}.${site.failover.name}`;
    const fault = faultOf(tag, forbidden);
    if (!fault) {
      if (tag) found.sources.push(sourceOf(tag.name, tag.ipv4, tag.ipv6Count, { purpose: 'failover', service }));
    } else if (!inUse.includes(service)) found.leftOut.push({ tag: name, why: `it ${fault.why} (${fileOf(tags)}).` });
    else found.blockers.push(inUseBlocker(site, service, name, fault, tags));
  }
  return found;
};

const fileOf = (tags: TagTable): string => `${tags.cloud}, changeNumber ${tags.changeNumber}`;

const remedies: Readonly<Record<TagFaultCode, string>> = {
  TAG_MISSING: 'Check the spelling in the sites file, or put a complete service tags file.',
  TAG_EMPTY: 'Put a complete service tags file.',
  TAG_FORBIDDEN: 'Put a genuine service tags file, or take the overlapping range out of the site.',
  TAG_TOO_WIDE: 'Put a genuine service tags file.',
  TAG_REGION: 'Put a genuine service tags file.',
  TAG_SHRANK: 'Compare the two files; if the addresses are really gone, accept the new one: tags accept CHANGE.',
  TAG_GREW: 'Compare the two files; if they are really its own, accept the new one: tags accept CHANGE.',
  TAG_SWALLOWS: 'Put a genuine service tags file.',
  ALWAYS_ROUTE_FORBIDDEN: "Take it out of the site's alwaysRoute.",
};

const tagBlocker = (site: Site, name: string, { code, why }: TagFault, tags: TagTable): RangeBlocker => ({
  code,
  message: `Site ${site.id}: tag ${name} ${why} (${fileOf(tags)}).`,
  remedy: remedies[code],
});

const inUseBlocker = (site: Site, service: string, name: string, fault: TagFault, tags: TagTable): RangeBlocker => ({
  code: fault.code,
  message: `Site ${site.id}: tag ${name} ${fault.why} (${fileOf(tags)}), and ${service} is failed over: without the tag its routes would go.`,
  remedy: `Put a complete service tags file; or declare ${service} home, if it is.`,
});

const alwaysBlocker = (site: Site, { why }: TagFault): RangeBlocker => ({
  code: 'ALWAYS_ROUTE_FORBIDDEN',
  message: `Site ${site.id}: alwaysRoute ${why}.`,
  remedy: remedies.ALWAYS_ROUTE_FORBIDDEN,
});
