import type { Site } from '../../base/site.ts';
import { collectionNameFor } from '../ownership.ts';
import type { StopHere } from '../plan.ts';
import { buildMinutes, keyOf, needs, nouns, policyOf, stepIdOf } from './building.ts';
import type { CarriedResource } from './carryResource.ts';
import { crossingSteps, type Draft } from './crossingSteps.ts';
import type { MovePlanInput } from './moveInput.ts';
import type { MoveStep } from './movePlan.ts';
import { groupDeletions } from './retiring.ts';

const firewallWriteMinutes = 4;

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

/** Is it the site's own by its file, so that it needs no tag of ours? */
const isNamed = (input: MovePlanInput, side: Site, { role, id, stands }: CarriedResource): boolean => {
  if (stands) return true;
  if (role === 'resourceGroup' && input.to === 'target') return input.site.move.resourceGroup !== undefined;
  return input.to === 'home' && Object.values(side.ids).some((known) => known?.toLowerCase() === id.toLowerCase());
};

const keyed = (resource: CarriedResource): Pick<MoveStep, 'oneAtATime'> => {
  const oneAtATime = keyOf(resource);
  return oneAtATime === undefined ? {} : { oneAtATime };
};

const putStep = (
  resource: CarriedResource,
  input: MovePlanInput,
  side: Site,
  all: readonly CarriedResource[],
): Draft => ({
  id: stepIdOf(side, resource),
  title: `Create the ${nouns[resource.role]} ${resource.name}`,
  kind: resource.role === 'connection' ? 'sharedKey' : 'put',
  resource: resource.id,
  body: resource.body,
  after: all.filter((other) => needs(resource, other)).map((other) => stepIdOf(side, other)),
  estimateMinutes: buildMinutes[resource.role],
  ...keyed(resource),
  ...(isNamed(input, side, resource) ? { ownedById: true } : {}),
  ...(resource.stands ? { leaveAsIs: true } : {}),
});

/** The second write of a table that is not the site's own: routes that wait for the new firewall's address. */
const laterStep = (table: CarriedResource, put: Draft): Draft => ({
  ...put,
  id: `${put.id} routes`,
  title: `Lead the routes of ${table.name} to the new firewall`,
  body: table.waiting ?? table.body,
  after: [put.id, 'firewall'],
  estimateMinutes: 1,
});

const rulesStep = (input: MovePlanInput, side: Site, policy: string | null, deletions: readonly string[]): Draft => ({
  id: 'rules',
  title: 'Allow what the new home region needs',
  kind: 'rules',
  resource:
    policy === null
      ? side.ids.firewall
      : `${policy}/ruleCollectionGroups/${collectionNameFor(side.id, input.namePrefix)}`,
  after: ['firewall', ...deletions],
  estimateMinutes: firewallWriteMinutes,
  oneAtATime: (policy ?? side.ids.firewall).toLowerCase(),
});

/** The steps that put every resource there, and what follows on them. `resources`: the resource group among them. */
export const moveSteps = (input: MovePlanInput, side: Site, resources: readonly CarriedResource[]): MoveStep[] => {
  const standby = input.reason === 'standbyUp';
  const built = standby ? resources.filter(({ role }) => role !== 'connection') : resources;
  const puts = built.map((resource) => putStep(resource, input, side, built));
  const later = built.flatMap((resource, index) => {
    const put = puts[index];
    return resource.waiting === null || put === undefined ? [] : [laterStep(resource, put)];
  });
  const deletions = groupDeletions(input, puts);
  const connections = puts.filter(({ kind }) => kind === 'sharedKey').map(({ id }) => id);
  const steps = [
    ...puts,
    ...later,
    ...deletions,
    rulesStep(
      input,
      side,
      policyOf(built),
      deletions.map(({ id }) => id),
    ),
    ...(standby
      ? []
      : crossingSteps(
          side,
          connections,
          later.map(({ id }) => id),
        )),
  ];
  return steps.map((step) => ({ ...step, stopHere: step.stopHere ?? stopHereFor[input.reason] }));
};
