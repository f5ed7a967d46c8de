import { observeFirewall } from '../observe.ts';
import { withNewFirewall } from './carryRoutes.ts';
import type { MovePlanInput } from './moveInput.ts';
import type { MoveStep } from './movePlan.ts';
import { standingOf } from './standing.ts';

/**
 * Steps that will most likely find what they want, by what is known to stand there: what is left as it is, what is
 * as planned already, and our rules on a classic firewall that gets them with its first write.
 */
export const keptSteps = (input: MovePlanInput, steps: readonly MoveStep[]): ReadonlySet<string> => {
  const stands = ({ resource }: MoveStep) => input.existing?.get(resource.toLowerCase());
  const firewall = steps.find(({ id }) => id === 'firewall');
  const standingFirewall = firewall && stands(firewall);
  const hop = standingFirewall ? observeFirewall(standingFirewall).privateIpAddress : null;
  const asPlanned = (step: MoveStep): boolean => {
    if (step.kind !== 'put' && step.kind !== 'sharedKey') return false;
    const standing = stands(step);
    if (standing === undefined) return false;
    const spelt = step.body && hop !== null ? { ...step, body: withNewFirewall(step.body, hop) } : step;
    return standingOf(standing, spelt, input.site.id) === 'ours-as-planned';
  };
  const kept = new Set(steps.filter(asPlanned).map(({ id }) => id));
  const ruled = steps.find(({ kind }) => kind === 'rules');
  if (ruled && ruled.resource === firewall?.resource && firewall.leaveAsIs !== true) kept.add(ruled.id);
  return kept;
};

/** Such a step takes no time to speak of. It is taken all the same: somebody may have changed what stands there. */
export const keeping = (step: MoveStep): MoveStep => ({
  ...step,
  title: step.kind === 'rules' ? step.title : step.title.replace(/^Create/, 'Keep'),
  estimateMinutes: 0,
});
