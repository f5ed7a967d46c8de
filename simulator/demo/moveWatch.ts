import type { MovePlan } from '../../shared/plan/move/movePlan.ts';
import type { Move, MoveStepRecord } from '../../shared/record/move.ts';
import { movePlanBlob } from '../../shared/record/progress.ts';
import type { SiteState } from '../../shared/record/state.ts';
import { wire } from '../../shared/wire.ts';
import type { Stage } from '../stage/stage.ts';
import { duration, type Narrator } from './narrator.ts';
import type { TimelineStep } from './timeline.ts';
import { stateOf } from './watch.ts';

const lookEveryMs = 25;
/** Two minutes of the wall's time, and two hours of Azure's. */
const giveUpAfterMs = (speed: number): number => 120_000 + (2 * 3_600_000) / speed;

/** The plan of a move, from the archive where an auditor would find it. */
export const movePlanOf = async (site: string, digest: string): Promise<MovePlan> => {
  const text = await (await wire()).archive.read(movePlanBlob(site, digest));
  if (text === undefined) throw new Error(`the plan ${digest} of the move is not in the archive`);
  return JSON.parse(text) as MovePlan;
};

const since = (from: string, to: string): number => Date.parse(to) - Date.parse(from);

/** `+07:05`: minutes and seconds of Azure's time since the move began. */
export const offset = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  return `+${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
};

const tellBegun = (tell: Narrator, move: Move, step: MoveStepRecord): void => {
  const at = offset(since(move.startedAt ?? '', step.startedAt ?? ''));
  if (step.status === 'running') tell.detail(`${at} begun: ${step.title}`);
  if (step.status === 'waiting') tell.say(`${at} waited for: ${step.title}`);
};

const tellOver = (tell: Narrator, move: Move, step: MoveStepRecord): void => {
  const at = offset(since(move.startedAt ?? '', step.endedAt ?? ''));
  if (step.status === 'unchanged') tell.good(`${at} ${step.title}: stands already`);
  else if (step.status === 'failed') tell.bad(`${at} ${step.title}: ${step.why}`);
  else if (step.status === 'done') {
    const took = since(step.startedAt ?? '', step.endedAt ?? '');
    tell.good(`${at} ${step.title}${took >= 60_000 ? ` (${duration(took)})` : ''}`);
  }
};

/** Tells each step of a site's move once when it begins and once when it is over. */
export interface MoveWatch {
  /** Follows the site until something holds. Throws where the move fails, or nothing comes of it. */
  follow(until: (state: SiteState) => boolean): Promise<SiteState>;
  /** What was over too quickly to be seen: the last steps leave the state together with the move. */
  tellRest(move: string, timeline: readonly TimelineStep[]): void;
}

export const moveWatcher = (stage: Stage, site: string, tell: Narrator): MoveWatch => {
  const told = new Set<string>();
  const tellSteps = (move: Move): void => {
    if (move.startedAt === null) return;
    for (const step of move.steps) {
      const key = `${move.id} ${step.id} ${step.status}`;
      if (step.status === 'pending' || told.has(key)) continue;
      told.add(key);
      tellBegun(tell, move, step);
      tellOver(tell, move, step);
    }
  };
  const tellRest: MoveWatch['tellRest'] = (move, timeline) => {
    for (const { id, title, outcome, endMinute } of timeline)
      if (!told.has(`${move} ${id} ${outcome}`)) tell.good(`${offset(endMinute * 60_000)} ${title}`);
  };
  const follow: MoveWatch['follow'] = async (until) => {
    const end = Date.now() + giveUpAfterMs(stage.speed);
    for (;;) {
      const state = await stateOf(site);
      if (state.move) tellSteps(state.move);
      if (until(state)) return state;
      const { move } = state;
      if (move?.status === 'failed') throw new Error(`the move failed: ${JSON.stringify(move.trouble)}`);
      if (Date.now() > end) {
        const open = move?.steps.filter(({ status }) => !['done', 'unchanged', 'pending'].includes(status));
        throw new Error(`the site did not get there: ${JSON.stringify(open ?? state.attention ?? state.run)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  };
  return { follow, tellRest };
};

export const asks =
  (reason: Move['reason']) =>
  ({ move }: SiteState): boolean =>
    move?.status === 'awaitingApproval' && move.reason === reason;

export const waitsForDevice = ({ move }: SiteState): boolean =>
  move?.steps.some(({ status }) => status === 'waiting') ?? false;

/** The move with that id is over: it has left the state. */
export const moveOver =
  (id: string) =>
  ({ move, lastMoves }: SiteState): boolean =>
    !move && lastMoves?.[0]?.id === id;
