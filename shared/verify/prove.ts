import { firewallStands } from '../apply/firewall.ts';
import { foreignInFirewall, foreignInRouteTable, foreignInRuleGroup } from '../apply/foreign.ts';
import { ipGroupStands } from '../apply/ipGroup.ts';
import type { JsonObject } from '../base/canonical.ts';
import { byNumber, counted } from '../base/counted.ts';
import type { Site } from '../base/site.ts';
import { ourCollectionIn } from '../plan/firewallRules.ts';
import { firewallHop } from '../plan/hop.ts';
import { ipGroupSeen } from '../plan/ipGroup.ts';
import { observeFirewall, observeRouteTable } from '../plan/observe.ts';
import type { BesideFirewall, ObservedFirewall, ObservedRouteTable } from '../plan/observed.ts';
import { isOurs } from '../plan/ownership.ts';
import type { Plan } from '../plan/plan.ts';
import { reachOf } from '../plan/reach.ts';
import { ourGroupIn, ownPolicy } from '../plan/ruleOrder.ts';
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
  /** Its policy and the IP groups of rules; absent where there are none. */
  readonly beside?: BesideFirewall;
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
  const { after, ipGroup } = input.plan.firewall;
  const ours = ourCollectionIn(firewall, after.name);
  const group = ipGroup === undefined ? null : ipGroupSeen(firewall, ipGroup.id);
  const addresses = [
    ...(ours?.rules ?? []).flatMap((rule) => [...rule.destinationAddresses, ...rule.sourceAddresses]),
    ...(group?.addresses ?? []),
  ];
  const ipv6 = addresses.some((address) => address.includes(':'));
  const groupStands = ipGroup === undefined || ipGroupStands(ipGroup, group) === 'after';
  const asPlanned = groupStands && firewallStands(input.plan, firewall) === 'after';
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

/** What is not ours in the resource that our rules were written to. */
const foreignBeside = ({ plan, namePrefix }: ProofInput, firewall: ObservedFirewall): string =>
  plan.firewall.policy === undefined
    ? foreignInFirewall(firewall.raw, namePrefix)
    : foreignInRuleGroup(firewall, plan.firewall.after.name);

const checkForeign = (input: ProofInput, table: ObservedRouteTable, firewall: ObservedFirewall): Check[] => {
  const { foreignBefore, namePrefix } = input;
  const touched = [
    foreignBefore.routeTable !== undefined && foreignInRouteTable(table.raw, namePrefix) !== foreignBefore.routeTable
      ? 'the route table'
      : null,
    foreignBefore.firewall !== undefined && foreignBeside(input, firewall) !== foreignBefore.firewall
      ? input.plan.firewall.policy === undefined
        ? 'the firewall'
        : 'our rule collection group'
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

/** What must be settled, with its state. */
const statesOf = (plan: Plan, table: ObservedRouteTable, firewall: ObservedFirewall): [string, string][] => {
  const { after, ipGroup } = plan.firewall;
  const parts: [string, { readonly provisioningState: string } | null][] = [
    ['route table', table],
    ['firewall', firewall],
    ['policy', ownPolicy(firewall)],
    ['rule collection group', ourGroupIn(firewall, after.name)],
    ['IP group', ipGroup === undefined ? null : ipGroupSeen(firewall, ipGroup.id)],
  ];
  return parts.flatMap(([what, part]) => (part === null ? [] : [[what, part.provisioningState]]));
};

/** Proves a plan's result on freshly read resources. Decides nothing about what to do next. */
export const prove = (input: ProofInput): Proof => {
  const table = observeRouteTable(input.routeTable);
  const firewall = observeFirewall(input.firewall, input.beside);
  const states = statesOf(input.plan, table, firewall);
  const settled = states.every(([, state]) => state === 'Succeeded');
  const checks: Check[] = [
    { id: 'settled', ok: settled, text: states.map(([what, state]) => `${what} ${state || 'unknown'}`).join(', ') },
    ...checkRoutes(input, table),
    ...checkFirewall(input, firewall),
    ...checkForeign(input, table, firewall),
  ];
  return { ok: checks.every((check) => check.ok), settled, checks };
};
