import type { Site } from '../../shared/base/site.ts';
import { firewallHop } from '../../shared/plan/hop.ts';
import { reachOf } from '../../shared/plan/reach.ts';
import { RangeSet } from '../../shared/ranges/rangeSet.ts';
import type { TagTable } from '../../shared/ranges/tagTable.ts';
import type { Io } from '../command.ts';
import { onlyWord, readOptions, required } from '../options.ts';
import { checkSiteOption, readSitesOf, readTags } from './inputs.ts';
import { findOwner, type Owner } from './owner.ts';
import { firewallOf, type Mode, modes, type SiteTable, tableOf } from './tableOf.ts';
import { whoText } from './whoText.ts';

const options = {
  'service-tags': { type: 'string' },
  sites: { type: 'string' },
  site: { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** What the table of one site in one mode does with the addresses asked for. */
export type Treatment = {
  readonly site: string;
  readonly mode: Mode;
  readonly goes: 'firewall' | 'partly' | 'elsewhere';
  /** How many of them go to the firewall. */
  readonly addresses: number;
  /** Routes of the table that hold them or lie among them. */
  readonly routes: readonly { readonly addressPrefix: string; readonly nextHopType: string }[];
  /** Sentences. */
  readonly why: readonly string[];
};

const setOfRoute = (addressPrefix: string, tags: TagTable): RangeSet =>
  tags.get(addressPrefix)?.ipv4 ?? RangeSet.fromPrefixes([addressPrefix]);

const wantedBecause = ({ site, desired }: SiteTable, set: RangeSet, tags: TagTable): string[] =>
  desired.parts.flatMap(({ tag, purpose, service }) => {
    const own =
      purpose === 'always' ? RangeSet.fromPrefixes(site.alwaysRoute) : (tags.get(tag)?.ipv4 ?? RangeSet.empty);
    if (!own.meets(set)) return [];
    if (purpose === 'always') return ["the site's alwaysRoute lists it"];
    const reason =
      purpose === 'home' ? 'the home region' : purpose === 'global' ? 'needed everywhere' : `${service} failed over`;
    return [`${tag} lists it (${reason})`];
  });

const treatmentOf = (made: SiteTable, { set }: Owner, tags: TagTable): Treatment => {
  const { site, mode, desired, climb } = made;
  const { routing, changes, budget } = climb;
  const reached = (reachOf(changes.routes, tags).get(firewallHop(firewallOf(site))) ?? RangeSet.empty).intersect(set);
  const routes = changes.routes.filter(({ addressPrefix }) => setOfRoute(addressPrefix, tags).meets(set));
  const wanted = wantedBecause(made, set, tags);
  return {
    site: site.id,
    mode,
    goes: reached.isEmpty ? 'elsewhere' : reached.covers(set) ? 'firewall' : 'partly',
    addresses: reached.size,
    routes: routes.map(({ addressPrefix, nextHopType }) => ({ addressPrefix, nextHopType })),
    why: [
      ...wanted,
      ...(wanted.length === 0 ? ['nothing the site needs lists it'] : []),
      ...(routing.holes.meets(set) ? ['it is a hole: it must reach Azure without the firewall'] : []),
      ...(routing.extra.meets(set) ? ['a summarised route covers it, unasked for; the firewall denies it'] : []),
      ...(desired.blockers.length > 0 ? ['the tags of this site are at fault: nothing is written'] : []),
      ...(budget.strategy === null
        ? [`no strategy fits the table (${budget.needed} routes, limit ${budget.limit})`]
        : []),
    ],
  };
};

/** As `--json` prints it: a contract. */
const contractOf = (owner: Owner, sites: readonly Treatment[] | null) => ({
  asked: owner.asked,
  addresses: owner.set.isEmpty ? null : owner.set.size,
  regions: owner.regions,
  tags: owner.tags,
  nobodys: owner.nobodys,
  hole: owner.hole.cidrs(),
  special: owner.special.cidrs(),
  sites,
});

/** `ranges who`: whose an address is, and which sites lead it to their firewall. */
export const who = async (args: readonly string[], io: Io): Promise<number> => {
  const { values, positionals } = readOptions(args, options, true);
  const asked = onlyWord(positionals, 'ADDRESS');
  const path = required(values['service-tags'], 'service-tags');
  checkSiteOption(values.sites, values.site);
  const tags = await readTags(path, io);
  const owner = findOwner(asked, tags);
  const sites: readonly Site[] | null =
    values.sites === undefined ? null : await readSitesOf(values.sites, values.site, { table: tags, path }, io);
  const treated =
    owner.set.isEmpty || sites === null
      ? null
      : sites.flatMap((site) => modes.map((mode) => treatmentOf(tableOf(site, mode, tags), owner, tags)));
  io.out(values.json ? `${JSON.stringify(contractOf(owner, treated), null, 2)}\n` : whoText(owner, treated, tags, io));
  return 0;
};
