import { applyStep } from './apply/applyStep.ts';
import { changedMeanwhile } from './apply/routeTable.ts';
import { iso } from './base/clock.ts';
import { AutomationError } from './base/errors.ts';
import { isHopeless } from './base/hopeless.ts';
import type { Site } from './base/site.ts';
import type { Plan } from './plan/plan.ts';
import { atWorkSince } from './record/progress.ts';
import type { StepRecord } from './record/run.ts';
import { type Carried, fail, finishStep, leave, mostTries, setStep, type Work, wait } from './work.ts';

const mostFailedOperations = 3;
/** Until what Azure ended Failed is sent again. */
const failedOperationMs = 30_000;
/** Writes of a firewall were recorded at 377 s (new) and 215 s (changed); after this long a person is told. */
const longestOperationMinutes = 60;

/** Did the file name another table or firewall when the plan was made? Whoever changed that does not mean the old ones any more. */
const isOfOthers = ({ firewall, steps }: Plan, { ids }: Site): boolean => {
  const table = steps.find(({ id }) => id === 'routeTable')?.resource ?? ids.routeTable;
  const planned = [table, firewall.resource ?? ids.firewall].join(' ');
  return planned.toLowerCase() !== `${ids.routeTable} ${ids.firewall}`.toLowerCase();
};

/** Writes a resource, unless it is as planned already. */
export const writeStep = async (work: Work, step: StepRecord): Promise<Carried | null> => {
  const { site, plan, azure, ports, fresh } = work;
  const planned = plan.steps.find((candidate) => candidate.id === step.id);
  if (!planned) throw new Error(`plan ${plan.digest} has no step ${step.id}`);
  if (isOfOthers(plan, site)) throw changedMeanwhile(planned.resource);
  const { resources } = azure;
  const once = new Map(fresh);
  // A write to one part of the firewall sets the others to work.
  if (step.id === 'routeTable') fresh.delete(planned.resource);
  else for (const id of once.keys()) if (id !== site.ids.routeTable) fresh.delete(id);
  const startedAt = step.startedAt ?? iso(ports.clock.now());
  const outcome = await applyStep(plan, planned, {
    reader: resources,
    writer: resources,
    namePrefix: ports.namePrefix,
    fresh: once,
    beforeWrite: (foreignHash) => setStep(work, step.id, { foreignHash, startedAt }),
  });
  if (outcome.status === 'unchanged') {
    await finishStep(work, step, 'unchanged', outcome.why);
    return null;
  }
  if (outcome.status === 'running') {
    const { operationUrl, notBefore } = outcome;
    return leave(work, step, { operationUrl, notBefore }, {});
  }
  await finishStep(work, step, 'done', null);
  return null;
};

/** Where Azure takes writes and lets nobody ask what became of them. */
export const askRight = "Give the app's identity the right to read operations of Microsoft.Network in that location.";

/** A write that was taken goes on whether or not we may ask about it; policies and IP groups have operations of another kind. */
const pollOf = async ({ azure }: Work, operationUrl: string) => {
  try {
    return await azure.resources.poll(operationUrl);
  } catch (error) {
    if (error instanceof AutomationError && error.code === 'ERR_AZURE_FORBIDDEN') return 'untold';
    throw error;
  }
};

/** Asks Azure about the operation the step left running. */
export const askStep = async (work: Work, step: StepRecord, operationUrl: string): Promise<Carried | null> => {
  const progress = await pollOf(work, operationUrl);
  if (progress === 'untold' && step.tries < mostTries) {
    const why = 'Azure does not let us ask how the operation goes: the resource itself is looked at';
    await setStep(work, step.id, { status: 'pending', operation: null, why, tries: step.tries + 1 });
    return null;
  }
  if (progress === 'untold') return fail(work, step, 'Azure never let us ask how the operation goes.', askRight);
  if (progress.status === 'running') {
    const now = work.ports.clock.now();
    const minutes = Math.floor((now - Date.parse(atWorkSince(step, now))) / 60_000);
    if (minutes < longestOperationMinutes)
      return leave(work, step, { operationUrl: progress.operationUrl, notBefore: progress.notBefore }, {});
    const why = `Azure is still at work after ${minutes} minutes (${step.title}).`;
    return fail(
      work,
      step,
      why,
      'Look at the resource in the portal; the next sweep goes on when Azure is done with it.',
    );
  }
  if (progress.status === 'succeeded') {
    await finishStep(work, step, 'done', null);
    return null;
  }
  const why = `Azure ended the operation: ${progress.code}: ${progress.message}`;
  if (progress.lockedForMs !== undefined && step.tries < mostTries) {
    await setStep(work, step.id, { operation: null });
    return wait(work, step, why, progress.lockedForMs);
  }
  const failures = (step.failedOperations ?? 0) + 1;
  const hopeless = isHopeless(progress.code);
  if (hopeless || failures >= mostFailedOperations)
    return fail(work, step, why, 'See the message; then plan again or repair by hand.', hopeless);
  // A failed firewall PUT leaves its instances on mixed rules until the very same PUT succeeds.
  await setStep(work, step.id, { operation: null, failedOperations: failures });
  return wait(work, step, why, failedOperationMs, step.tries);
};
