import type { JsonObject } from '../../base/canonical.ts';
import { isOurs } from '../ownership.ts';
import { retiredPaths } from './childPaths.ts';
import type { Draft } from './crossingSteps.ts';
import { textIn } from './json.ts';
import type { MovePlanInput } from './moveInput.ts';
import type { MoveStep } from './movePlan.ts';
import { nameIn, roleOfId, wholeResource } from './resourceIds.ts';

type Planned = { readonly steps: readonly MoveStep[]; readonly carriedRoutes: readonly JsonObject[] };

const isPut = ({ kind, leaveAsIs }: MoveStep): boolean =>
  (kind === 'put' || kind === 'sharedKey') && leaveAsIs !== true;

const bodiesOf = (steps: readonly MoveStep[], resource: string): JsonObject[] =>
  steps
    .filter((step) => isPut(step) && step.resource.toLowerCase() === resource.toLowerCase())
    .flatMap(({ body }) => (body === undefined ? [] : [body]));

const retiredFor = (step: MoveStep, { before, namePrefix }: MovePlanInput, { steps, carriedRoutes }: Planned) => {
  const ours = (name: string) => isOurs(name, namePrefix);
  const asTable = (routes: readonly JsonObject[]) => [
    { routes: routes.map((route) => ({ name: textIn(route, 'name') })) },
  ];
  if (step.kind === 'routes') return retiredPaths(asTable(before?.carriedRoutes ?? []), asTable(carriedRoutes), ours);
  if (!isPut(step)) return [];
  return retiredPaths(bodiesOf(before?.steps ?? [], step.resource), bodiesOf(steps, step.resource), ours);
};

/** Each step with what earlier moves put into its resource and is no longer wanted: a rule gone at home goes there, too. */
export const withRetired = (input: MovePlanInput, planned: Planned): MoveStep[] =>
  planned.steps.map((step) => {
    const retired = retiredFor(step, input, planned);
    return retired.length === 0 ? step : { ...step, retired };
  });

/**
 * Rule collection groups that earlier moves put into a policy of ours and are no longer wanted: they would go on to
 * allow. Anything else that is left over does nothing by itself.
 */
export const groupDeletions = ({ before, existing }: MovePlanInput, steps: readonly Draft[]): Draft[] => {
  const planned = new Set(steps.map(({ resource }) => resource.toLowerCase()));
  const puts = new Map(steps.map((step) => [step.resource.toLowerCase(), step]));
  const gone = (before?.steps ?? [])
    .filter((step) => isPut(step) && roleOfId(step.resource) === 'ruleCollectionGroup')
    .map(({ resource }) => resource)
    .filter((resource) => !planned.has(resource.toLowerCase()) && existing?.has(resource.toLowerCase()));
  return [...new Set(gone)].flatMap((resource) => {
    const policy = puts.get(wholeResource(resource).toLowerCase());
    if (policy === undefined || policy.leaveAsIs) return [];
    return [
      {
        id: `delete ruleCollectionGroup ${nameIn(wholeResource(resource))}/${nameIn(resource)}`,
        title: `Delete the rule collection group ${nameIn(resource)}, which is no longer on the side that is left`,
        kind: 'delete' as const,
        resource,
        after: [policy.id],
        estimateMinutes: 1,
        oneAtATime: policy.resource.toLowerCase(),
      },
    ];
  });
};

/** What is taken off what stands there, in plain sentences. */
export const retiredNotes = (steps: readonly MoveStep[]): string[] =>
  steps.flatMap(({ resource, retired = [] }) =>
    retired.map(
      (path) =>
        `${nameIn(resource)}: ${path.replace(/^properties\//, '').replaceAll('/properties/', '/')} was brought there before and is no longer on the side that is left; it is taken out.`,
    ),
  );
