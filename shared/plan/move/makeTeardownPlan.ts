import { byCodeUnit } from '../../base/canonical.ts';
import { otherSide, regionOfSide, type SideName, sideOf } from '../../base/side.ts';
import type { Site } from '../../base/site.ts';
import type { Blocker } from '../blocker.ts';
import { collectionNameFor, isOurs } from '../ownership.ts';
import type { Role, SnapshotResource } from '../snapshot.ts';
import { criticalPath, inOrder } from './graph.ts';
import { withoutUsed } from './inUse.ts';
import { listIn, objectIn, textIn } from './json.ts';
import { moveDigest, writesOf } from './makeMovePlan.ts';
import type { MovePlan, MoveStep } from './movePlan.ts';
import { siteTag } from './moveTags.ts';
import { nameIn, wholeResource } from './resourceIds.ts';

/**
 * | purpose       | takes away                                                                     |
 * | ------------- | ------------------------------------------------------------------------------ |
 * | `cancel`      | what a move made that will not be finished: only what carries our tag          |
 * | `standbyDown` | the standby of a site that lives elsewhere: only what carries our tag          |
 * | `retire`      | the side that was left, by a person's approval: also what was there before us  |
 */
export type TeardownPurpose = 'cancel' | 'standbyDown' | 'retire';

export type TeardownInput = {
  /** As the sites file has it. */
  readonly site: Site;
  /** The side to take down. */
  readonly side: SideName;
  /** Where the site lives; that side is never taken down. */
  readonly livesOn: SideName;
  readonly purpose: TeardownPurpose;
  readonly why: readonly string[];
  /** What stands there, as ARM sent it a moment ago. */
  readonly resources: readonly SnapshotResource[];
  /** Ids of all there is in the side's resource group, whoever's; null where nobody could tell: then the group stays. */
  readonly contents: readonly string[] | null;
  readonly namePrefix: string;
  /** Ids of what may go, where some of ours is to stay; absent: all of it. */
  readonly only?: readonly string[];
};

/** Minutes; a gateway's deletion takes a quarter of an hour and more. */
const minutes: Readonly<Partial<Record<Role, number>>> = { gateway: 15, firewall: 8 };

/** The reverse of building: what is deleted before each. */
const before: Readonly<Record<Role, readonly Role[]>> = {
  connection: [],
  firewall: [],
  gateway: ['connection'],
  localNetworkGateway: ['connection', 'gateway'],
  ruleCollectionGroup: ['firewall'],
  firewallPolicy: ['firewall', 'ruleCollectionGroup'],
  ipGroup: ['firewall', 'ruleCollectionGroup', 'firewallPolicy'],
  virtualNetwork: ['gateway', 'firewall'],
  routeTable: ['virtualNetwork'],
  onPremRouteTable: ['virtualNetwork'],
  networkSecurityGroup: ['virtualNetwork'],
  publicIp: ['gateway', 'firewall'],
  resourceGroup: [
    'gateway',
    'firewall',
    'localNetworkGateway',
    'firewallPolicy',
    'ipGroup',
    'virtualNetwork',
    'routeTable',
    'onPremRouteTable',
    'networkSecurityGroup',
    'publicIp',
  ],
};

const isTagged = ({ body }: SnapshotResource, site: Site): boolean =>
  Object.entries(objectIn(body, 'tags')).some(([name, value]) => name.toLowerCase() === siteTag && value === site.id);

/** A rule collection group goes with its policy; where that stays, ours goes by its name. */
const isOursToTake = (input: TeardownInput, resource: SnapshotResource): boolean => {
  if (input.only?.every((id) => id.toLowerCase() !== resource.id.toLowerCase())) return false;
  if (resource.role === 'ruleCollectionGroup')
    return nameIn(resource.id).toLowerCase() === collectionNameFor(input.site.id, input.namePrefix).toLowerCase();
  return input.purpose === 'retire' || isTagged(resource, input.site);
};

/** The group is the last to go, and only if nothing stays in it. */
const groupGoes = ({ contents }: TeardownInput, going: readonly SnapshotResource[]): boolean => {
  const gone = new Set(going.map(({ id }) => id.toLowerCase()));
  return contents?.every((id) => gone.has(wholeResource(id).toLowerCase())) ?? false;
};

const parentOf = ({ body }: SnapshotResource): string =>
  textIn(objectIn(body, 'properties')['basePolicy'], 'id').toLowerCase();

const waitsFor = (one: SnapshotResource, other: SnapshotResource): boolean =>
  one.role === 'firewallPolicy' && other.role === 'firewallPolicy'
    ? parentOf(other) === one.id.toLowerCase()
    : before[one.role].includes(other.role);

