import { byCodeUnit, digestOf } from '../../base/canonical.ts';
import { regionOfSide } from '../../base/side.ts';
import type { Blocker } from '../blocker.ts';
import type { ObservedNetwork } from '../observed.ts';
import { secretsOf } from '../snapshotSecrets.ts';
import { poolsOf, prefixesIn, spaceOf } from './addresses.ts';
import { firstUsable } from './addressMap.ts';
import { type CarriedSide, carrySide } from './carriedSide.ts';
import { type CarriedResource, tagged } from './carryResource.ts';
import { criticalPath, inOrder } from './graph.ts';
import { listIn, objectIn, textIn } from './json.ts';
import { keeping, keptSteps } from './keptSteps.ts';
import { staysBehind } from './leftBehind.ts';
import { moveBlockers } from './moveBlockers.ts';
import type { MovePlanInput } from './moveInput.ts';
import type { Mapping, MovePlan, MoveStep } from './movePlan.ts';
import { moveSteps } from './moveSteps.ts';
import { defaultsOf, keptSecretNotes, standingMappings, zonesOf } from './moveWords.ts';
import { withOurCollection } from './ourCollection.ts';
import { idMapOf, nameIn } from './resourceIds.ts';
import { retiredNotes, withRetired } from './retiring.ts';
import { previewTable, type TablePreview } from './tablePreview.ts';
import { thirdRegionNotes } from './thirdRegion.ts';

/** A subnet's first IPv4 prefix, of the network as it will be; a subnet may have one of IPv6 before it. */
const subnetOf = (resources: readonly CarriedResource[], name: string): string | null => {
  const network = resources.find(({ role }) => role === 'virtualNetwork');
  const subnet = listIn(objectIn(network?.body ?? {}, 'properties'), 'subnets').find(
    (child) => textIn(child, 'name').toLowerCase() === name,
  );
  const properties = objectIn(subnet, 'properties');
  const prefixes = [textIn(properties, 'addressPrefix'), ...listIn(properties, 'addressPrefixes')];
  return prefixesIn(prefixes)[0] ?? null;
};

const networkOf = ({ side, resources }: CarriedSide): ObservedNetwork => {
  const firewallSubnet = subnetOf(resources, 'azurefirewallsubnet');
  const { clientAddressPool } = side.network;
  return {
    gatewayPublicIpAddresses: [],
    gatewaySubnet: subnetOf(resources, 'gatewaysubnet'),
    addressSpace: spaceOf(resources),
    firewallPrivateIpAddress: firewallSubnet === null ? null : firstUsable(firewallSubnet),
    clientAddressPool: [...new Set([...(clientAddressPool ? [clientAddressPool] : []), ...poolsOf(resources)])].sort(),
  };
};

const previewOf = (input: MovePlanInput, carried: CarriedSide, network: ObservedNetwork): TablePreview => {
  const gateway = carried.resources.find(({ role }) => role === 'gateway');
  return previewTable({
    side: carried.side,
    desired: input.desired,
    tags: input.tags,
    namePrefix: input.namePrefix,
    network,
    carriedRoutes: carried.carriedRoutes,
    gatewayAddresses: Math.max(1, listIn(objectIn(gateway?.body ?? {}, 'properties'), 'ipConfigurations').length),
    ...(input.routeLimit === undefined ? {} : { routeLimit: input.routeLimit }),
  });
};

/** The classic firewall gets our rules with its first write; one with a policy gets them by a step of its own. */
const withRules = (
  input: MovePlanInput,
  carried: CarriedSide,
  network: ObservedNetwork,
  tags: readonly string[],
): readonly CarriedResource[] =>
  carried.resources.flatMap((resource) => {
    if (resource.role !== 'firewall' || resource.stands) return [resource];
    if (textIn(objectIn(resource.body, 'properties')['firewallPolicy'], 'id') !== '') return [resource];
    const { side } = carried;
    const { desired, namePrefix } = input;
    const { firewall, ipGroup } = withOurCollection(resource.body, { side, desired, network, namePrefix, tags });
    const ruled = { ...resource, body: firewall };
    if (ipGroup === null) return [ruled];
    const body = tagged(ipGroup.body, input);
    return [{ role: 'ipGroup', id: ipGroup.id, name: nameIn(ipGroup.id), body, stands: false, waiting: null }, ruled];
  });

/** One write for each resource that is created, one more for each that is changed later; none for what is kept. */
export const writesOf = (steps: readonly MoveStep[], kept: ReadonlySet<string> = new Set()): MovePlan['writes'] => {
  const writes = new Map<string, number>();
  for (const { id, kind, resource } of steps) {
    if (!['put', 'delete', 'rules', 'routes', 'sharedKey'].includes(kind) || kept.has(id)) continue;
    writes.set(resource, (writes.get(resource) ?? 0) + 1);
  }
  return [...writes].map(([resource, count]) => ({ resource, writes: count }));
};

