import { byCodeUnit, type JsonObject } from '../../base/canonical.ts';
import { sideOf } from '../../base/side.ts';
import type { Site } from '../../base/site.ts';
import type { Blocker } from '../blocker.ts';
import { observeFirewall } from '../observe.ts';
import { isOurs } from '../ownership.ts';
import type { SnapshotResource } from '../snapshot.ts';
import { addressBlockersOf, shiftsOf } from './addresses.ts';
import { type CarriedResource, type Crossing, carryResource } from './carryResource.ts';
import { textIn } from './json.ts';
import { leftBehindNote, staysBehind } from './leftBehind.ts';
import type { MovePlanInput } from './moveInput.ts';
import type { Mapping } from './movePlan.ts';
import { idMapOf, nameIn } from './resourceIds.ts';

/** The old side's resources as the new side will have them, and all there is to say about it. */
export type CarriedSide = {
  /** The site as it will stand there. */
  readonly side: Site;
  /** Sorted by the id of the old side. */
  readonly resources: readonly CarriedResource[];
  readonly carriedRoutes: readonly JsonObject[];
  readonly mappings: readonly Mapping[];
  readonly defaults: readonly string[];
  readonly notes: readonly string[];
  readonly blockers: readonly Blocker[];
  /** Pairs of what would have one name there; also among the blockers. */
  readonly collisions: readonly string[];
};

const addressesOf = (resources: readonly SnapshotResource[]): string[] =>
  resources
    .filter(({ role }) => role === 'publicIp')
    .map(({ body }) => textIn(body['properties'], 'ipAddress'))
    .filter((address) => address !== '');

/** Ours on a policy is planned anew, as a service failover writes it. */
const isOursWhole = ({ role, id }: SnapshotResource, namePrefix: string): boolean =>
  (role === 'ruleCollectionGroup' || role === 'ipGroup') && isOurs(nameIn(id), namePrefix);

const hopsOf = (input: MovePlanInput, resources: readonly SnapshotResource[]): string[] => {
  const firewall = resources.find(({ role }) => role === 'firewall');
  const seen = firewall ? observeFirewall(firewall.body).privateIpAddress : null;
  const given = sideOf(input.site, input.from).network.firewallPrivateIpAddress;
  return [seen, given].filter((address) => typeof address === 'string');
};

const collision = (pair: string, side: Site): Blocker => ({
  code: 'MOVE_REFERENCE',
  message: `${pair} would have one name in the resource group ${side.resourceGroup}.`,
  remedy: 'Rename one of them; on the new side all stand in one resource group.',
});

/** Every resource of the snapshot as it will be on the new side. Pure; the order of the snapshot does not count. */
export const carrySide = (input: MovePlanInput, all: readonly SnapshotResource[]): CarriedSide => {
  const { site, to, namePrefix } = input;
  const side = sideOf(site, to);
  const resources = all
    .filter((resource) => !isOursWhole(resource, namePrefix) && !staysBehind(resource))
    .sort((a, b) => byCodeUnit(a.id.toLowerCase(), b.id.toLowerCase()));
  const crossing: Crossing = {
    input,
    side,
    how: { ids: idMapOf(resources, side.ids.resourceGroup), shifts: shiftsOf(input, resources) },
    around: {
      zones: to === 'target' ? site.move.zones : [],
      oldAddresses: addressesOf(resources),
      isOurs: (name) => isOurs(name, namePrefix),
      radiusSecret: site.move.radiusSecret,
    },
    hops: hopsOf(input, resources),
  };
  const carried = resources.map((resource) => carryResource(resource, crossing));
  const planned = carried.flatMap(({ resource }) => resource ?? []);
  const { collisions } = crossing.how.ids;
  return {
    side,
    resources: planned,
    carriedRoutes: carried.flatMap((one) => one.carriedRoutes),
    mappings: carried.flatMap((one) => one.mappings),
    defaults: carried.flatMap((one) => one.defaults),
    notes: [...all.filter(staysBehind).map(leftBehindNote).sort(), ...carried.flatMap((one) => one.notes)],
    blockers: [
      ...collisions.map((pair) => collision(pair, side)),
      ...carried.flatMap((one) => one.blockers),
      ...addressBlockersOf(input, planned),
    ],
    collisions,
  };
};
