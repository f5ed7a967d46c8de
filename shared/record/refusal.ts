import type { MoveReason } from '../plan/move/movePlan.ts';
import type { Move, MoveSummary } from './move.ts';
import type { SiteState } from './state.ts';

/** What asks for a move by itself. */
export type Asking = Pick<Move, 'reason' | 'from'> & {
  /** Of the plan; null where no plan of it would make another question. */
  readonly digest: string | null;
  /** Since when it is called for (ISO); null where that has no beginning. */
  readonly since: string | null;
};

/** Traffic suffers: each day that it goes on asks anew. */
const presses = new Set<MoveReason>(['outage', 'budget']);
/** What is asked is this very plan; of the others, whether it is done at all. */
const asksOfPlan = new Set<MoveReason>([...presses, 'standbyUp']);
const dayMs = 24 * 60 * 60 * 1_000;

/** A person said no, or turned it back. */
const isNo = ({ outcome }: MoveSummary): boolean => outcome === 'declined' || outcome === 'cancelled';

const isSameQuestion = (a: Pick<Move, 'reason' | 'from'>, b: Pick<Move, 'reason' | 'from'>): boolean =>
  a.reason === b.reason && a.from === b.from;

/**
 * The no of a person that stands: nothing that calls for the question is newer, and so nobody is asked again. Who wants
 * it all the same asks in person.
 *
 * | question                                       | is asked again                                            |
 * | ---------------------------------------------- | --------------------------------------------------------- |
 * | to leave a region that fails, or where routes do not fit | a day later, for another plan, when it begins anew |
 * | to build a standby, or bring it in step        | for another plan, when the site has moved                 |
 * | to move back home                              | when something new is heard of the region that was left   |
 * | to take down the side that was left            | when the site has moved                                   |
 */
export const refusalOf = (
  { lastMoves = [] }: Pick<SiteState, 'lastMoves'>,
  asking: Asking,
  now: number,
): MoveSummary | null => {
  const { reason, digest, since } = asking;
  const stands = ({ endedAt }: MoveSummary): boolean =>
    (since === null || Date.parse(endedAt) >= Date.parse(since)) &&
    (!presses.has(reason) || now - Date.parse(endedAt) < dayMs);
  const isMeant = (last: MoveSummary): boolean => !asksOfPlan.has(reason) || last.digest === digest;
  return lastMoves.find((last) => isNo(last) && isSameQuestion(last, asking) && isMeant(last) && stands(last)) ?? null;
};

/** Moves remembered with a site; all of them stay in the ledger. */
const movesKept = 5;

/** The newest, and of each question the last no to it, however much has happened since; `moves`: the newest first. */
export const worthKeeping = (moves: readonly MoveSummary[]): readonly MoveSummary[] =>
  moves.filter((move, index) => {
    const newer = moves.slice(0, index);
    return index < movesKept || (isNo(move) && !newer.some((one) => isNo(one) && isSameQuestion(one, move)));
  });
