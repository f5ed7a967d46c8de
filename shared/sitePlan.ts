import type { Site } from './base/site.ts';
import { approvalFor, type Cause, causeOf, moverOf } from './plan/approval.ts';
import { capReached, extentOf } from './plan/caps.ts';
import { sourcesFor } from './plan/firewallRules.ts';
import { firewallHop } from './plan/hop.ts';
import { makePlan } from './plan/makePlan.ts';
import type { ObservedFirewall } from './plan/observed.ts';
import { keyOf } from './plan/observePolicy.ts';
import { isOurs } from './plan/ownership.ts';
import { changesIn, type Plan } from './plan/plan.ts';
import { reachOf } from './plan/reach.ts';
import { outcomeHashOf } from './plan/settingsHash.ts';
import { desiredSets } from './ranges/desired.ts';
import { RangeSet } from './ranges/rangeSet.ts';
import { aged } from './ranges/tagSource.ts';
import { deviceListHash, servicesAway } from './record/progress.ts';
import type { SiteState } from './record/state.ts';
import type { TagsInForce } from './record/tagsInForce.ts';
import type { Decision } from './scope/decision.ts';
import type { Sight } from './sight.ts';
import { prove } from './verify/prove.ts';

/** A site as it was seen, with what is remembered of it: all that its plans are made from. */
export type Seen = {
  readonly site: Site;
  readonly state: SiteState;
  readonly sight: Sight;
  readonly tagsInForce: TagsInForce;
  readonly namePrefix: string;
  /** Application time (ms): how old the tags are, and nothing else. */
  readonly now: number;
};

/** The prefixes our collection allows now: the exact set that was wanted when it was written; what is no prefix is no one's. */
const allowedNow = ({ firewall: { before } }: Plan, { ipGroups }: ObservedFirewall): RangeSet =>
  RangeSet.unionOf(
    (before?.rules ?? [])
      .flatMap((rule) => [
        ...rule.destinationAddresses,
        ...rule.destinationIpGroups.flatMap((id) => ipGroups.get(keyOf(id))?.addresses ?? []),
      ])
      .map(rangeIn),
  );

const rangeIn = (text: string): RangeSet => {
  try {
    return RangeSet.fromPrefixes([text]);
  } catch {
    return RangeSet.empty;
  }
};

/** A plan that adds and takes away at once only adds first: what the device still lists must not be cut off. */
const retained = ({ state, sight, tagsInForce: { tags }, namePrefix }: Seen, draft: Plan): RangeSet | undefined => {
  if (state.inPlace === null) return undefined;
  const { routes } = sight.table;
  const hop = firewallHop(draft.firewallAddress);
  const reached = (some: typeof routes) => reachOf(some, tags).get(hop) ?? RangeSet.empty;
  const wanted = RangeSet.fromPrefixes(draft.wanted);
  const needed = wanted.subtract(RangeSet.fromPrefixes(draft.holes));
  const routed = reached(routes.filter((route) => isOurs(route.name, namePrefix)));
  const allowed = allowedNow(draft, sight.firewall);
  // Rules come before routes: what is routed and not allowed has lost its rule to somebody.
  const robbed = !needed.intersect(routed).subtract(allowed).isEmpty;
  // Not what a summary covered besides, which was never listed; where rules are gone, nothing tells that apart.
  const leaving = (robbed ? routed : routed.intersect(allowed)).subtract(wanted);
  const adds = robbed || !needed.subtract(reached(routes)).isEmpty;
  return adds && !leaving.isEmpty ? leaving : undefined;
};

/** The plan for a decision, and what moved since the site was last proven. `asks` says what of it a person is asked. */
export const planSite = (
  seen: Seen,
  wanted: Decision,
  asks: { readonly comes: boolean; readonly leaves: boolean },
): { readonly plan: Plan; readonly cause: Cause } => {
  const { site, state, sight, namePrefix } = seen;
  const { tags, sources } = seen.tagsInForce;
  const desired = desiredSets({ site, services: wanted.services, tags, inUse: servicesAway(state) });
  const { table, firewall, network } = sight;
  const make = (approval: Plan['approval'], retain?: RangeSet) =>
    makePlan({
      site,
      decision: wanted,
      desired,
      tags,
      tagSources: sources.map((source) => aged(source, seen.now)),
      table,
      firewall,
      network,
      approval,
      namePrefix,
      deviceListHash: deviceListHash(state),
      ...(retain ? { retain } : {}),
    });
  const draft = make(null);
  const cause = causeOf({
    inPlace: state.inPlace,
    services: desired.services,
    wantedHash: draft.device.listHash,
    settingsHash: draft.settingsHash,
    outcomeHash: outcomeHashOf(draft),
    changes: changesIn(draft),
  });
  const mover = moverOf(state.inPlace, { tagsHash: draft.tags.hash, settingsHash: draft.settingsHash });
  const approval = approvalFor({ site, decision: wanted, adopted: state.adopted !== null, cause, mover, ...asks });
  const plan = make(approval, retained(seen, draft));
  return { plan: { ...plan, approval: withCaps(seen, plan, cause) }, cause };
};

/** Caps on change come on top: who approves the digest for another reason reads of them, too. */
const withCaps = ({ site, state, sight, tagsInForce: { tags }, namePrefix }: Seen, plan: Plan, cause: Cause) => {
  const { inPlace } = state;
  const extent = extentOf({ plan, table: sight.table.routes, tags, namePrefix, proven: inPlace });
  const failsBack = plan.decision.services.every((service) => inPlace?.services.includes(service));
  const why = capReached({ caps: site.policy.caps, extent, cause, failsBack });
  if (why === null) return plan.approval;
  return { why: plan.approval === null ? why : `${plan.approval.why} ${why}` };
};

/** What is ours may be as planned, and traffic dropped all the same. A resource under way says nothing either way. */
export const holdsAsSeen = ({ site, sight, tagsInForce, namePrefix }: Seen, plan: Plan): boolean => {
  const { network } = sight;
  const proof = prove({
    site,
    plan,
    tags: tagsInForce.tags,
    routeTable: sight.table.raw,
    firewall: sight.firewall.raw,
    beside: sight.beside,
    foreignBefore: {},
    sources: sourcesFor(site, network),
    addressSpace: network.addressSpace,
    namePrefix,
  });
  return proof.ok || !proof.settled;
};
