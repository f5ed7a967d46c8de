import { digestOf, isObject, type JsonObject } from './base/canonical.ts';
import { asAutomationError } from './base/errors.ts';
import { sideOf } from './base/side.ts';
import { sideBySide } from './base/sideBySide.ts';
import type { Site } from './base/site.ts';
import { watchIsDue } from './keepWatch.ts';
import { decideFor } from './look.ts';
import type { Ports } from './ports.ts';
import { deviceConfirmed, waitsForPerson } from './record/progress.ts';
import { residenceOf } from './record/residence.ts';
import type { SiteState } from './record/state.ts';
import type { TagsInForce } from './record/tagsInForce.ts';
import { tagsFor } from './visit.ts';

/** What sweeps saw of each site, and since when it has been the same (ms). */
type Seen = Readonly<Record<string, { readonly print: string; readonly since: number }>>;

const seenBlob = 'last-good/sweep.json';

/** Listed by subscription; gateways cannot be, but their addresses are. */
const kinds = ['routeTables', 'azureFirewalls', 'virtualNetworks', 'publicIPAddresses'] as const;

const idOf = (item: JsonObject): string => String(item['id']).toLowerCase();

/** What is kept of a listed resource: the tables of a thousand sites would not fit the app's memory. */
type Listed = { readonly id: string; readonly digest: string; readonly decidesElsewhere: boolean };

const inShort = (item: JsonObject): Listed => ({
  id: idOf(item),
  digest: digestOf(item),
  decidesElsewhere: /"firewallPolicy":|\/ipGroups\//i.test(JSON.stringify(item)),
});

/** So many subscriptions are listed at once, four lists each; within so long (ms), or its sites are visited one by one. */
const mostAtOnce = 4;
const listsMs = 90_000;

const listedInTime = (subscriptionId: string, since: number, ports: Ports): Promise<ReadonlyMap<string, Listed>> =>
  ports.clock.now() - since < listsMs ? listed(subscriptionId, ports) : Promise.resolve(new Map());

/** All that Azure lists of these kinds, by lower-case id; empty where one list cannot be had: then every site is visited. */
const listed = async (subscriptionId: string, ports: Ports): Promise<ReadonlyMap<string, Listed>> => {
  const found = new Map<string, Listed>();
  try {
    // One after the other: whole lists side by side are what does not fit.
    for (const kind of kinds) {
      const path = `/subscriptions/${subscriptionId}/providers/Microsoft.Network/${kind}`;
      for (const item of (await ports.lists.list(path, inShort)) as readonly Listed[]) found.set(item.id, item);
    }
    return found;
  } catch (error) {
    const { code, message } = asAutomationError(error);
    if (code === 'ERR_STORAGE' || code === 'ERR_BUG') throw error;
    ports.log.warn('a subscription could not be listed', { subscriptionId, code, message });
    return new Map();
  }
};

const tagPrints = new WeakMap<TagsInForce, string>();

const printOfTags = (inForce: TagsInForce): string => {
  const known = tagPrints.get(inForce) ?? digestOf({ blob: inForce.blob, text: inForce.text() });
  tagPrints.set(inForce, known);
  return known;
};

/** The site's resources as listed; null where one is missing, or where a policy or an IP group, not listed, decides as well. */
const resourcesOf = (side: Site, all: ReadonlyMap<string, Listed>): readonly string[] | null => {
  const { routeTable, firewall, virtualNetwork, gateway } = side.ids;
  const own = [routeTable, firewall, virtualNetwork].map((id) => all.get(id.toLowerCase()));
  const present = own.filter((item): item is Listed => item !== undefined);
  if (present.length < own.length || side.firewallRule.ipGroup || own[1]?.decidesElsewhere) return null;
  const addresses = `${gateway.toLowerCase().split('/providers/')[0] ?? ''}/providers/microsoft.network/publicip`;
  const others = [...all].filter(([id]) => id.startsWith(addresses)).map(([, item]) => item);
  return [...present, ...others].map(({ digest }) => digest);
};

