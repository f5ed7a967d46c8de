import { sideOf } from '../../shared/base/side.ts';
import { readSites, type Site } from '../../shared/base/site.ts';
import { routeOf } from '../../shared/plan/observe.ts';
import type { Route } from '../../shared/plan/observed.ts';
import type { Plan } from '../../shared/plan/plan.ts';
import { reachOf } from '../../shared/plan/reach.ts';
import { forbiddenFor } from '../../shared/ranges/forbidden.ts';
import { holesIn } from '../../shared/ranges/holes.ts';
import { RangeSet } from '../../shared/ranges/rangeSet.ts';
import { parseTagFile } from '../../shared/ranges/tagFile.ts';
import type { SiteState } from '../../shared/record/state.ts';
import type { Arm } from '../../simulator/arm/server.ts';
import { readSyntheticTags } from '../../simulator/tags/syntheticTags.ts';
import type { Journey, Stage } from '../support/journey.ts';
import { steady } from '../support/landing.ts';

const tags = parseTagFile(readSyntheticTags(), 'the synthetic tags');

type RawTable = { readonly etag?: string; readonly properties: { readonly routes?: readonly unknown[] } };

const routesOf = (table: RawTable): Route[] => (table.properties.routes ?? []).map(routeOf);

/** Addresses that go to any appliance, by longest prefix. */
const toAppliance = (routes: readonly Route[]): RangeSet =>
  RangeSet.unionOf(
    [...reachOf(routes, tags)].filter(([hop]) => hop.startsWith('virtualappliance')).map(([, reached]) => reached),
  );

const some = (set: RangeSet): string => set.cidrs().slice(0, 3).join(', ');

const gatewayAddresses = (arm: Arm, subscriptionId: string): string[] =>
  arm
    .ids()
    .filter((id) => id.includes(subscriptionId) && /publicIPAddresses\/vngw/i.test(id))
    .flatMap((id) => {
      const { ipAddress } = (arm.read(id)?.['properties'] ?? {}) as { ipAddress?: unknown };
      return typeof ipAddress === 'string' ? [ipAddress] : [];
    });

/** What must hold of a site's tables whenever the app stands still. */
export type Watch = {
  /** Takes in what the device lists now. */
  learn(state: SiteState): Promise<void>;
  /** Looks at each table that changed since the last time; returns what is wrong. */
  look(): readonly string[];
};

const listedIn = (plan: Plan): RangeSet =>
  RangeSet.fromPrefixes(plan.wanted).subtract(RangeSet.fromPrefixes(plan.holes));

/** What of `name` the home table holds that is not ours. */
const foreignIn = (table: RawTable): string =>
  JSON.stringify(
    (table.properties.routes ?? [])
      .filter((route) => !(route as { name: string }).name.startsWith('asefo-'))
      .map(steady),
  );

export const watchSite = async ({ arm }: Stage, journey: Journey, limit: number): Promise<Watch> => {
  const { ports, site: id, subscriptionId } = journey;
  const configured = readSites((await ports.config.read('sites.json')) ?? '', 'sites.json').find(
    (candidate) => candidate.id === id,
  ) as Site;
  const sides = (['home', 'target'] as const).map((side) => ({ side, site: sideOf(configured, side) }));
  const seen = new Map<string, string | undefined>();
  const missingAtFirst = new Map<string, RangeSet>();
  const lists = new Map<string, RangeSet>();
  let listed: { readonly side: string; readonly set: RangeSet } | null = null;
  let foreignAtFirst: string | null = null;

  const learn: Watch['learn'] = async ({ device, residence }) => {
    const hash = device.confirmed?.listHash;
    if (hash !== undefined && !lists.has(hash)) {
      for (const name of await ports.archive.list(`plans/${id}/`)) {
        const plan = JSON.parse((await ports.archive.read(name)) ?? '{}') as Partial<Plan>;
        if (plan.device && plan.wanted && plan.holes) lists.set(plan.device.listHash, listedIn(plan as Plan));
      }
    }
    const set = lists.get(hash ?? '');
    const side = residence?.side ?? 'home';
    if (listed?.set !== set || listed?.side !== side) seen.clear();
    listed = set === undefined ? null : { side, set };
  };

  const lookAt = (side: string, site: Site): string[] => {
    const table = arm.read(site.ids.routeTable) as RawTable | undefined;
    if (table === undefined || seen.get(side) === table.etag) return [];
    seen.set(side, table.etag);
    const routes = routesOf(table);
    const reached = toAppliance(routes);
    const wrong: string[] = [];
    const forbidden = forbiddenFor(site).intersect(reached);
    if (!forbidden.isEmpty) wrong.push(`${side}: forbidden ${some(forbidden)} go to the firewall`);
    const holes = holesIn(reached, tags, gatewayAddresses(arm, subscriptionId));
    if (!holes.isEmpty) wrong.push(`${side}: holes ${some(holes)} go to the firewall`);
    if (routes.length > limit) wrong.push(`${side}: ${routes.length} routes, limit ${limit}`);
    if (listed?.side === side) {
      const missing = listed.set.subtract(reached);
      const first = missingAtFirst.get(side) ?? missing;
      missingAtFirst.set(side, first);
      const more = missing.subtract(first);
      if (!more.isEmpty)
        wrong.push(`${side}: ${more.size} addresses that the device lists lost their route: ${some(more)}`);
    }
    if (side === 'home') {
      foreignAtFirst ??= foreignIn(table);
      if (foreignIn(table) !== foreignAtFirst) wrong.push('home: routes that are not ours changed');
    }
    return wrong;
  };

  return { learn, look: () => sides.flatMap(({ side, site }) => lookAt(side, site)) };
};
