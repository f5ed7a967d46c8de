import type { JsonObject } from '../../base/canonical.ts';
import { regionOfSide } from '../../base/side.ts';
import type { Site } from '../../base/site.ts';
import type { Blocker } from '../blocker.ts';
import { observeFirewall } from '../observe.ts';
import type { Role, SnapshotResource } from '../snapshot.ts';
import { type Carriage, carryBody } from './carry.ts';
import { type CarriedRoutes, carryRoutes, withNewFirewall } from './carryRoutes.ts';
import { eachIn, listIn, objectIn, textIn, without, withProperties } from './json.ts';
import type { MovePlanInput } from './moveInput.ts';
import type { Mapping } from './movePlan.ts';
import { moveTag, siteTag } from './moveTags.ts';
import { onePrefixEach } from './onePrefix.ts';
import { type Prepared, prepare, type Surroundings } from './prepare.ts';
import { nameIn, wholeResource } from './resourceIds.ts';
import { standingDifferences } from './standingDifferences.ts';
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

/** A resource, and all there is to say about its carrying over. */
export type CarriedOne = {
  /** null: it is not made there, and the notes say why. */
  readonly resource: CarriedResource | null;
  /** Only of the site's own route table: the routes of others, for its one PUT. */
  readonly carriedRoutes: readonly JsonObject[];
  readonly mappings: readonly Mapping[];
  readonly defaults: readonly string[];
  readonly notes: readonly string[];
  readonly blockers: readonly Blocker[];
};

/** What carrying one resource needs to know of all of them. */
export type Crossing = {
  readonly input: MovePlanInput;
  /** The site as it will stand there. */
  readonly side: Site;
  readonly how: Carriage;
  readonly around: Surroundings;
  /** Addresses of the old firewall. */
  readonly hops: readonly string[];
};

const silent = { carriedRoutes: [], mappings: [], defaults: [], notes: [], blockers: [] };

/** As it is created on the new side: placed there, and marked as the site's. */
export const tagged = (body: JsonObject, { site, from, to }: MovePlanInput): JsonObject => ({
  ...body,
  location: regionOfSide(site, to).name,
  tags: {
    ...objectIn(body, 'tags'),
    [siteTag]: site.id,
    [moveTag]: `${regionOfSide(site, from).name}-to-${regionOfSide(site, to).name}`,
  },
});

/** Has it a site's tag, so that we made it and may bring it in line? */
const isMade = (raw: JsonObject): boolean =>
  Object.keys(objectIn(raw, 'tags')).some((name) => name.toLowerCase() === siteTag);

const isMain = (id: string, { side }: Crossing): boolean => id.toLowerCase() === side.ids.routeTable.toLowerCase();

const preparedOf = (
  { role, id, body }: SnapshotResource,
  newId: string,
  crossing: Crossing,
): Prepared & CarriedRoutes => {
  const { around, hops } = crossing;
  const prepared = prepare(role, writable(role, body), around);
  if (role !== 'routeTable' && role !== 'onPremRouteTable') return { ...prepared, later: [], mappings: [] };
  return { ...prepared, ...carryRoutes(prepared.body, nameIn(id), hops, isMain(newId, crossing), around.isOurs) };
};

const builtAnew = (
  one: SnapshotResource,
  id: string,
  crossing: Crossing,
): CarriedOne & { readonly resource: CarriedResource } => {
  const { role } = one;
  const name = nameIn(id);
  const prepared = preparedOf(one, id, crossing);
  const whole = carryBody(prepared.body, name, crossing.how);
  const rest = carryBody({ properties: { routes: [...prepared.later] } }, name, crossing.how);
  const routesIn = (carried: JsonObject) => listIn(carried['properties'], 'routes') as readonly JsonObject[];
  const once = onePrefixEach(name, [...routesIn(whole.body), ...routesIn(rest.body)]);
  const later = routesIn(rest.body).filter((route) => once.routes.includes(route));
  // A child has neither tags nor place of its own: it goes with its parent.
  const isChild = role === 'ruleCollectionGroup';
  const kept = {
    ...whole.body,
    properties: eachIn(objectIn(whole.body, 'properties'), 'routes', (route) =>
      once.routes.includes(route) ? route : undefined,
    ),
  };
  const body = isChild ? without(kept, 'location', 'tags') : tagged(kept, crossing.input);
  const main = isMain(id, crossing);
  const withLater = () =>
    withProperties(body, (properties) => ({ ...properties, routes: [...listIn(properties, 'routes'), ...later] }));
  return {
    resource: { role, id, name, body, stands: false, waiting: main || later.length === 0 ? null : withLater() },
    carriedRoutes: main ? later : [],
    mappings: [...prepared.mappings, ...whole.mappings, ...rest.mappings],
    defaults: prepared.defaults,
    notes: [...prepared.notes.map((text) => `${name}: ${text}`), ...whole.notes, ...rest.notes, ...once.notes],
    blockers: [
      ...prepared.faults.map(({ code, text, remedy }) => ({ code, message: text, remedy })),
      ...whole.faults,
      ...rest.faults,
      ...once.blockers,
    ],
  };
};

