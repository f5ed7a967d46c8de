import type { JsonObject } from '../../base/canonical.ts';
import type { Site } from '../../base/site.ts';
import { collectionNameFor } from '../ownership.ts';
import type { StopHere } from '../plan.ts';
import type { Role } from '../snapshot.ts';
import type { CarriedResource } from './carriedSide.ts';
import { objectIn, textIn } from './json.ts';
import type { MovePlanInput } from './moveInput.ts';
import type { MoveStep } from './movePlan.ts';
import { nameIn, wholeResource } from './resourceIds.ts';

/** Minutes, as vendors and users report them: gateways "often 45 minutes or more", firewall rules 3-5, the rest at once. */
const minutes: Readonly<Record<Role, number>> = {
  resourceGroup: 1,
  publicIp: 1,
  routeTable: 1,
  onPremRouteTable: 1,
  virtualNetwork: 1,
  ipGroup: 1,
  firewallPolicy: 1,
  ruleCollectionGroup: 2,
  firewall: 8,
  gateway: 45,
  localNetworkGateway: 1,
  connection: 2,
};
const firewallWriteMinutes = 4;
const profileMinutes = 2;

const nouns: Readonly<Record<Role, string>> = {
  resourceGroup: 'resource group',
  publicIp: 'public address',
  routeTable: 'route table',
  onPremRouteTable: 'on-premises route table',
  virtualNetwork: 'virtual network',
  ipGroup: 'IP group',
  firewallPolicy: 'firewall policy',
  ruleCollectionGroup: 'rule collection group',
  firewall: 'firewall',
  gateway: 'VPN gateway',
  localNetworkGateway: 'local network gateway',
  connection: 'connection',
};

/**
 * The state of traffic if the move stops, until the device has moved over: nothing of the new side carries any of it
 * before, so it goes as the old side lets it.
 *
 * | reason            | until the device is confirmed                              | after that |
 * | ----------------- | ---------------------------------------------------------- | ---------- |
 * | `outage`          | `cut`: the old side's gateway may answer nothing           | `works`    |
 * | `budget`          | `degraded`: what failed over leaves the tunnel             | `works`    |
 * | `planned`         | `works`: the old side stands                               | `works`    |
 * | `return`          | `works`: the side that is left stands                      | `works`    |
 * | `standbyUp`       | `works`                                                    | -          |
 */
const stopHereFor: Readonly<Record<MovePlanInput['reason'], StopHere>> = {
  outage: 'cut',
  budget: 'degraded',
  planned: 'works',
  return: 'works',
  standbyUp: 'works',
};

type Draft = Pick<MoveStep, 'id' | 'title' | 'kind' | 'resource' | 'after' | 'estimateMinutes'> & Partial<MoveStep>;

const stepIdOf = (side: Site, { role, id, name }: CarriedResource): string => {
  if (role === 'ruleCollectionGroup') return `ruleCollectionGroup ${nameIn(wholeResource(id))}/${name}`;
  const own = Object.values(side.ids).some((known) => known?.toLowerCase() === id.toLowerCase());
  return own ? role : `${role} ${name}`;
};

/** What a resource is created after: what it refers to, and its parent. */
const builtOn: Readonly<Record<Role, readonly Role[]>> = {
  resourceGroup: [],
  publicIp: [],
  routeTable: [],
  onPremRouteTable: [],
  ipGroup: [],
  localNetworkGateway: [],
  virtualNetwork: ['routeTable', 'onPremRouteTable'],
  firewallPolicy: ['ipGroup'],
  ruleCollectionGroup: ['ipGroup', 'firewallPolicy'],
  firewall: ['virtualNetwork', 'publicIp', 'ipGroup', 'firewallPolicy', 'ruleCollectionGroup'],
  gateway: ['virtualNetwork', 'publicIp'],
  connection: ['gateway', 'localNetworkGateway'],
};

const mentions = (body: JsonObject, id: string): boolean =>
  JSON.stringify(body).toLowerCase().includes(`"${id.toLowerCase()}"`);

/** A child policy after its parent only: two policies need not wait for each other. */
const needs = (one: CarriedResource, other: CarriedResource): boolean => {
  if (one.role === 'firewallPolicy' && other.role === 'firewallPolicy')
    return textIn(objectIn(one.body, 'properties')['basePolicy'], 'id').toLowerCase() === other.id.toLowerCase();
  if (!builtOn[one.role].includes(other.role)) return false;
  // The same as policies for what is large in number; a firewall waits for the whole of its policy.
  if (other.role === 'publicIp') return mentions(one.body, other.id);
  return true;
};

const keyOf = ({ role, id }: CarriedResource): string | undefined => {
  if (role === 'ipGroup') return 'ipGroups';
  if (role === 'ruleCollectionGroup') return wholeResource(id).toLowerCase();
  return ['virtualNetwork', 'firewall', 'firewallPolicy', 'routeTable', 'onPremRouteTable'].includes(role)
    ? id.toLowerCase()
    : undefined;
};