/** No run; or one that waits for a person at the device, whose word has not come: a fleet may wait so for days. */
const standsStill = (state: SiteState): boolean =>
  state.run === null || (waitsForPerson(state.run) && !deviceConfirmed(state));

/** Nothing under way, nothing to decide, nothing in the way: what was looked at then stands as long as nothing changes. */
const isQuiet = (state: SiteState): boolean =>
  standsStill(state) &&
  (state.run !== null || state.singlyEncryptedSince === null) &&
  state.closing === undefined &&
  !state.move &&
  state.waiting === null &&
  state.approved === null &&
  state.attention === null &&
  state.paused === null &&
  state.inPlace !== null &&
  !state.inPlace.retains &&
  !state.lookAgain;

const printOf = async (configured: Site, state: SiteState, all: ReadonlyMap<string, Listed>, ports: Ports) => {
  const side = sideOf(configured, residenceOf(state));
  const resources = resourcesOf(side, all);
  if (resources === null) return null;
  const tags = printOfTags(await tagsFor(ports)(configured.cloud));
  const { decision } = await decideFor(side, state, ports);
  const { mode, services, target, addWaits, releaseWaits } = decision;
  return digestOf({ resources, configured, tags, decision: { mode, services, target, addWaits, releaseWaits } });
};

const seenBefore = async (ports: Ports): Promise<Seen> => {
  try {
    const seen: unknown = JSON.parse((await ports.config.read(seenBlob)) ?? '{}');
    return isObject(seen) ? (seen as Seen) : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
};

/** A look that was promised is taken for lost when it is so late (ms): it waits for a busy site, and for Azure's time-outs. */
const lostAfterMs = 3 * 60_000;

/**
 * After a look that failed, one message looks again when Azure permits, in a quarter of an hour perhaps; a sweep would ask
 * sooner. What is under way is not carried on by that message: there the sweep comes, in case its own was lost.
 */
const isPromisedALook = (state: SiteState, now: number): boolean =>
  state.attention?.again !== undefined &&
  now - Date.parse(state.attention.again) < lostAfterMs &&
  standsStill(state) &&
  state.move?.status !== 'running';

/**
 * Which sites a sweep need not visit: those that a message will look at again; and those that are quiet, that were looked at
 * since all that decides was first seen as it is now, and for which nothing else is due. Tables and firewalls are read by subscription, four lists each.
 */
export const needNoVisit = async (sites: readonly Site[], ports: Ports): Promise<ReadonlySet<string>> => {
  const now = ports.clock.now();
  const before = await seenBefore(ports);
  const states = new Map((await ports.sites.list()).map((state) => [state.site, state]));
  const seen: Record<string, Seen[string]> = {};
  const spared = new Set<string>();
  for (const state of states.values()) if (isPromisedALook(state, now)) spared.add(state.site);
  const quiet = sites.flatMap((site) => {
    const state = states.get(site.id);
    return state === undefined || !isQuiet(state) || watchIsDue(state, site, now) ? [] : [{ site, state }];
  });
  const subscriptions = [...new Set(quiet.map(({ site }) => site.subscriptionId))].sort();
  const lists = new Map(
    await sideBySide(subscriptions, mostAtOnce, async (id) => [id, await listedInTime(id, now, ports)] as const),
  );
  for (const { site, state } of quiet) {
    const all = lists.get(site.subscriptionId) ?? new Map<string, Listed>();
    const print = await printOf(site, state, all, ports).catch(() => null);
    if (print === null) continue;
    const known = before[site.id];
    const since = known?.print === print ? known.since : now;
    seen[site.id] = { print, since };
    if (since < now && state.lastLook !== null && Date.parse(state.lastLook.at) >= since) spared.add(site.id);
  }
  await ports.config.write(seenBlob, JSON.stringify(seen));
  return spared;
};
