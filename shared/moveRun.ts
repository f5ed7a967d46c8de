import { askRight } from './azureSteps.ts';
import { brief } from './base/brief.ts';
import { iso } from './base/clock.ts';
import { type AutomationError, asAutomationError } from './base/errors.ts';
import { waitWhenFought } from './base/fought.ts';
import { isHopeless } from './base/hopeless.ts';
import { waitBefore } from './base/retry.ts';
import { deleteStep, putStep } from './moveBuild.ts';
import {
  askGatewayLater,
  bundleStep,
  confirmStep,
  connectionsSeen,
  gatewayStillAtIt,
  isRenewal,
  keepProfile,
  profileMade,
  profileStep,
} from './moveDevice.ts';
import { endInWords } from './moveSecrets.ts';
import { finishMove, settleStep } from './moveSettle.ts';
import { proofStep, routesStep, rulesStep, rulesWritten } from './moveTables.ts';
import {
  appendToLedger,
  commitMove,
  delayMoveStep,
  finishMoveStep,
  leaveMoveStep,
  type MoveWork,
  moveOf,
  noteMove,
  overdue,
  StepFailure,
  type StepInHand,
  setMoveStep,
} from './moveWork.ts';
import { pauseOf } from './pauseAll.ts';
import { ready } from './plan/move/graph.ts';
import type { MoveStep } from './plan/move/movePlan.ts';
import { withinBudget } from './record/callBudget.ts';
import { moveStartLine } from './record/ledgerLines.ts';
import type { MoveStepRecord } from './record/move.ts';
import { backAt, isOver, moveConfirmed } from './record/moveProgress.ts';
import { atWorkSince } from './record/progress.ts';
import { tell } from './tell.ts';

/** How a move stands when this invocation leaves it. */
export type Moved =
  | { readonly status: 'ended' }
  | { readonly status: 'later'; readonly notBefore: number }
  /** Only a person can carry it on: paused, failed, or to be confirmed. */
  | { readonly status: 'person' };

/** What a person may do where Azure itself says what is wrong. */
const goesOn = '"move retry" goes on here; "move cancel" turns back.';
const mostTries = 120;
const mostFailedOperations = 3;
const failedOperationMs = 30_000;

/** A person's word on the device counts at once, whenever the gateway was to be asked next. */
const saidAlready = ({ session }: MoveWork, { planned: { kind }, record }: StepInHand): boolean =>
  kind === 'confirm' && record.operation === null && moveConfirmed(session.state());

/** The steps that something can be done about, in the plan's order: an operation to ask about, or one that may begin. */
const openSteps = (work: MoveWork): StepInHand[] => {
  const { steps } = moveOf(work);
  const records = new Map(steps.map((record) => [record.id, record]));
  const ids = (test: (record: MoveStepRecord) => boolean) => new Set(steps.filter(test).map(({ id }) => id));
  const under = ids(({ status }) => status === 'running' || status === 'waiting');
  const startable = new Set(ready(work.plan.steps, ids(isOver), under).map(({ id }) => id));
  return work.plan.steps.flatMap((planned) => {
    const record = records.get(planned.id);
    if (record === undefined || isOver(record) || record.status === 'failed') return [];
    return under.has(planned.id) || startable.has(planned.id) ? [{ planned, record }] : [];
  });
};

/** When something may be done about a step (ms); 0 where it may at once. */
const dueAt = (work: MoveWork, step: StepInHand): number =>
  saidAlready(work, step) ? 0 : (step.record.operation?.notBefore ?? step.record.notBefore ?? 0);

const begin = (work: MoveWork, step: StepInHand): Promise<void> => {
  switch (step.planned.kind) {
    case 'put':
    case 'sharedKey':
      return putStep(work, step);
    case 'delete':
      return deleteStep(work, step);
    case 'rules':
      return rulesStep(work, step);
    case 'routes':
      return routesStep(work, step);
    case 'profile':
      return profileStep(work, step);
    case 'bundle':
      return bundleStep(work, step);
    case 'proof':
      return proofStep(work, step);
    case 'confirm':
      return confirmStep(work, step);
    case 'settle':
      return settleStep(work, step);
  }
};

/** Azure says that the operation is over: what that means for the step. */
const over = async (work: MoveWork, step: StepInHand, body: unknown): Promise<void> => {
  const { kind } = step.planned;
  if (kind === 'profile') return profileMade(work, step, body);
  if (kind === 'confirm') return connectionsSeen(work, step, body);
  if (kind === 'rules') return rulesWritten(work, step);
  return finishMoveStep(work, step, 'done');
};