const byText = (a: Blocker, b: Blocker): number => byCodeUnit(a.code, b.code) || byCodeUnit(a.message, b.message);
const byPlace = (a: Mapping, b: Mapping): number =>
  byCodeUnit(a.resource, b.resource) || byCodeUnit(a.where, b.where) || byCodeUnit(a.before, b.before);

/** What is said of a move whatever its steps are. */
export const frameOf = (input: Pick<MovePlanInput, 'site' | 'from' | 'to' | 'why'>) => {
  const { site, from, to, why } = input;
  return {
    site: site.id,
    from,
    to,
    region: { from: regionOfSide(site, from).name, to: regionOfSide(site, to).name },
    resourceGroup: to === 'home' ? site.resourceGroup : site.target.resourceGroup,
    why,
  };
};

/** Of what is done, and nothing else: no time, no reason. */
export const moveDigest = (plan: Pick<MovePlan, 'site' | 'from' | 'to' | 'steps' | 'carriedRoutes'>): string =>
  digestOf({ site: plan.site, from: plan.from, to: plan.to, steps: plan.steps, carriedRoutes: plan.carriedRoutes });

const nothing = (input: MovePlanInput): MovePlan => {
  const blockers = moveBlockers(input, null, null);
  const plan = { ...frameOf(input), steps: [], carriedRoutes: [] };
  return {
    ...plan,
    reason: input.reason,
    snapshot: null,
    defaults: defaultsOf(input),
    mappings: [],
    secrets: [],
    criticalPath: { steps: [], minutes: 0 },
    writes: [],
    table: null,
    alternatives: input.blockedBy?.fallback?.instead ?? [],
    blockers,
    applyable: false,
    notes: thirdRegionNotes(input),
    digest: moveDigest(plan),
  };
};

/**
 * The plan of a move as data, from the last good snapshot of the side that is left and from nothing else. Pure; the
 * same input gives the same bytes. A plan with blockers still says all it can, and is not applyable.
 */
export const makeMovePlan = (input: MovePlanInput): MovePlan => {
  const { snapshot } = input;
  if (snapshot === null) return nothing(input);
  const carried = carrySide(input, snapshot.resources);
  const network = networkOf(carried);
  const preview = previewOf(input, carried, network);
  const resources = withGroup(withRules(input, carried, network, preview.tags), carried, input);
  const blockers = moveBlockers(input, carried, preview).sort(byText);
  // Of what is lacking, and of two with one name, no steps can be made.
  const complete = !blockers.some(({ code }) => code === 'MOVE_SNAPSHOT') && carried.collisions.length === 0;
  const drafted = complete ? inOrder(moveSteps(input, carried.side, resources)) : [];
  const carriedRoutes = input.reason === 'standbyUp' ? [] : carried.carriedRoutes;
  const whole = withRetired(input, { steps: drafted, carriedRoutes });
  const kept = keptSteps(input, whole);
  const steps = whole.map((step) => (kept.has(step.id) ? keeping(step) : step));
  const { toNew } = idMapOf(snapshot.resources, carried.side.ids.resourceGroup);
  const plan = { ...frameOf(input), steps, carriedRoutes };
  return {
    ...plan,
    reason: input.reason,
    snapshot: { hash: snapshot.hash, takenAt: snapshot.takenAt },
    defaults: [...defaultsOf(input), ...zonesOf(input, steps), ...carried.defaults],
    mappings: [...standingMappings(input), ...[...carried.mappings].sort(byPlace)],
    // By the sites file of today: the snapshot may be older than what it says of a vault.
    secrets: secretsOf(
      input.site,
      snapshot.resources.filter((one) => !staysBehind(one)),
    ).map((secret) => ({
      ...secret,
      resource: toNew(secret.resource) ?? secret.resource,
    })),
    criticalPath: criticalPath(steps),
    writes: writesOf(steps, kept),
    table: preview.table,
    alternatives: input.blockedBy?.fallback?.instead ?? [],
    blockers,
    applyable: blockers.length === 0,
    notes: [...thirdRegionNotes(input), ...carried.notes, ...retiredNotes(steps), ...keptSecretNotes(steps, kept)],
    digest: moveDigest(plan),
  };
};

/** The resource group first, also where the snapshot has none. */
const withGroup = (
  resources: readonly CarriedResource[],
  { side }: CarriedSide,
  input: MovePlanInput,
): readonly CarriedResource[] => {
  if (resources.some(({ role }) => role === 'resourceGroup')) return resources;
  const body = tagged({}, input);
  const id = side.ids.resourceGroup;
  return [{ role: 'resourceGroup', id, name: side.resourceGroup, body, stands: false, waiting: null }, ...resources];
};
