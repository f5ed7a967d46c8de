import type { JsonObject } from './base/canonical.ts';
import { iso } from './base/clock.ts';
import { asAutomationError } from './base/errors.ts';
import { otherSide, regionOfSide, sideOf } from './base/side.ts';
import type { Site } from './base/site.ts';
import type { MovePlan } from './plan/move/movePlan.ts';
import { preflightChecks } from './plan/move/preflightChecks.ts';
import type { Heard } from './plan/move/preflightFacts.ts';
import { type DiscoveredLimit, limitInUsages } from './plan/routeLimit.ts';
import type { AzureView, Ports } from './ports.ts';
import { planMove } from './proposeMove.ts';
import type { Preflight } from './record/move.ts';
import { residenceOf } from './record/residence.ts';
import type { SiteState } from './record/state.ts';
import type { TagsInForce } from './record/tagsInForce.ts';

/** What a preflight needs; a visit has it all. */
export type Checking = {
  /** As the sites file has it. */
  readonly configured: Site;
  readonly ports: Ports;
  readonly azure: AzureView;
  readonly tagsInForce: TagsInForce;
};

const hear = async <T>(ask: () => Promise<T>): Promise<Heard<T>> => {
  try {
    return { value: await ask() };
  } catch (error) {
    const failure = asAutomationError(error);
    if (!failure.code.startsWith('ERR_AZURE')) throw failure;
    return { why: failure.message };
  }
};

const limitFrom = (usages: Heard<readonly JsonObject[]>, region: string, now: number): DiscoveredLimit => {
  const routes = 'value' in usages ? limitInUsages(usages.value) : null;
  const why = 'why' in usages ? usages.why : `its usages of ${region} name no RoutesPerRouteTable`;
  return { region, routes, at: iso(now), why: routes === null ? why : null };
};

/** What stands at the ids that the move would write; nothing is asked where the resource group is not there. */
const readStanding = async (plan: MovePlan, group: string, azure: AzureView) => {
  const ids = [...new Set([group, ...plan.steps.flatMap((step) => (step.body ? [step.resource] : []))])];
  const found = new Map<string, JsonObject | null>(ids.map((id) => [id.toLowerCase(), null]));
  const groupBody = await azure.resources.find(group);
  if (groupBody === null) return found;
  found.set(group.toLowerCase(), groupBody);
  await Promise.all(
    ids
      .filter((id) => id !== group)
      .map(async (id) => void found.set(id.toLowerCase(), await azure.resources.find(id))),
  );
  return found;
};

/** Of each secret in a Key Vault: can it be read? Its value is dropped at once. */
const readSecrets = async (plan: MovePlan, ports: Ports): Promise<Map<string, string | null>> => {
  const addresses = [...new Set(plan.secrets.map(({ source }) => source))].filter((source) =>
    source.startsWith('https://'),
  );
  const heard = await Promise.all(
    addresses.map(async (address) => {
      const answer = await hear(() => ports.secrets.read(address));
      return [address, 'why' in answer ? answer.why : null] as const;
    }),
  );
  return new Map(heard);
};

/**
 * Whether the site could move to its other side now. Asks Azure for what is on that side and about the subscription
 * as a whole, some twenty reads; asks the side that is left nothing at all. Nothing is written.
 */
export const preflight = async (from: Checking, state: SiteState): Promise<Preflight> => {
  const { configured, ports, azure, tagsInForce } = from;
  const left = residenceOf(state);
  const to = otherSide(left);
  const region = regionOfSide(configured, to).name;
  const { subscriptionId } = configured;
  const group = sideOf(configured, to).ids.resourceGroup;
  const usages = await hear(() => azure.locations.usages(subscriptionId, region));
  const now = ports.clock.now();
  const routeLimit = configured.routeBudget.limit === 'discover' ? limitFrom(usages, region, now) : null;
  // As of now: what was found before must not speak again.
  const fresh: Preflight = { side: to, at: iso(now), checks: [], ...(routeLimit ? { routeLimit } : {}) };
  const plan = await planMove(
    { configured, ports, tagsInForce },
    { ...state, preflight: fresh },
    { reason: 'outage', why: [] },
  );
  const standing = await hear(() => readStanding(plan, group, azure));
  const groupStands = 'value' in standing && standing.value.get(group.toLowerCase()) != null;
  const [regions, resourceTypes, permissions, secrets] = await Promise.all([
    hear(() => azure.locations.regions(subscriptionId)),
    hear(() => azure.locations.resourceTypes(subscriptionId)),
    hear(() => azure.locations.permissions(groupStands ? group : `/subscriptions/${subscriptionId}`)),
    readSecrets(plan, ports),
  ]);
  const kept = state.snapshots?.[left];
  const checks = preflightChecks({
    site: configured,
    to,
    plan,
    kept: {
      at: kept?.good?.at ?? null,
      lost: kept?.doubtful?.lost ?? [],
      trouble: kept?.trouble?.why ?? null,
    },
    usages,
    regions,
    resourceTypes,
    permissions,
    standing,
    secrets,
    appRegion: ports.appRegion ?? null,
    now,
  });
  return { ...fresh, checks };
};