/** A write that was taken goes on whether or not we may ask about it. */
const pollOf = async ({ azure }: MoveWork, operationUrl: string) => {
  try {
    return await azure.resources.poll(operationUrl);
  } catch (error) {
    if (asAutomationError(error).code === 'ERR_AZURE_FORBIDDEN') return 'untold';
    throw error;
  }
};

/** A profile is told nowhere but in the operation, and asked for anew each time; of a write, the resource tells. */
const mostUntold = (kind: StepInHand['planned']['kind']): number => (kind === 'profile' ? 3 : mostTries);

const untold = async (work: MoveWork, step: StepInHand): Promise<void> => {
  const { planned, record } = step;
  const why = 'Azure does not let us ask how the operation goes';
  if (planned.kind === 'confirm') return askGatewayLater(work, step, why);
  if (record.tries + 1 >= mostUntold(planned.kind)) throw new StepFailure(`${why}.`, `${askRight} Then ${goesOn}`);
  const operationSince = atWorkSince(record, work.ports.clock.now());
  return delayMoveStep(work, step, `${why}: the resource itself is looked at`, failedOperationMs, { operationSince });
};

const ask = async (work: MoveWork, step: StepInHand, operationUrl: string): Promise<void> => {
  const { clock } = work.ports;
  const progress = await pollOf(work, operationUrl);
  if (progress === 'untold') return untold(work, step);
  if (progress.status === 'succeeded') return over(work, step, progress.body);
  const { kind } = step.planned;
  if (kind === 'confirm')
    return progress.status === 'running'
      ? gatewayStillAtIt(work, step, { operationUrl: progress.operationUrl, notBefore: progress.notBefore })
      : askGatewayLater(work, step, `${progress.code}: ${progress.message}`);
  if (progress.status === 'running') {
    const late = overdue(work, step, atWorkSince(step.record, clock.now()));
    if (late === null) return leaveMoveStep(work, step, progress);
    // Nothing is made twice by asking for a profile again; of a write, the operation is what there is to wait for.
    if (kind === 'profile') await setMoveStep(work, step, { operation: null });
    throw late;
  }
  const why = `Azure ended the operation: ${endInWords(work, step, progress)}`;
  // Another operation was in its way: no fault of the write.
  if (progress.lockedForMs !== undefined) return delayMoveStep(work, step, why, progress.lockedForMs);
  const failures = (step.record.failedOperations ?? 0) + 1;
  await setMoveStep(work, step, {
    status: 'pending',
    operation: null,
    why,
    failedOperations: failures,
    notBefore: clock.now() + failedOperationMs,
  });
  if (isHopeless(progress.code) || failures >= mostFailedOperations)
    throw new StepFailure(why, 'See the message. "move retry" tries again; "move cancel" turns back.');
};

const stopMove = async (work: MoveWork, { id, title }: MoveStep, why: string, remedy: string): Promise<void> => {
  await noteMove(work, 'move failed', { step: id, why });
  await tell(work, {
    kind: 'failed',
    key: `move failed ${moveOf(work).id} ${id} ${work.ports.clock.now()}`,
    title: `Site ${work.site.id}: ${title} failed`,
    text: `${why}\n${remedy}`,
    digest: work.plan.digest,
  });
  await commitMove(work, (move) => ({ ...move, status: 'failed', trouble: { step: id, why, remedy: brief(remedy) } }));
};

const failMove = async (work: MoveWork, step: StepInHand, reason: string, remedy: string): Promise<void> => {
  const why = brief(reason);
  await setMoveStep(work, step, { status: 'failed', why, endedAt: iso(work.ports.clock.now()) });
  await stopMove(work, step.planned, why, remedy);
};

/** Whoever died between writing down that a step had failed and stopping the move left one that nobody could carry on. */
const stopsAtFailed = async (work: MoveWork): Promise<boolean> => {
  const failed = moveOf(work).steps.find(({ status }) => status === 'failed');
  const planned = work.plan.steps.find(({ id }) => id === failed?.id);
  if (failed === undefined || planned === undefined) return false;
  await stopMove(work, planned, failed.why ?? 'It failed.', goesOn);
  return true;
};

