import { decideFor } from './look.ts';
import { writesToAzure } from './plan/plan.ts';
import type { StepRecord } from './record/run.ts';
import { runOf, type Work } from './work.ts';

/** What is written behind the device's confirmation takes away. */
const takesAway = (work: Work, step: StepRecord): boolean => {
  const { steps } = runOf(work);
  const at = (id: string): number => steps.findIndex((candidate) => candidate.id === id);
  return writesToAzure(step.id) && at('deviceConfirm') >= 0 && at('deviceConfirm') < at(step.id);
};

/**
 * Services that are failed over again by now, whose routes or rules this step would take away: while the device was
 * waited for, or a lock, their incident may have opened anew. Asked right before the write, of facts and intents alone.
 */
export const wantedAgain = async (work: Work, step: StepRecord): Promise<readonly string[]> => {
  if (!takesAway(work, step) || step.operation !== null) return [];
  const { site, session, ports, plan } = work;
  const { decision } = await decideFor(site, session.state(), ports);
  const kept = new Set([...plan.decision.services, ...decision.addWaits]);
  return decision.services.filter((service) => !kept.has(service));
};