/** As it would be built, the address of the firewall that stands there in its place. */
const spelt = (body: JsonObject, { input, side }: Crossing): JsonObject => {
  const firewall = input.existing?.get(side.ids.firewall.toLowerCase());
  const address = firewall ? observeFirewall(firewall).privateIpAddress : null;
  return address === null ? body : withNewFirewall(body, address);
};

/** What stands there without our tag is left as it is; what has changed beside it is told, for a person to bring over. */
const leftInPlace = (one: SnapshotResource, id: string, standing: JsonObject, crossing: Crossing): CarriedOne => {
  const { role } = one;
  const name = nameIn(id);
  const main = isMain(id, crossing);
  const emptied = main ? withProperties(standing, (properties) => ({ ...properties, routes: [] })) : standing;
  const again = writable(role, emptied);
  const { resource, carriedRoutes } = builtAnew(one, id, crossing);
  const carried = main ? newRoutes(carriedRoutes, standing) : [];
  const left = main
    ? withProperties(resource.body, (properties) => ({ ...properties, routes: [...carriedRoutes] }))
    : (resource.waiting ?? resource.body);
  return {
    ...silent,
    resource: {
      role,
      id,
      name,
      stands: true,
      waiting: null,
      // Made anew, a gateway needs an SKU that is still sold.
      body: role === 'gateway' ? prepare(role, again, crossing.around).body : again,
    },
    carriedRoutes: carried,
    notes: standingDifferences({
      role,
      name,
      left: spelt(left, crossing),
      standing: prepare(role, writable(role, standing), crossing.around).body,
      carried: carried.map((route) => textIn(route, 'name')),
      isOurs: crossing.around.isOurs,
    }),
    blockers: role === 'gateway' ? certificateBlockers(name, one.body, standing) : [],
  };
};

/** A group that somebody put into a policy of ours has no place in one that is not. */
const notTaken = (id: string): CarriedOne => ({
  ...silent,
  resource: null,
  notes: [
    `The rule collection group ${nameIn(id)} does not stand in ${nameIn(wholeResource(id))}, which is not ours, and is not put into it; make it there by hand.`,
  ],
});

/** A child has no tags: whose it is, its parent says. */
const stranger = (role: Role, id: string, { input }: Crossing): JsonObject | undefined => {
  const owner = input.existing?.get((role === 'ruleCollectionGroup' ? wholeResource(id) : id).toLowerCase());
  return owner !== undefined && !isMade(owner) ? owner : undefined;
};

/** A resource of the old side as it will be on the new one. */
export const carryResource = (one: SnapshotResource, crossing: Crossing): CarriedOne => {
  const { role } = one;
  const id = crossing.how.ids.toNew(one.id) ?? one.id;
  const standing = crossing.input.existing?.get(id.toLowerCase());
  if (stranger(role, id, crossing) !== undefined)
    return standing === undefined ? notTaken(id) : leftInPlace(one, id, standing, crossing);
  if (role !== 'resourceGroup') return builtAnew(one, id, crossing);
  const body = tagged({ tags: objectIn(one.body, 'tags') }, crossing.input);
  return { ...silent, resource: { role, id, name: nameIn(id), body, stands: false, waiting: null } };
};
