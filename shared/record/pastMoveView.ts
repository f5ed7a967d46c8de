import type { Site } from '../base/site.ts';
import type { MoveSummary } from './move.ts';
import { whereText } from './movePlanView.ts';
import { sideNames } from './sideView.ts';
import { durationText, plainText, sinceMs } from './words.ts';

/** A move that ended. */
export type PastMoveView = {
  readonly id: string;
  readonly digest: string;
  readonly reason: MoveSummary['reason'];
  readonly outcome: MoveSummary['outcome'];
  /** `from UK South to UK West` */
  readonly where: string;
  readonly by: string | null;
  readonly endedAt: string;
  readonly text: string;
  readonly why: string | null;
};

/** `47 min 12 s, 6 s of it our own; 14 writes, 60 reads, 31 polls`; of one that never began what became of it says all. */
const tookText = ({ startedAt, endedAt, ownOverheadMs, costs }: MoveSummary): string =>
  startedAt === null
    ? 'never begun'
    : `${durationText(sinceMs(startedAt, Date.parse(endedAt)))}, ${durationText(ownOverheadMs)} of it our own; ` +
      `${costs.writes} writes, ${costs.reads} reads, ${costs.polls} polls`;

export const pastMoveView = (site: Site, move: MoveSummary): PastMoveView => {
  const names = sideNames(site);
  return {
    id: move.id,
    digest: move.digest,
    reason: move.reason,
    outcome: move.outcome,
    where: whereText({ reason: move.reason, from: names[move.from], to: names[move.to] }),
    by: move.by === null ? null : plainText(move.by),
    endedAt: move.endedAt,
    text: tookText(move),
    why: move.why === null ? null : plainText(move.why, 400),
  };
};
