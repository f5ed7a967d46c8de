import { iso } from './base/clock.ts';
import { AutomationError } from './base/errors.ts';
import type { Site } from './base/site.ts';
import type { Patience } from './patience.ts';
import type { MovePlan, MoveStep } from './plan/move/movePlan.ts';
import type { AzureView, Ports } from './ports.ts';
import type { LedgerLine } from './record/ledgerLines.ts';
import type { Move, MoveStepRecord } from './record/move.ts';
import { withMoveStep } from './record/moveProgress.ts';
import { atWorkSince, ledgerBlob } from './record/progress.ts';
import type { SiteState } from './record/state.ts';
import type { TagsInForce } from './record/tagsInForce.ts';
import type { Session } from './session.ts';

/** A move in hand, by its `id`. `site` is as the sites file has it; `there` is its side that is built or taken down. */
export type MoveWork = {
  readonly id: string;
  readonly site: Site;
  readonly there: Site;
  readonly session: Session;
  readonly plan: MovePlan;
  readonly ports: Ports;
  readonly azure: AzureView;
  readonly tagsInForce: TagsInForce;
  readonly patience: Patience;
  /** When the message that brought us here arrived (ms). */
  readonly arrivedAt: number;
};

export type StepInHand = { readonly planned: MoveStep; readonly record: MoveStepRecord };

const endedMeanwhile = ({ id, site }: MoveWork): AutomationError =>
  new AutomationError('ERR_STATE_CONFLICT', `The move ${id} of site ${site.id} was ended meanwhile.`, {
    remedy: 'Nothing to do: what is wanted now is looked at.',
    retry: 'later',
  });

/** A person may end a move while a worker is at it, and another may be asked for by then. */
const mine = (work: MoveWork, { move }: SiteState): Move => {
  if (move?.id === work.id) return move;
  throw endedMeanwhile(work);
};

/** Throws ERR_STATE_CONFLICT where a person has stopped it: what is written then says that the site has moved. */
export const mustRun = (work: MoveWork, state: SiteState): void => {
  if (mine(work, state).status !== 'running') throw endedMeanwhile(work);
};

/** Throws ERR_STATE_CONFLICT where it is no longer under way. */
export const moveOf = (work: MoveWork): Move => mine(work, work.session.state());

export const appendToLedger = (work: MoveWork, line: LedgerLine): Promise<void> =>
  work.ports.archive.append(ledgerBlob(work.site.id, moveOf(work).id), JSON.stringify(line));

/** One line of the move's ledger. */
export const noteMove = (work: MoveWork, event: string, detail: Record<string, unknown> = {}): Promise<void> =>
  appendToLedger(work, { at: iso(work.ports.clock.now()), event, ...detail });

export const commitMove = async (work: MoveWork, change: (move: Move) => Move): Promise<void> => {
  await work.session.commit((state) => ({ ...state, move: change(mine(work, state)) }));
};

/** A change of one step, in the state and, where its status changes, in the ledger. */
export const setMoveStep = async (
  work: MoveWork,
  { planned, record }: StepInHand,
  change: Partial<MoveStepRecord>,
): Promise<void> => {
  await commitMove(work, (move) => withMoveStep(move, planned.id, change));
  if (change.status !== undefined && change.status !== record.status)
    await noteMove(work, `step ${planned.id} ${change.status}`, change.why ? { why: change.why } : {});
};

export const finishMoveStep = (
  work: MoveWork,
  step: StepInHand,
  status: 'done' | 'unchanged' | 'skipped',
  why: string | null = null,
): Promise<void> =>
  setMoveStep(work, step, {
    status,
    why,
    operation: null,
    notBefore: null,
    startedAt: step.record.startedAt ?? iso(work.ports.clock.now()),
    endedAt: iso(work.ports.clock.now()),
  });

/** Azure is at it: remember where to ask; other steps go on meanwhile. */
export const leaveMoveStep = (
  work: MoveWork,
  step: StepInHand,
  operation: { readonly operationUrl: string; readonly notBefore: number },
): Promise<void> =>
  setMoveStep(work, step, {
    status: 'running',
    operation: { operationUrl: operation.operationUrl, notBefore: operation.notBefore },
    operationSince: atWorkSince(step.record, work.ports.clock.now()),
    notBefore: null,
    startedAt: step.record.startedAt ?? iso(work.ports.clock.now()),
  });

/** Only time has to pass: the step is looked at again. `more`: such as since when Azure is at work on it all the same. */
export const delayMoveStep = (
  work: MoveWork,
  step: StepInHand,
  why: string,
  waitMs: number,
  more: Partial<MoveStepRecord> = {},
): Promise<void> =>
  setMoveStep(work, step, {
    status: 'pending',
    why,
    operation: null,
    notBefore: work.ports.clock.now() + waitMs,
    tries: step.record.tries + 1,
    startedAt: step.record.startedAt ?? iso(work.ports.clock.now()),
    ...more,
  });

/** Twice the estimate and half an hour: a gateway estimated at 45 minutes was recorded at 47. Then a person decides. */
const deadlineMinutes = (estimateMinutes: number): number => 30 + 2 * estimateMinutes;

/** Azure has been at work on the step for too long; null while it has not. */
export const overdue = ({ ports }: MoveWork, { planned }: StepInHand, since: string): StepFailure | null => {
  const minutes = Math.floor((ports.clock.now() - Date.parse(since)) / 60_000);
  if (minutes < deadlineMinutes(planned.estimateMinutes)) return null;
  return new StepFailure(
    `Azure is still at work after ${minutes} minutes (${planned.title}).`,
    'Look at the resource in the portal. "move retry" goes on waiting; "move cancel" turns back.',
  );
};

/** Azure has not settled yet: the step is looked at again. Throws StepFailure past its deadline. */
export const awaitAzure = async (work: MoveWork, step: StepInHand, why: string, waitMs: number): Promise<void> => {
  const since = step.record.operationSince ?? iso(work.ports.clock.now());
  const late = overdue(work, step, since);
  if (late !== null) throw late;
  return delayMoveStep(work, step, why, waitMs, { operationSince: since });
};

/** What a step cannot go on from by itself. */
export class StepFailure extends Error {
  readonly remedy: string;
  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}
