import { basename } from 'node:path';
import { byCodeUnit } from '../shared/base/canonical.ts';
import { findSite, readSites, type Site } from '../shared/base/site.ts';
import { time } from '../shared/events/payload.ts';
import type { Signal } from '../shared/events/signal.ts';
import { failedOverIn } from '../shared/plan/failedOver.ts';
import { makePlan } from '../shared/plan/makePlan.ts';
import type { ObservedNetwork } from '../shared/plan/observed.ts';
import { defaultNamePrefix } from '../shared/plan/ownership.ts';
import type { Plan } from '../shared/plan/plan.ts';
import { checkCloud, checkNewer } from '../shared/ranges/comparison.ts';
import { desiredSets } from '../shared/ranges/desired.ts';
import { parseTagFile } from '../shared/ranges/tagFile.ts';
import { aged, dateInName, type TagSource } from '../shared/ranges/tagSource.ts';
import type { TagTable } from '../shared/ranges/tagTable.ts';
import { tableInForce, witness } from '../shared/ranges/witness.ts';
import { decide } from '../shared/scope/decide.ts';
import { factsOf } from '../shared/scope/factsOf.ts';
import { mergeFacts } from '../shared/scope/mergeFact.ts';
import type { Io } from './command.ts';
import { laterThan, readEventFiles } from './eventFiles.ts';
import { readTextFile, within } from './files.ts';
import { approvalOffline } from './offlineApproval.ts';
import { misused } from './options.ts';
import { readRoutesFile } from './routesFile.ts';

/** The files of one plan, as typed. */
export type PlanFiles = {
  readonly sites: string;
  readonly site: string;
  readonly serviceTags: string;
  readonly lastGood: string | undefined;
  readonly events: readonly string[];
  readonly routes: string | undefined;
  readonly now: string | undefined;
};

const newestOf = (signals: readonly Signal[]): string | undefined =>
  signals
    .map((signal) => signal.at)
    .sort(byCodeUnit)
    .at(-1);

/** The time to plan at, in milliseconds. */
const readNow = (text: string | undefined, signals: readonly Signal[], io: Pick<Io, 'now'>): number => {
  const given = text === undefined ? newestOf(signals) : time(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00Z` : text);
  // The parser takes 30 February for the second of March.
  const isDay = text === undefined || new Date(`${text.slice(0, 10)}T00:00Z`).toJSON()?.startsWith(text.slice(0, 10));
  if (given !== undefined && isDay) return Date.parse(given);
  if (text === undefined) return io.now();
  throw misused(`--now: "${text.slice(0, 60)}" is not a time.`, 'Write it as 2026-07-20T03:00:00Z.');
};

/** Offline the site file's addresses are what is known. */
const networkOf = (site: Site): ObservedNetwork => ({
  gatewayPublicIpAddresses: site.network.gatewayPublicIpAddresses ?? [],
  gatewaySubnet: null,
  addressSpace: [],
  firewallPrivateIpAddress: site.network.firewallPrivateIpAddress ?? null,
  clientAddressPool: site.network.clientAddressPool ? [site.network.clientAddressPool] : [],
});

const readTags = async (path: string, site: Site, io: Io): Promise<TagTable> => {
  const tags = parseTagFile(await readTextFile(path, io), path);
  await within(path, () => checkCloud(tags, site.cloud));
  return tags;
};

const readLastGood = async (path: string | undefined, tags: TagTable, tagsPath: string, site: Site, io: Io) => {
  if (path === undefined) return undefined;
  const lastGood = await readTags(path, site, io);
  await within(tagsPath, () => checkNewer(tags, lastGood));
  return lastGood;
};

/** As the running product has it: what the new file adds is in, what it alone takes away waits. */
const inForceAfter = (lastGood: TagTable | undefined, published: TagTable): TagTable => {
  // Files of one number and of two contents are compared as if the last good one came before.
  const before = lastGood?.changeNumber === published.changeNumber ? lastGood.as(published.changeNumber - 1) : lastGood;
  const first = before ? witness(null, { table: before, whole: true, accepted: false }) : null;
  return tableInForce(witness(first, { table: published, whole: true, accepted: false }));
};

/** A file's age is told by the day in its name: when it came to this machine says nothing. */
const sourcesOf = (files: PlanFiles, published: TagTable, lastGood: TagTable | undefined): TagSource[] => {
  const source = (path: string, { changeNumber }: TagTable, used: boolean, why: string): TagSource => {
    const name = basename(path);
    return { kind: 'file', name, changeNumber, at: dateInName(name), used, why };
  };
  const given = source(files.serviceTags, published, true, 'it is --service-tags');
  if (files.lastGood === undefined || !lastGood) return [given];
  const why = 'it is --last-good: for what the other file alone takes away, and tags of it that cannot be believed';
  return [given, source(files.lastGood, lastGood, true, why)];
};

const readSite = async ({ sites, site }: PlanFiles, io: Io): Promise<Site> => {
  const text = await readTextFile(sites, io);
  return within(sites, () => findSite(readSites(text, sites), site));
};

/** The plan that these files call for. Reads, writes nothing. Throws AutomationError naming the file at fault. */
export const planOffline = async (files: PlanFiles, io: Io): Promise<Plan> => {
  const site = await readSite(files, io);
  const published = await readTags(files.serviceTags, site, io);
  const lastGood = await readLastGood(files.lastGood, published, files.serviceTags, site, io);
  const tags = inForceAfter(lastGood, published);
  const { signals, aside } = await readEventFiles(files.events, site, io);
  const now = readNow(files.now, signals, io);
  const routes = files.routes === undefined ? [] : await readRoutesFile(files.routes, io);

  const facts = mergeFacts(signals.flatMap((signal) => factsOf(signal, signal.at, site.serviceNames)));
  // By the old file too: a tag that grew since would look as if its service had never been failed over.
  const failedOver = [
    ...new Set(
      [tags, ...(lastGood ? [lastGood] : [])].flatMap((table) => failedOverIn(site, routes, table, defaultNamePrefix)),
    ),
  ];
  const decision = decide({ site, facts, intents: [], failedOver, now });
  const desired = desiredSets({ site, services: decision.services, tags, inUse: failedOver });
  const tagSources = sourcesOf(files, published, lastGood).map((source) => aged(source, now));
  const draft = makePlan({
    site,
    decision: { ...decision, reasons: [...decision.reasons, ...aside, ...laterThan(signals, now)] },
    desired,
    tags,
    tagSources,
    table: { routes, provisioningState: 'Succeeded' },
    firewall: null,
    network: networkOf(site),
    approval: null,
  });
  // Nothing else of a plan depends on who must approve it, and a second one of a huge table would cost its memory.
  return { ...draft, approval: approvalOffline({ site, decision, draft, routes, failedOver, lastGood }) };
};
