import { brief } from '../base/brief.ts';
import { iso } from '../base/clock.ts';
import type { MovePlan } from '../plan/move/movePlan.ts';
import { builtAfter } from './built.ts';
import type { Move, MoveStepRecord, MoveSummary } from './move.ts';
import { addCosts, changed, deviceConfirmed, noCosts } from './progress.ts';
import { questionOfMove, withAnswer } from './question.ts';
import { worthKeeping } from './refusal.ts';
import type { DeviceState, SiteState } from './state.ts';

const verbs: Readonly<Record<MovePlan['reason'], string>> = {
  outage: 'Move to',
  budget: 'Move to',
  planned: 'Move to',
  return: 'Move back to',
  standbyUp: 'Build a standby in',
  teardown: 'Take down what stands in',
};

/** Of what is taken down, `from` is the side. */
export const moveTitle = ({ reason, region }: MovePlan): string =>
  `${verbs[reason]} ${reason === 'teardown' ? region.from : region.to}`;

/** Whether the site lives on the other side afterwards. */
export const changesResidence = ({ reason }: Pick<Move, 'reason'>): boolean =>
  reason !== 'standbyUp' && reason !== 'teardown';

const recordOf = (id: string): MoveStepRecord => ({
  id,
  status: 'pending',
  startedAt: null,
  endedAt: null,
  operation: null,
  why: null,
  notBefore: null,
  tries: 0,
  title: '',
  writes: 0,
  foreignHash: null,
});

/** A move that is asked for; nothing of it is written before its digest is approved. */
export const askedMove = (input: {
  readonly id: string;
  readonly plan: MovePlan;
  readonly now: number;
  readonly expiresAt: number | null;
  readonly askedBy?: string | undefined;
}): Move => ({
  id: input.id,
  digest: input.plan.digest,
  reason: input.plan.reason,
  from: input.plan.from,
  to: input.plan.to,
  title: moveTitle(input.plan),
  status: 'awaitingApproval',
  why: input.plan.why,
  askedAt: iso(input.now),
  expiresAt: input.expiresAt === null ? null : iso(input.expiresAt),
  ...(input.askedBy === undefined ? {} : { askedBy: input.askedBy }),
  by: null,
  startedAt: null,
  steps: input.plan.steps.map(({ id, title }) => ({ ...recordOf(id), title })),
  costs: noCosts,
  cloudReadyAt: null,
  away: null,
  profileBlob: null,
  trouble: null,
  reminders: 0,
});

/**
 * The very plan that was asked for. A digest tells what is written, not why, nor what stands in the way: under one
 * digest a move may be blocked today and possible tomorrow.
 */
export const askedPlanBlob = (site: string, { id }: Pick<Move, 'id'>): string => `plans/${site}/moves/asked/${id}.json`;

/** What the device is to get next: the file of the side the site moves to, from when it is made; else of where it lives. */
export const deviceInHand = ({ move, device }: Pick<SiteState, 'move' | 'device'>): DeviceState =>
  move?.device ?? device;

/** Profile and file of the new side are on the device. A word on the file of the side that is left says nothing of them. */
export const moveConfirmed = ({ move }: Pick<SiteState, 'move'>): boolean =>
  move?.device !== undefined && deviceConfirmed({ device: move.device });

/** Who said that the device has profile and file, and whether the gateway has seen it: half a sentence. */
export const confirmationText = ({
  by,
  gateway,
}: Pick<NonNullable<DeviceState['confirmed']>, 'by' | 'gateway'>): string =>
  `confirmed by ${by}${gateway === undefined ? '' : `; ${gateway}`}`;

export const withMoveStep = (move: Move, id: string, change: Partial<MoveStepRecord>): Move => ({
  ...move,
  steps: move.steps.map((step) => (step.id === id ? changed(step, change) : step)),
});

const over = new Set<MoveStepRecord['status']>(['done', 'unchanged', 'skipped']);
export const isOver = ({ status }: Pick<MoveStepRecord, 'status'>): boolean => over.has(status);

/** Somebody is at it again: what was waited since it was left goes on Azure's account, or on a person's. */
export const backAt = (move: Move, arrivedAt: number, now: number): Move => {
  const { away } = move;
  if (away === null) return move;
  const since = Date.parse(away.at);
  const early = away.until === null || now < away.until;
  const waited = Math.max(0, (early ? Math.min(arrivedAt, now) : (away.until ?? now)) - since);
  const forPerson = away.until === null || move.steps.some(({ status }) => status === 'waiting');
  const costs = addCosts(move.costs, forPerson ? { personMs: waited } : { waitMs: waited });
  return { ...move, away: null, costs };
};

/** Own overhead (design 9) of a move: its time without Azure's, permitted waits and people. */
export const moveOverhead = ({ startedAt, costs }: Move, now: number, speed: number): number =>
  startedAt === null
    ? 0
    : Math.max(0, (now - Date.parse(startedAt) - costs.azureMs - costs.waitMs - costs.personMs) / speed);

export const moveSummary = (
  move: Move,
  outcome: MoveSummary['outcome'],
  now: number,
  speed: number,
  why: string | null,
): MoveSummary => ({
  id: move.id,
  digest: move.digest,
  reason: move.reason,
  from: move.from,
  to: move.to,
  outcome,
  startedAt: move.startedAt,
  endedAt: iso(now),
  ownOverheadMs: Math.round(moveOverhead(move, now, speed)),
  costs: move.costs,
  by: move.by,
  why: why === null ? null : brief(why),
});

const builtIn = (state: SiteState, summary: MoveSummary): Pick<SiteState, 'built'> => {
  const built = builtAfter(state, summary);
  return built === undefined ? {} : { built };
};

const noIn = ({ declined }: SiteState, summary: MoveSummary): Pick<SiteState, 'declined'> =>
  summary.outcome === 'declined' ? { declined: withAnswer(declined, questionOfMove(summary)) } : {};

/** The move leaves the state and is remembered among the last ones. */
export const endMove = (state: SiteState, summary: MoveSummary): SiteState => ({
  ...state,
  ...builtIn(state, summary),
  ...noIn(state, summary),
  move: null,
  lastMoves: worthKeeping([summary, ...(state.lastMoves ?? [])]),
});
