import type { JsonObject } from './base/canonical.ts';
import type { Site } from './base/site.ts';
import type { Cause } from './plan/approval.ts';
import type { ObservedNetwork } from './plan/observed.ts';
import type { Plan } from './plan/plan.ts';
import type { AzureView, Ports } from './ports.ts';
import { servicesAway } from './record/progress.ts';
import type { SiteState } from './record/state.ts';
import type { TagsInForce } from './record/tagsInForce.ts';
import { decide } from './scope/decide.ts';
import type { Decision } from './scope/decision.ts';
import type { Fact } from './scope/fact.ts';
import { readSite } from './sight.ts';
import { holdsAsSeen, planSite } from './sitePlan.ts';

/** One look at a site: what is wanted, what is there, and the plans that follow. Nothing is written. */
export type Look = {
  readonly decision: Decision;
  /** What may be done as far as policy lets it: services that wait for a person's word stay where they are. */
  readonly now: Plan;
  /** All that is wanted, where that differs: it waits for a person. */
  readonly full: Plan | null;
  readonly cause: Cause;
  /** False where what was read speaks against a site that has nothing to do: somebody denies what our rule allows. */
  readonly holds: boolean;
  readonly network: ObservedNetwork & { readonly at: string };
  /** As read a moment ago, by id. */
  readonly fresh: ReadonlyMap<string, JsonObject>;
};

const sorted = (services: Iterable<string>): string[] => [...new Set(services)].sort();

/** The decision as it is before a person has spoken: what waits to come is not there yet, what waits to leave still is. */
const withoutWaiting = (decision: Decision): Decision => {
  const services = sorted([
    ...decision.services.filter((service) => !decision.addWaits.includes(service)),
    ...decision.releaseWaits,
  ]);
  return {
    ...decision,
    services,
    mode: services.length > 0 ? 'serviceFailover' : 'home',
    target: services.length > 0 ? decision.target : null,
  };
};

/** What facts and intents ask for; Azure is not asked anything. */
export const decideFor = async (
  site: Site,
  state: SiteState,
  ports: Ports,
): Promise<{ readonly decision: Decision; readonly facts: readonly Fact[] }> => {
  const facts = await ports.facts.list([site.subscriptionId.toLowerCase(), ...resourceSubscriptions(site)]);
  const intents = await ports.intents.list(site.id);
  const now = ports.clock.now();
  return {
    decision: decide({ site, facts, intents, failedOver: servicesAway(state), left: state.left ?? [], now }),
    facts,
  };
};

/** Looks at a site: reads it and plans twice where a person is asked for a part. */
export const look = async (input: {
  readonly site: Site;
  readonly state: SiteState;
  readonly ports: Ports;
  readonly azure: AzureView;
  readonly tagsInForce: TagsInForce;
  readonly decision: Decision;
  readonly sweep: boolean;
}): Promise<Look> => {
  const { site, state, ports, tagsInForce, decision } = input;
  const now = ports.clock.now();
  const sight = await readSite(site, state, input.azure, now, input.sweep, ports.namePrefix);

  const seen = { site, state, sight, tagsInForce, namePrefix: ports.namePrefix, now };
  const quiet = withoutWaiting(decision);
  const first = planSite(seen, quiet, { comes: false, leaves: false });
  const asks = { comes: decision.addWaits.length > 0, leaves: decision.releaseWaits.length > 0 };
  const same = sorted(decision.services).join() === quiet.services.join();
  return {
    decision,
    now: first.plan,
    full: same ? null : planSite(seen, decision, asks).plan,
    cause: first.cause,
    holds: first.plan.steps.length > 0 || holdsAsSeen(seen, first.plan),
    network: sight.network,
    fresh: sight.fresh,
  };
};

/** Subscriptions of the site's own resources: a failover of one of them may be told there. */
export const resourceSubscriptions = (site: Site): string[] =>
  sorted(
    site.resources
      .map((id) => /^\/subscriptions\/([^/]+)/i.exec(id)?.[1]?.toLowerCase())
      .filter((id): id is string => id !== undefined),
  ).filter((id) => id !== site.subscriptionId.toLowerCase());