const policyOf = (resources: readonly CarriedResource[]): string | null => {
  const firewall = resources.find(({ role }) => role === 'firewall');
  const id = firewall ? textIn(objectIn(firewall.body, 'properties')['firewallPolicy'], 'id') : '';
  return id === '' ? null : id;
};

/** Is it the site's own by its file, so that it needs no tag of ours? */
const isNamed = (input: MovePlanInput, side: Site, { role, id, stands }: CarriedResource): boolean => {
  if (stands) return true;
  if (role === 'resourceGroup' && input.to === 'target') return input.site.move.resourceGroup !== undefined;
  return input.to === 'home' && Object.values(side.ids).some((known) => known?.toLowerCase() === id.toLowerCase());
};

/** The steps that put every resource there, and what follows on them. `resources`: the resource group among them. */
export const moveSteps = (input: MovePlanInput, side: Site, resources: readonly CarriedResource[]): MoveStep[] => {
  const ids = new Map(resources.map((resource) => [resource, stepIdOf(side, resource)]));
  const idsOf = (...roles: Role[]): string[] =>
    resources.filter(({ role }) => roles.includes(role)).map((resource) => ids.get(resource) ?? '');
  const group = idsOf('resourceGroup');
  const standby = input.reason === 'standbyUp';
  const before = stopHereFor[input.reason];

  const put = (resource: CarriedResource): Draft => {
    const key = keyOf(resource);
    const named = isNamed(input, side, resource);
    return {
      id: ids.get(resource) ?? '',
      title: `Create the ${nouns[resource.role]} ${resource.name}`,
      kind: resource.role === 'connection' ? 'sharedKey' : 'put',
      resource: resource.id,
      body: resource.body,
      after:
        resource.role === 'resourceGroup'
          ? []
          : [...group, ...resources.filter((other) => needs(resource, other)).map((other) => ids.get(other) ?? '')],
      estimateMinutes: minutes[resource.role],
      ...(key === undefined ? {} : { oneAtATime: key }),
      ...(named ? { ownedById: true } : {}),
      ...(resource.stands ? { leaveAsIs: true } : {}),
    };
  };
  const puts = resources.filter(({ role }) => !(standby && role === 'connection')).map(put);

  const later = resources
    .filter(({ waiting }) => waiting !== null)
    .map((table): Draft => {
      const key = keyOf(table);
      return {
        ...put(table),
        id: `${ids.get(table)} routes`,
        title: `Lead the routes of ${table.name} to the new firewall`,
        body: table.waiting ?? {},
        after: [ids.get(table) ?? '', 'firewall'],
        estimateMinutes: 1,
        ...(key === undefined ? {} : { oneAtATime: key }),
      };
    });

  const policy = policyOf(resources);
  const rules: Draft = {
    id: 'rules',
    title: 'Allow what the new home region needs',
    kind: 'rules',
    resource:
      policy === null
        ? side.ids.firewall
        : `${policy}/ruleCollectionGroups/${collectionNameFor(side.id, input.namePrefix)}`,
    after: ['firewall'],
    estimateMinutes: firewallWriteMinutes,
    oneAtATime: (policy ?? side.ids.firewall).toLowerCase(),
  };
  const all = [...puts, ...later, rules, ...(standby ? [] : crossing(side, idsOf('connection'), later))];
  return all.map((step) => ({ ...step, stopHere: step.stopHere ?? before }));
};

/** From the route table to the end: what makes the new side the one the site lives on. */
const crossing = (side: Site, connections: readonly string[], later: readonly Draft[]): Draft[] => {
  const device = `device of ${side.id}`;
  const p2s = side.network.vpn === 'p2s';
  const profile: Draft = {
    id: 'profile',
    title: "Have the gateway make the device's VPN profile",
    kind: 'profile',
    resource: side.ids.gateway,
    after: ['gateway'],
    estimateMinutes: profileMinutes,
  };
  const step = (id: 'bundle' | 'proof' | 'confirm' | 'settle', title: string, after: readonly string[]): Draft => ({
    id,
    title,
    kind: id,
    resource: id === 'bundle' || id === 'confirm' ? device : side.ids.resourceGroup,
    after,
    estimateMinutes: 0,
    ...(id === 'confirm' || id === 'settle' ? { stopHere: 'works' } : {}),
  });
  return [
    {
      id: 'routes',
      title: 'Write the route table, once and whole',
      kind: 'routes',
      resource: side.ids.routeTable,
      after: ['routeTable', 'firewall', 'rules'],
      estimateMinutes: 1,
      oneAtATime: side.ids.routeTable.toLowerCase(),
    },
    ...(p2s ? [profile] : []),
    step('bundle', "Prepare the device's bundle", [...(p2s ? ['profile'] : ['gateway', ...connections]), 'routes']),
    step('proof', 'Read everything again and prove it', [
      'routes',
      'rules',
      'gateway',
      ...connections,
      ...later.map(({ id }) => id),
    ]),
    step('confirm', 'A person puts the bundle on the device, or the gateway sees it connect', ['bundle', 'proof']),
    step('settle', `The site lives in ${side.home.displayName} from now on`, ['confirm']),
  ];
};