const onError = async (work: MoveWork, step: StepInHand, thrown: unknown): Promise<void> => {
  const renews = isRenewal(work, step);
  if (thrown instanceof StepFailure)
    return renews ? keepProfile(work, step, thrown.message) : failMove(work, step, thrown.message, thrown.remedy);
  const error: AutomationError = asAutomationError(thrown);
  if (['ERR_STATE_CONFLICT', 'ERR_STORAGE', 'ERR_BUG'].includes(error.code)) throw error;
  if (renews) return keepProfile(work, step, error.message);
  if (step.planned.kind === 'confirm') return askGatewayLater(work, step, error.message);
  const { tries, operationSince = null } = step.record;
  const fought = error.code === 'ERR_AZURE_CHANGED';
  const waitMs = fought ? waitWhenFought(tries) : waitBefore(error, tries, work.ports.random?.() ?? 0);
  const why = `${error.message} (${error.code})`;
  // Azure was not asked: a turn that comes late is no try in vain, and ends nothing that Azure is at.
  if (waitMs !== null && error.code === 'ERR_OUR_TURN')
    return delayMoveStep(work, step, why, waitMs, { tries, operationSince });
  if (waitMs === null || tries >= mostTries) return failMove(work, step, error.message, `${error.remedy} ${goesOn}`);
  const locked = error.code === 'ERR_AZURE_LOCKED';
  return delayMoveStep(work, step, why, waitMs, { operationSince: locked ? null : operationSince });
};

const tellStart = async (work: MoveWork): Promise<void> => {
  const move = moveOf(work);
  if (move.startedAt !== null) return;
  const { plan } = work;
  // Told first: a worker that dies in between tells it again rather than never.
  await tell(work, {
    kind: 'started',
    key: `move started ${move.id}`,
    title: `Site ${work.site.id}: ${move.title}`,
    text: [
      ...plan.why,
      `${plan.steps.length} steps, about ${plan.criticalPath.minutes} minutes of Azure's time, begun by ${move.by}.`,
    ].join('\n'),
    digest: plan.digest,
  });
  await commitMove(work, (current) => ({ ...current, startedAt: iso(work.ports.clock.now()) }));
  await appendToLedger(work, moveStartLine(moveOf(work), plan.why));
};

/** Nobody comes back before `due`: a permitted poll, the end of a wait; or, where it is null, a person's word. */
const leave = async (work: MoveWork, due: number | null): Promise<Moved> => {
  const at = iso(work.ports.clock.now());
  await commitMove(work, (move) => ({ ...move, away: { at, until: due } }));
  return due === null ? { status: 'person' } : { status: 'later', notBefore: due };
};

/** Waits at the site, written down before: afterwards there is a poll to make, and nothing else first. */
const stay = async (work: MoveWork, due: number): Promise<void> => {
  const at = iso(work.ports.clock.now());
  await commitMove(work, (move) => backAt({ ...move, away: { at, until: due } }, due, due));
  await work.patience.until(due);
};

/** Carries a move on: every step that can be taken now, one call after the other; what Azure is at goes on meanwhile. */
export const carryOnMove = async (work: MoveWork): Promise<Moved> => {
  const { session, ports, arrivedAt } = work;
  if ((await pauseOf(work)) !== null) return { status: 'person' };
  if (moveOf(work).away !== null) await commitMove(work, (move) => backAt(move, arrivedAt, ports.clock.now()));
  await tellStart(work);
  for (;;) {
    const paused = await pauseOf(work);
    const { move } = session.state();
    if (move?.id !== work.id) return { status: 'ended' };
    if (paused !== null || move.status !== 'running') return { status: 'person' };
    if (move.steps.every(isOver)) {
      await finishMove(work);
      return { status: 'ended' };
    }
    if (await stopsAtFailed(work)) continue;
    const open = openSteps(work);
    const now = ports.clock.now();
    const step = open.find((each) => dueAt(work, each) <= now);
    if (step === undefined) {
      const due = open.length === 0 ? null : Math.min(...open.map((each) => dueAt(work, each)));
      if (due === null || !work.patience.lasts(due)) return leave(work, due);
      await stay(work, due);
      continue;
    }
    try {
      // The gateway is asked for the device for as long as a person takes; that is counted when somebody has come.
      if (step.planned.kind !== 'confirm') withinBudget('The move', move.steps.length, move.costs, move.budgetFrom);
      const { operation } = step.record;
      if (operation === null) await begin(work, step);
      else await ask(work, step, operation.operationUrl);
    } catch (error) {
      await onError(work, step, error);
    }
  }
};
