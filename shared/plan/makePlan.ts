import { byCodeUnit, digestOf } from '../base/canonical.ts';
import type { DesiredSets } from '../ranges/desired.ts';
import { RangeSet } from '../ranges/rangeSet.ts';
import { addressBlockers } from './addressBlockers.ts';
import type { Blocker } from './blocker.ts';
import { budgetBlocker } from './budget.ts';
import { extraOf } from './extra.ts';
import { fallbackFor } from './fallback.ts';
import { busyPart, digestedChange, firewallNotes, whereWritten } from './firewallFit.ts';
import { type FirewallChange, planFirewall } from './firewallRules.ts';
import { firewallHop } from './hop.ts';
import { ipGroupBlockers } from './ipGroup.ts';
import { type Climb, climb } from './ladder.ts';
import { notesFor } from './notes.ts';
import { defaultNamePrefix, isOurs } from './ownership.ts';
import type { Plan } from './plan.ts';
import type { PlanInput } from './planInput.ts';
import { policyBlockers } from './policyLimit.ts';
import { reachBlockers, reachOf } from './reach.ts';
import { type RouteLimit, routeLimitOf } from './routeLimit.ts';
import { serviceNotes } from './serviceNotes.ts';
import { settingsHashOf } from './settingsHash.ts';
import { unsettled } from './settled.ts';
import { planSteps } from './steps.ts';

/** Offline nobody knows what the device lists: it then changes where the table does. */
const deviceOf = (input: PlanInput, routesChange: boolean): Plan['device'] => {
  const listHash = digestOf(input.desired.wanted.cidrs());
  const changed = input.deviceListHash === undefined ? routesChange : input.deviceListHash !== listHash;
  return { added: input.desired.added.cidrs(), listHash, changed };
};

/** What the plan works on: the input with the names it uses everywhere. */
type Sight = {
  readonly input: PlanInput;
  readonly namePrefix: string;
  readonly wanted: RangeSet;
  readonly firewallAddress: string;
  readonly hop: string;
  readonly limited: RouteLimit;
  readonly climbed: Climb;
};

const see = (input: PlanInput): Sight => {
  const { site, desired, tags, table, network } = input;
  const namePrefix = input.namePrefix ?? defaultNamePrefix;
  const wanted = input.retain ? desired.wanted.union(input.retain) : desired.wanted;
  const firewallAddress = network.firewallPrivateIpAddress ?? '0.0.0.0';
  const { gatewayPublicIpAddresses, addressSpace } = network;
  const limited = routeLimitOf(site.routeBudget.limit, network.routeLimit, table.routes.length);
  const climbed = climb({
    wanted: { site, wanted, tags, gatewayPublicIpAddresses, addressSpace },
    current: table.routes,
    namePrefix,
    firewallAddress: network.firewallPrivateIpAddress,
    limit: limited.limit,
    limitFrom: limited.from,
  });
  return { input, namePrefix, wanted, firewallAddress, hop: firewallHop(firewallAddress), limited, climbed };
};

/** Do our routes lead addresses to the firewall now that none will lead there, and is nothing new led there? */
const onlyRemoves = ({ input, namePrefix, wanted, hop, climbed }: Sight): boolean => {
  const { table, tags } = input;
  const { changes, routing } = climbed;
  const ours = table.routes.filter((route) => isOurs(route.name, namePrefix));
  const now = reachOf(ours, tags).get(hop) ?? RangeSet.empty;
  const all = reachOf(table.routes, tags).get(hop) ?? RangeSet.empty;
  const after = reachOf([...changes.routes, ...changes.foreign], tags).get(hop) ?? RangeSet.empty;
  return !now.subtract(after).isEmpty && wanted.subtract(routing.holes).subtract(all).isEmpty;
};

