import { firewallStands } from '../apply/firewall.ts';
import { foreignInFirewall, foreignInRouteTable } from '../apply/foreign.ts';
import type { JsonObject } from '../base/canonical.ts';
import { byNumber, counted } from '../base/counted.ts';
import type { Site } from '../base/site.ts';
import { firewallHop } from '../plan/hop.ts';
import { observeFirewall, observeRouteTable } from '../plan/observe.ts';
import type { ObservedFirewall, ObservedRouteTable } from '../plan/observed.ts';
import { isOurs } from '../plan/ownership.ts';
import type { Plan } from '../plan/plan.ts';
import { reachOf } from '../plan/reach.ts';
import { forbiddenFor } from '../ranges/forbidden.ts';
import { RangeSet } from '../ranges/rangeSet.ts';
import type { TagTable } from '../ranges/tagTable.ts';
import { allowedByFirewall } from './allowed.ts';

/** One thing that must hold, whether it does, and the figures a person can check it by. */
export type Check = { readonly id: string; readonly ok: boolean; readonly text: string };

/** The world read again and held against the plan. Only `ok` may be called `cloudReady`. */
export type Proof = { readonly ok: boolean; readonly settled: boolean; readonly checks: readonly Check[] };

export type ProofInput = {
  readonly site: Site;
  readonly plan: Plan;
  readonly tags: TagTable;
  readonly routeTable: JsonObject;
  readonly firewall: JsonObject;
  /** What was foreign when we wrote; absent where this run did not write the resource. */
  readonly foreignBefore: { readonly routeTable?: string; readonly firewall?: string };
  readonly addressSpace: readonly string[];
  readonly sources: readonly string[];
  readonly namePrefix: string;
};

/** `all 760 wanted addresses go`, `the one wanted address goes` */
const allOf = ({ size }: RangeSet, what: string): string =>
  byNumber(size, `the one ${what} goes`, `all ${counted(size, what)} go`);

const some = (set: RangeSet): string => set.cidrs().slice(0, 4).join(', ') + (set.cidrs().length > 4 ? ', ...' : '');

const checkRoutes = (input: ProofInput, table: ObservedRouteTable): Check[] => {
  const { plan, tags } = input;
  const wanted = RangeSet.fromPrefixes(plan.wanted);
  const holes = RangeSet.fromPrefixes(plan.holes);
  const toFirewall = reachOf(table.routes, tags).get(firewallHop(plan.firewallAddress)) ?? RangeSet.empty;
  const missing = wanted.subtract(holes).subtract(toFirewall);
  const leaking = holes.intersect(toFirewall);
  const ours = table.routes.filter((route) => isOurs(route.name, input.namePrefix));
  const oursToFirewall = reachOf(ours, tags).get(firewallHop(plan.firewallAddress)) ?? RangeSet.empty;
  const forbidden = forbiddenFor(input.site, [...input.addressSpace]).intersect(oursToFirewall);
  const prefixes = table.routes.map((route) => route.addressPrefix.toLowerCase());
  const twice = prefixes.filter((prefix, index) => prefixes.indexOf(prefix) !== index);
  return [
    {
      id: 'wantedRouted',
      ok: missing.isEmpty,
      text: missing.isEmpty
        ? `${allOf(wanted.subtract(holes), 'wanted address')} to the firewall ${plan.firewallAddress}`
        : `${counted(missing.size, 'wanted address')} ${byNumber(missing.size, 'does', 'do')} not go to the firewall: ${some(missing)}`,
    },
    {
      id: 'holesKept',
      ok: leaking.isEmpty,
      text: leaking.isEmpty
        ? byNumber(
            holes.size,
            'the one address of gateway management stays away from it',
            `all ${counted(holes.size, 'address')} of gateway management stay away from it`,
          )
        : `${counted(leaking.size, 'address')} of gateway management ${byNumber(leaking.size, 'goes', 'go')} to the firewall: ${some(leaking)}`,
    },
    {
      id: 'nothingForbidden',
      ok: forbidden.isEmpty,
      text: forbidden.isEmpty ? 'nothing forbidden is covered' : `forbidden ranges are covered: ${some(forbidden)}`,
    },
    {
      id: 'withinLimit',
      ok: table.routes.length <= plan.budget.limit && twice.length === 0,
      text: `${counted(table.routes.length, 'route')} in the table, limit ${plan.budget.limit}${twice.length > 0 ? `, ${twice[0]} twice` : ''}`,
    },
  ];
};

const checkFirewall = (input: ProofInput, firewall: ObservedFirewall): Check[] => {
  const wanted = RangeSet.fromPrefixes(input.plan.wanted).subtract(RangeSet.fromPrefixes(input.plan.holes));
  const { allowed, because } = allowedByFirewall(firewall, input.plan.firewall.after.name, input.sources, input.tags);
  const refused = wanted.subtract(allowed);
  const ours = firewall.networkRuleCollections.find(
    (c) => c.name.toLowerCase() === input.plan.firewall.after.name.toLowerCase(),
  );
  const ipv6 =
    ours?.rules.some((rule) => [...rule.destinationAddresses, ...rule.sourceAddresses].some((a) => a.includes(':'))) ??
    false;
  const asPlanned = firewallStands(input.plan, firewall) === 'after';
  const address = firewall.privateIpAddress;
  return [
    {
      id: 'firewallAllows',
      ok: refused.isEmpty && !ipv6 && asPlanned,
      text: refused.isEmpty
        ? asPlanned
          ? `the firewall allows all of them from ${input.sources.join(', ')}`
          : 'our rules on the firewall are not as planned'
        : `the firewall does not allow ${counted(refused.size, 'wanted address')}: ${some(refused)}${because.length > 0 ? ` (${because.join('; ')})` : ''}`,
    },
    {
      id: 'nextHopIsTheFirewall',
      ok: address === null || address === input.plan.firewallAddress,
      text: `the next hop is the firewall's own address${address === null ? ' as configured' : ` ${address}`}`,
    },
  ];
};

const checkForeign = (input: ProofInput, table: ObservedRouteTable, firewall: ObservedFirewall): Check[] => {
  const { foreignBefore, namePrefix } = input;
  const touched = [
    foreignBefore.routeTable !== undefined && foreignInRouteTable(table.raw, namePrefix) !== foreignBefore.routeTable
      ? 'the route table'
      : null,
    foreignBefore.firewall !== undefined && foreignInFirewall(firewall.raw, namePrefix) !== foreignBefore.firewall
      ? 'the firewall'
      : null,
  ].filter((what) => what !== null);
  return [
    {
      id: 'foreignUntouched',
      ok: touched.length === 0,
      text:
        touched.length === 0
          ? 'nothing that is not ours was touched'
          : `something not ours changed on ${touched.join(' and ')} since we wrote`,
    },
  ];
};

/** Proves a plan's result on freshly read resources. Decides nothing about what to do next. */
export const prove = (input: ProofInput): Proof => {
  const table = observeRouteTable(input.routeTable);
  const firewall = observeFirewall(input.firewall);
  const states = [table.provisioningState, firewall.provisioningState];
  const settled = states.every((state) => state === 'Succeeded');
  const checks: Check[] = [
    { id: 'settled', ok: settled, text: `route table ${states[0] || 'unknown'}, firewall ${states[1] || 'unknown'}` },
    ...checkRoutes(input, table),
    ...checkFirewall(input, firewall),
    ...checkForeign(input, table, firewall),
  ];
  return { ok: checks.every((check) => check.ok), settled, checks };
};
