import { commitMove, type MoveWork, noteMove, StepFailure, type StepInHand } from './moveWork.ts';
import type { MoveStepKind } from './plan/move/movePlan.ts';
import { changesIn, type Plan } from './plan/plan.ts';
import type { Move, MoveStepRecord } from './record/move.ts';

/** What is done for the service tags and the resources of its day. */
const ofTheDay = new Set<MoveStepKind>(['rules', 'routes', 'bundle', 'proof', 'confirm']);

/** Tags change weekly at most: who finds more changes than this has somebody else writing there. */
const mostPutBacks = 5;

/** What is no longer as it was proven and put on the device; null where all of it is. */
export const outdated = (now: Plan, missing: number, { device }: Pick<Move, 'device'>): string | null => {
  const changes = changesIn(now) + missing;
  if (changes > 0)
    return `${changes} of the routes and rules in ${now.decision.target} are no longer as wanted; they are written and proven again`;
  const offered = device?.offered;
  if (offered && offered.listHash !== now.device.listHash)
    return 'the device must list other addresses than its file does; it gets a new one';
  return null;
};

/** What others have in table and firewall is looked at anew as well. */
const fromTheStart = (step: MoveStepRecord, why: string): MoveStepRecord => ({
  ...step,
  status: 'pending',
  why,
  operation: null,
  operationSince: null,
  notBefore: null,
  tries: 0,
  endedWell: 0,
  startedAt: null,
  endedAt: null,
  foreignHash: null,
});

/** What a proof that failed had found is not put right by proving it again: rules and routes are looked at, and written where they have to be. */
export const provenAgain = (move: Move): Move => {
  const failed = move.steps.some(({ id, status }) => id === 'proof' && status === 'failed');
  const why = 'the proof had failed';
  return failed
    ? { ...move, steps: move.steps.map((step) => (isWritten(step) ? fromTheStart(step, why) : step)) }
    : move;
};

const isWritten = ({ id }: MoveStepRecord): boolean => id === 'rules' || id === 'routes';

/** Takes the steps whose result is out of date again, so that nothing is written down as proven that is not. */
export const putBack = async (work: MoveWork, { planned, record }: StepInHand, why: string): Promise<void> => {
  if (record.tries >= mostPutBacks)
    throw new StepFailure(
      `${record.tries} times something had changed before the site could settle: ${why}.`,
      'See the activity log of the new route table and firewall for who else writes there, then "move retry".',
    );
  const kinds = new Map(work.plan.steps.map(({ id, kind }) => [id, kind]));
  const again = (step: MoveStepRecord): MoveStepRecord => {
    if (step.id === planned.id) return { ...step, tries: step.tries + 1 };
    return ofTheDay.has(kinds.get(step.id) ?? 'put') ? fromTheStart(step, why) : step;
  };
  await commitMove(work, (move) => ({
    ...move,
    steps: move.steps.map(again),
    reminders: 0,
    cloudReadyAt: null,
    deviceThere: true,
  }));
  await noteMove(work, 'steps put back', { why });
};
