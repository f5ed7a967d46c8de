import { askStep, writeStep } from './azureSteps.ts';
import { type AutomationError, asAutomationError } from './base/errors.ts';
import { waitWhenFought } from './base/fought.ts';
import { waitBefore } from './base/retry.ts';
import { bundleStep, confirmStep } from './deviceSteps.ts';
import { pauseOf } from './pauseAll.ts';
import { titleOf } from './plan/plan.ts';
import { verifyStep } from './proofStep.ts';
import { withinBudget } from './record/callBudget.ts';
import { currentStep, deviceListHash, dueAt } from './record/progress.ts';
import type { StepRecord } from './record/run.ts';
import { tell } from './tell.ts';
import { wantedAgain } from './wantedAgain.ts';
import { type Carried, end, fail, mostTries, runOf, setStep, type Work, wait } from './work.ts';

const onError = async (work: Work, step: StepRecord, error: AutomationError): Promise<Carried | null> => {
  if (error.code === 'ERR_AZURE_CHANGED' && step.tries < mostTries) {
    // Somebody wrote between our read and our write: the step looks again, and writes only what the plan says.
    const waitMs = waitWhenFought(step.tries);
    if (waitMs > 0) return wait(work, step, error.message, waitMs);
    await setStep(work, step.id, { status: 'pending', why: error.message, tries: step.tries + 1 });
    return null;
  }
  if (error.code === 'ERR_PLAN_OUTDATED') {
    await end(work, 'superseded', error.message);
    return { status: 'replan' };
  }
  if (error.code === 'ERR_STATE_CONFLICT' || error.code === 'ERR_STORAGE' || error.code === 'ERR_BUG') throw error;
  const waitMs = waitBefore(error, step.tries, work.ports.random?.() ?? 0);
  const why = `${error.message} (${error.code})`;
  // Azure was not asked: a turn that comes late is no try in vain.
  if (waitMs !== null && error.code === 'ERR_OUR_TURN') return wait(work, step, why, waitMs, step.tries);
  if (waitMs !== null && step.tries < mostTries) return wait(work, step, why, waitMs);
  return fail(work, step, error.message, error.remedy, waitMs === null);
};

const take = (work: Work, step: StepRecord): Promise<Carried | null> => {
  if (step.id === 'verify') return verifyStep(work, step);
  if (step.id === 'deviceBundle') return bundleStep(work, step);
  if (step.id === 'deviceConfirm') return confirmStep(work, step);
  return step.operation === null ? writeStep(work, step) : askStep(work, step, step.operation.operationUrl);
};

/** What waits for a person costs what sweeps read meanwhile; that is counted when the person has come. */
const affordable = (work: Work, step: StepRecord): void => {
  const { steps, costs } = runOf(work);
  if (step.id !== 'deviceBundle' && step.id !== 'deviceConfirm') withinBudget('The run', steps.length, costs);
};

const finish = async (work: Work): Promise<Carried> => {
  const state = work.session.state();
  const matches = deviceListHash(state) === work.plan.device.listHash;
  if (matches) {
    // Out of a region that fails as a whole no file of that region protects anything.
    const failing = state.move?.reason === 'outage';
    if (!failing) await work.session.commit((current) => ({ ...current, singlyEncryptedSince: null }));
    await tell(work, {
      kind: 'protected',
      key: `protected ${runOf(work).id}`,
      title: `Site ${work.site.id} is protected: the device has the matching file (${work.plan.decision.mode})`,
      text: `Confirmed by ${state.device.confirmed?.by} at ${state.device.confirmed?.at}.`,
      digest: work.plan.digest,
    });
  }
  return end(work, matches ? 'protected' : 'cloudReady', null);
};

/** Told where the run is carried on, not where it is written down: a worker may die in between. */
const tellStart = async (work: Work): Promise<void> => {
  const { site, plan } = work;
  const { id, by, because } = runOf(work);
  if (plan.steps.length === 0) return;
  await tell(work, {
    kind: 'started',
    key: `started ${id}`,
    title: `Site ${site.id}: ${titleOf(plan)}`,
    text: [`By ${by}, because ${because}.`, ...plan.decision.reasons].join('\n'),
    digest: plan.digest,
  });
};

/** Nothing is taken away from a service whose incident has opened anew: it is planned again. */
const makeWay = async (work: Work, again: readonly string[]): Promise<Carried> => {
  await end(work, 'superseded', `${again.join(', ')}: wanted again before anything of it was taken away`);
  return { status: 'replan' };
};

/** Carries a run on from where it stands until it ends, waits for Azure, or waits for a person. */
export const carryOn = async (work: Work): Promise<Carried> => {
  if ((await pauseOf(work)) === null) await tellStart(work);
  for (;;) {
    const notBefore = dueAt(runOf(work));
    if (!work.patience.lasts(notBefore)) return { status: 'later', notBefore };
    if ((await pauseOf(work)) !== null) return { status: 'person' };
    const step = currentStep(runOf(work));
    if (step === undefined) return finish(work);
    if (notBefore > work.ports.clock.now()) {
      await work.patience.until(notBefore);
      // Meanwhile it may have been paused: a poll harms nobody.
      if (step.operation === null) continue;
    }
    let carried: Carried | null;
    try {
      affordable(work, step);
      const again = await wantedAgain(work, step);
      if (again.length > 0) return await makeWay(work, again);
      carried = await take(work, step);
    } catch (error) {
      carried = await onError(work, step, asAutomationError(error));
    }
    if (carried !== null && carried.status !== 'later') return carried;
  }
};