const blockersOf = ({ input, wanted, firewallAddress, climbed }: Sight, change: FirewallChange): Blocker[] => {
  const { routing, changes, budget } = climbed;
  const { holes } = routing;
  return [
    ...input.desired.blockers,
    ...addressBlockers(input, wanted, holes),
    ...(budget.strategy === null ? [budgetBlocker(budget, routing.toFirewall.length, routing.toInternet.length)] : []),
    ...changes.blockers,
    ...(changes.blockers.length === 0
      ? reachBlockers({
          wanted,
          holes,
          firewallAddress,
          ours: changes.routes,
          foreign: changes.foreign,
          tags: input.tags,
        })
      : []),
    ...ipGroupBlockers(input.site, change.ipGroup, input.firewall),
    ...policyBlockers(change, input.firewall),
  ].sort((a, b) => byCodeUnit(a.code, b.code) || byCodeUnit(a.message, b.message));
};

const firewallOf = ({ input, wanted, namePrefix, climbed }: Sight, routesChange: boolean): FirewallChange => {
  const { desired, site, network, firewall } = input;
  const widened: DesiredSets = input.retain ? { ...desired, wanted, added: wanted.subtract(desired.home) } : desired;
  const change = planFirewall(site, widened, network, firewall, namePrefix, climbed.routing.tags);
  return whereWritten(change, firewall, routesChange);
};

/**
 * The plan for one site: what is wanted, against what is there, within the limits. Pure; the same input gives the
 * same bytes. A plan with blockers still says all it can, and is not applyable.
 */
export const makePlan = (input: PlanInput): Plan => {
  const sight = see(input);
  const { site, decision, desired, table } = input;
  const { wanted, climbed, firewallAddress } = sight;
  const { routing, changes, budget } = climbed;
  const changed = changes.add.length + changes.remove.length + changes.change.length > 0;
  const routesChange = changed || unsettled(table.provisioningState);
  const device = deviceOf(input, routesChange);
  const firewall = firewallOf(sight, routesChange);
  const blockers = blockersOf(sight, firewall);
  const removing = onlyRemoves(sight);
  // Routes wait for a firewall that is not there yet, whoever is at work on it: a step of its own, though no change.
  const busy = busyPart(input.firewall, firewall) !== undefined;
  const firewallFirst = firewall.changed || (routesChange && !removing && busy);
  const { add, remove, change, routes, unchanged } = changes;
  return {
    site: site.id,
    decision: {
      mode: decision.mode,
      services: desired.services,
      target: decision.target,
      reasons: decision.reasons,
    },
    approval: input.approval,
    applyable: blockers.length === 0,
    blockers,
    budget,
    fallback: fallbackFor(input, wanted, budget, sight.namePrefix),
    routeTable: { routes, add, remove, change, unchanged },
    firewall,
    device,
    steps: planSteps({ site, routesChange, firewallChanges: firewallFirst, firewall, device, removing, desired }),
    digest: digestOf({
      site: site.id,
      // The same changes elsewhere are others: whoever approved these approved none there.
      at: [site.ids.routeTable, site.ids.firewall].map((id) => id.toLowerCase()),
      mode: decision.mode,
      target: decision.target,
      changes: {
        routes: { add, remove, change },
        ...digestedChange(firewall),
        device: device.changed ? device.listHash : null,
      },
    }),
    settingsHash: settingsHashOf(site),
    wanted: wanted.cidrs(),
    holes: routing.holes.cidrs(),
    extra: extraOf(routing, wanted, input.tags),
    firewallAddress,
    addresses: { wanted: wanted.size, added: desired.added.size, holes: routing.holes.size },
    parts: desired.parts.map(({ tag, purpose, prefixes, addresses }) => ({ tag, purpose, prefixes, addresses })),
    tags: { ...desired.tags, sources: input.tagSources ?? [], held: desired.held },
    retained: input.retain?.size ?? 0,
    removing,
    alarms: [
      ...decision.alarms,
      ...desired.leftOut.map(({ tag, why }) => `${tag} is left out: ${why}`),
      ...desired.held.filter(({ kind }) => kind === 'frozen').map(({ text }) => text),
    ],
    notes: [
      ...(sight.limited.note ? [sight.limited.note] : []),
      ...serviceNotes(site, input.tags),
      ...firewallNotes(site, firewall, wanted.cidrs().length),
      ...notesFor(input, changes, wanted, sight.hop),
    ],
  };
};
