import { otherSide, regionOfSide } from './base/side.ts';
import { keepSnapshot } from './keepSnapshot.ts';
import type { MovePlan } from './plan/move/movePlan.ts';
import type { AzureView } from './ports.ts';
import { type Calling, type Proposing, planMove, proposeMove } from './proposeMove.ts';
import { waitsForPerson } from './record/progress.ts';
import { residenceOf } from './record/residence.ts';
import { isRetireQuestion } from './record/retireCalled.ts';
import { standbySide, standsBy, wantsStandby } from './record/standsBy.ts';
import type { SiteState } from './record/state.ts';
import { wake } from './wake.ts';

/** A plan that was carried out and did not bring the standby in step is not carried out again at every sweep. */
const againMs = 6 * 60 * 60 * 1_000;

/** What waits or goes on at the site is nobody else's to change; an own question is put anew where the plan has changed. */
const isIdle = ({ run, move, paused }: SiteState): boolean =>
  (run === null || waitsForPerson(run)) &&
  paused === null &&
  (!move || isRetireQuestion(move) || (move.status === 'awaitingApproval' && move.reason === 'standbyUp'));

const calledFor = ({ configured, session }: Proposing): Calling => {
  const region = regionOfSide(configured, otherSide(residenceOf(session.state()))).displayName;
  const home = regionOfSide(configured, residenceOf(session.state())).displayName;
  const why = standsBy(session.state())
    ? `The standby in ${region} is no longer as ${home} is.`
    : `The sites file wants a standby in ${region} (move.standby: warm).`;
  return { reason: 'standbyUp', why: [why], since: session.state().residence?.since ?? null };
};

/** On a firewall that was there before us our rules are the move's to write: no standby is built for their sake. */
const isBuilt = ({ steps }: MovePlan, resource: string): boolean => {
  const left = steps.some(({ id, leaveAsIs }) => id === 'firewall' && leaveAsIs);
  return !left || steps.some((step) => step.resource === resource && step.kind !== 'rules' && !step.leaveAsIs);
};

/** What would have to be written; nothing where the standby is in step. Planned from what is kept alone. */
const lacking = async (work: Proposing): Promise<{ readonly writes: number; readonly digest: string }> => {
  const plan = await planMove(work, work.session.state(), calledFor(work));
  return { writes: plan.writes.filter(({ resource }) => isBuilt(plan, resource)).length, digest: plan.digest };
};

const triedLately = ({ lastMoves }: SiteState, digest: string, now: number): boolean =>
  (lastMoves ?? []).some(
    (last) => last.digest === digest && last.outcome === 'standing' && now - Date.parse(last.endedAt) < againMs,
  );

/**
 * Keeps a standby in step with the side the site lives on, whichever that is: asks the first time, and goes on by itself
 * once one was approved, until it is taken down. Both sides' snapshots must have been kept before.
 */
export const keepStandby = async (work: Proposing & { readonly azure: AzureView }): Promise<void> => {
  const { configured, session, ports } = work;
  if (!wantsStandby(configured, session.state()) || !isIdle(session.state())) return;
  if ((await lacking(work)).writes === 0) return;
  // What was kept may be an hour old, and a standby may have been mended since.
  const side = standbySide(configured, session.state());
  if (side !== null) await keepSnapshot(work, configured, side);
  const { writes, digest } = await lacking(work);
  const now = ports.clock.now();
  if (writes === 0 || triedLately(session.state(), digest, now)) return;
  if (await proposeMove(work, calledFor(work)))
    await wake(configured.id, { because: 'the standby is brought in step', arrivedAt: now }, ports);
};