const keyOf = ({ role, id }: SnapshotResource): string | undefined => {
  if (role === 'ipGroup') return 'ipGroups';
  return role === 'ruleCollectionGroup' || role === 'firewallPolicy' ? wholeResource(id).toLowerCase() : undefined;
};

const stepsOf = (input: TeardownInput, going: readonly SnapshotResource[]): MoveStep[] => {
  const idOf = ({ role, id }: SnapshotResource) => `delete ${role} ${nameIn(id)}`;
  return going.map((resource) => {
    const key = keyOf(resource);
    return {
      id: idOf(resource),
      title: `Delete ${nameIn(resource.id)}`,
      kind: 'delete',
      resource: resource.id,
      after: going.filter((other) => waitsFor(resource, other)).map(idOf),
      estimateMinutes: minutes[resource.role] ?? 1,
      stopHere: 'works',
      ...(key === undefined ? {} : { oneAtATime: key }),
      ...(input.purpose === 'retire' && !isTagged(resource, input.site) ? { ownedById: true } : {}),
    };
  });
};

/** Our rules for another site: it lives by this firewall, or by this policy. */
const servesOthers = (input: TeardownInput, { role, id, body }: SnapshotResource): boolean => {
  const own = collectionNameFor(input.site.id, input.namePrefix).toLowerCase();
  const another = (name: string) => isOurs(name, input.namePrefix) && name.toLowerCase() !== own;
  const collections = listIn(objectIn(body, 'properties'), 'networkRuleCollections');
  if (role === 'firewall') return collections.some((collection) => another(textIn(collection, 'name')));
  const groups = input.resources.filter((one) => one.role === 'ruleCollectionGroup');
  return (
    role === 'firewallPolicy' &&
    groups.some((one) => wholeResource(one.id).toLowerCase() === id.toLowerCase() && another(nameIn(one.id)))
  );
};

const residenceBlocker = ({ site, side }: TeardownInput): Blocker => ({
  code: 'MOVE_RESIDENCE',
  message: `The site ${site.id} lives in ${sideOf(site, side).home.displayName}.`,
  remedy: 'Move it to the other side first.',
});

/** What is taken down on one side, in the reverse order of building. Pure; nothing that something else uses goes. */
export const makeTeardownPlan = (input: TeardownInput): MovePlan => {
  const { site, side, livesOn } = input;
  const sorted = [...input.resources].sort((a, b) => byCodeUnit(a.id.toLowerCase(), b.id.toLowerCase()));
  const serving = sorted.filter((resource) => servesOthers(input, resource));
  const ours = sorted.filter((resource) => isOursToTake(input, resource) && !serving.includes(resource));
  const strangers = sorted.filter(
    (resource) => !ours.includes(resource) && !serving.includes(resource) && resource.role !== 'ruleCollectionGroup',
  );
  const { go, kept } = withoutUsed(
    ours.filter(({ role }) => role !== 'resourceGroup'),
    [...serving, ...strangers],
  );
  const policies = new Set(go.filter(({ role }) => role === 'firewallPolicy').map(({ id }) => id.toLowerCase()));
  const going = go.filter(
    ({ role, id }) => role !== 'ruleCollectionGroup' || !policies.has(wholeResource(id).toLowerCase()),
  );
  const group = ours.find(({ role }) => role === 'resourceGroup');
  const whole = group !== undefined && groupGoes(input, going);
  const steps = inOrder(stepsOf(input, whole ? [...going, group] : going));
  const frame = { site: site.id, from: side, to: otherSide(side), steps, carriedRoutes: [] };
  const blockers = livesOn === side ? [residenceBlocker(input)] : [];
  return {
    ...frame,
    reason: 'teardown',
    region: { from: regionOfSide(site, side).name, to: regionOfSide(site, otherSide(side)).name },
    resourceGroup: sideOf(site, side).resourceGroup,
    why: input.why,
    snapshot: null,
    defaults: [],
    mappings: [],
    secrets: [],
    criticalPath: criticalPath(steps),
    writes: writesOf(steps),
    table: null,
    alternatives: [],
    blockers,
    applyable: blockers.length === 0,
    notes: [
      ...serving.map(({ id }) => `${nameIn(id)} stays: it has our rules for another site.`),
      ...kept.map(
        ({ resource, by }) =>
          `${nameIn(resource.id)} stays: ${by.map(nameIn).join(', ')} ${by.length === 1 ? 'uses' : 'use'} it.`,
      ),
      ...strangers.map(
        ({ id }) =>
          `${nameIn(id)} stays: it was not made for this site by ${input.only === undefined ? 'a' : 'this'} move.`,
      ),
      ...(group !== undefined && !whole
        ? [
            `The resource group ${nameIn(group.id)} stays: ${input.contents === null ? 'what is in it could not be read' : 'something else is in it'}.`,
          ]
        : []),
    ],
    digest: moveDigest(frame),
  };
};
