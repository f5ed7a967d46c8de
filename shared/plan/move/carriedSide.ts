import { byCodeUnit, type JsonObject } from '../../base/canonical.ts';
import { regionOfSide, sideOf } from '../../base/side.ts';
import type { Site } from '../../base/site.ts';
import type { Blocker } from '../blocker.ts';
import { observeFirewall } from '../observe.ts';
import { isOurs } from '../ownership.ts';
import type { Role, SnapshotResource } from '../snapshot.ts';
import { addressBlockersOf, shiftsOf } from './addresses.ts';
import { carryBody } from './carry.ts';
import { type CarriedRoutes, carryRoutes } from './carryRoutes.ts';
import { listIn, objectIn, textIn, without, withProperties } from './json.ts';
import type { MovePlanInput } from './moveInput.ts';
import type { Mapping } from './movePlan.ts';
import { moveTag, siteTag } from './moveTags.ts';
import { type Prepared, prepare } from './prepare.ts';
import { idMapOf, nameIn } from './resourceIds.ts';
import { certificateBlockers, newRoutes } from './standingSide.ts';
import { writable } from './writable.ts';

/** One resource as it will be on the new side. */
export type CarriedResource = {
  readonly role: Role;
  readonly id: string;
  readonly name: string;
  readonly body: JsonObject;
  /** It stands there, was not made by us, and is left as it is; `body` is for the case that it no longer does. */
  readonly stands: boolean;
  /** Only of tables that are not the site's own: the body with the routes that wait for the new firewall's address. */
  readonly waiting: JsonObject | null;
};

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
};

/** Has it a site's tag, so that we made it and may bring it in line? */
const isMade = (raw: JsonObject): boolean =>
  Object.keys(objectIn(raw, 'tags')).some((name) => name.toLowerCase() === siteTag);

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
  const { site, from, to, namePrefix } = input;
  const side = sideOf(site, to);
  const resources = all
    .filter((resource) => !isOursWhole(resource, namePrefix))
    .sort((a, b) => byCodeUnit(a.id.toLowerCase(), b.id.toLowerCase()));
  const how = { ids: idMapOf(resources, side.ids.resourceGroup), shifts: shiftsOf(input, resources) };
  const hops = hopsOf(input, resources);
  const around = {
    zones: to === 'target' ? site.move.zones : [],
    oldAddresses: addressesOf(resources),
    isOurs: (name: string) => isOurs(name, namePrefix),
  };
  const mappings: Mapping[] = [];
  const defaults: string[] = [];
  const notes: string[] = [];
  const blockers: Blocker[] = how.ids.collisions.map((pair) => collision(pair, side));
  let carriedRoutes: readonly JsonObject[] = [];

  const tag = (body: JsonObject): JsonObject => ({
    ...body,
    location: regionOfSide(site, to).name,
    tags: {
      ...objectIn(body, 'tags'),
      [siteTag]: site.id,
      [moveTag]: `${regionOfSide(site, from).name}-to-${regionOfSide(site, to).name}`,
    },
  });
  const isMain = (id: string): boolean => id.toLowerCase() === side.ids.routeTable.toLowerCase();

  const preparedOf = ({ role, id, body }: SnapshotResource, newId: string): Prepared & CarriedRoutes => {
    const prepared = prepare(role, writable(role, body), around);
    if (role !== 'routeTable' && role !== 'onPremRouteTable') return { ...prepared, later: [], mappings: [] };
    return { ...prepared, ...carryRoutes(prepared.body, nameIn(id), hops, isMain(newId), around.isOurs) };
  };

  /** What stands there without our tag is left as it is. */
  const inPlace = (resource: SnapshotResource, id: string, standing: JsonObject): CarriedResource => {
    const { role, body } = resource;
    const left = isMain(id) ? withProperties(standing, (properties) => ({ ...properties, routes: [] })) : standing;
    if (role === 'gateway') blockers.push(...certificateBlockers(nameIn(id), body, standing));
    if (isMain(id)) carriedRoutes = newRoutes(preparedOf(resource, id).later, standing);
    const again = writable(role, left);
    // Made anew, a gateway needs an SKU that is still sold.
    const planned = role === 'gateway' ? prepare(role, again, around).body : again;
    return { role, id, name: nameIn(id), stands: true, waiting: null, body: planned };
  };

  const carry = (resource: SnapshotResource): CarriedResource => {
    const { role } = resource;
    const id = how.ids.toNew(resource.id) ?? resource.id;
    const name = nameIn(id);
    const standing = input.existing?.get(id.toLowerCase());
    // A child has neither tags nor place of its own: it goes with its parent.
    const isChild = role === 'ruleCollectionGroup';
    if (standing !== undefined && !isChild && !isMade(standing)) return inPlace(resource, id, standing);
    const base = { role, id, name, stands: false };
    if (role === 'resourceGroup')
      return { ...base, waiting: null, body: tag({ tags: objectIn(resource.body, 'tags') }) };

    const prepared = preparedOf(resource, id);
    const whole = carryBody(prepared.body, nameIn(resource.id), how);
    const rest = carryBody({ properties: { routes: [...prepared.later] } }, nameIn(resource.id), how);
    notes.push(...prepared.notes.map((text) => `${name}: ${text}`), ...whole.notes, ...rest.notes);
    defaults.push(...prepared.defaults);
    mappings.push(...prepared.mappings, ...whole.mappings, ...rest.mappings);
    blockers.push(
      ...prepared.faults.map(({ code, text, remedy }) => ({ code, message: text, remedy })),
      ...whole.faults,
      ...rest.faults,
    );
    const later = listIn(rest.body['properties'], 'routes') as readonly JsonObject[];
    if (isMain(id)) carriedRoutes = later;
    const body = isChild ? without(whole.body, 'location', 'tags') : tag(whole.body);
    const withLater = withProperties(body, (properties) => ({
      ...properties,
      routes: [...listIn(properties, 'routes'), ...later],
    }));
    return { ...base, body, waiting: isMain(id) || later.length === 0 ? null : withLater };
  };

  const carried = resources.map(carry);
  blockers.push(...addressBlockersOf(input, carried));
  return { side, resources: carried, carriedRoutes, mappings, defaults, notes, blockers };
};
