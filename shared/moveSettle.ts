import { iso } from './base/clock.ts';
import { closeEnded } from './closeLedger.ts';
import { forgetRemoved } from './forgetRemoved.ts';
import { outdated, putBack } from './movePutBack.ts';
import { seeThere } from './moveTables.ts';
import { finishMoveStep, type MoveWork, moveOf, mustRun, type StepInHand } from './moveWork.ts';
import type { MovePlan } from './plan/move/movePlan.ts';
import { roleOfId } from './plan/move/resourceIds.ts';
import { commandText } from './record/ask.ts';
import { endLines, moveStartLine } from './record/ledgerLines.ts';
import type { MoveSummary } from './record/move.ts';
import { changesResidence, confirmationText, endMove, moveSummary } from './record/moveProgress.ts';
import { inPlaceOf, ledgerBlob } from './record/progress.ts';
import { standsBy } from './record/standsBy.ts';
import { abandon } from './runs.ts';
import { tell } from './tell.ts';

const outcomeOf = (work: MoveWork): MoveSummary['outcome'] => {
  if (changesResidence(moveOf(work))) return 'protected';
  return moveOf(work).reason === 'standbyUp' ? 'standing' : 'removed';
};

/**
 * The site lives on the new side from now on: where, what is in place there, and that its device has what it needs.
 * Only what is wanted today is settled on: tags may have changed while the device was waited for.
 */
export const settleStep = async (work: MoveWork, step: StepInHand): Promise<void> => {
  const { session, ports, plan } = work;
  const { homeRegion: region, resourceGroup } = work.there;
  const { plan: there, sight, missing } = await seeThere(work);
  const move = moveOf(work);
  const why = outdated(there, missing, move);
  if (why !== null) return putBack(work, step, why);
  // A run of the side that is left has nothing to do any more.
  await abandon(work, 'the site has moved');
  const now = ports.clock.now();
  await session.commit((state) => {
    mustRun(work, state);
    return {
      ...state,
      residence: {
        side: plan.to,
        since: iso(now),
        because: move.reason,
        by: move.by ?? 'policy',
        region,
        resourceGroup,
      },
      inPlace: inPlaceOf(there, now, sight.table.routes.length),
      mayBeAway: [],
      leaving: [],
      waiting: null,
      approved: null,
      network: sight.network,
      device: move.device ?? state.device,
      singlyEncryptedSince: null,
      attention: null,
      lookAgain: false,
    };
  });
  await finishMoveStep(work, step, 'done');
};

/** What a cancelled move made beside a standby may go without it. */
const isTakenDown = ({ steps }: MovePlan): boolean =>
  steps.some(({ kind, resource }) => kind === 'delete' && ['gateway', 'firewall'].includes(roleOfId(resource) ?? ''));

/** The way back out of an outage needs the old side, and a standby is one; else it costs until somebody has it taken down. */
const retireProposal = ({ site, plan }: MoveWork): string => {
  const leftForGood = plan.reason === 'planned' || plan.reason === 'return';
  if (!leftForGood || site.move.standby === 'warm' || site.move.retireOld === 'never') return '';
  return `\nWhat stands in ${plan.region.from} stays, and costs, until it is taken down: the next sweep asks for that, or ${commandText({ action: 'retire', site: site.id })}`;
};

/** What stood by is home from now on; that the side which is left stands by is for a person to approve anew. */
const afterwards = ({ reason }: MovePlan): { readonly standby?: boolean } =>
  reason === 'planned' ? { standby: false } : {};

/** Every step is over: told, out of the state, and its ledger closed. */
export const finishMove = async (work: MoveWork): Promise<void> => {
  const { site, session, ports, plan } = work;
  const move = moveOf(work);
  const moves = changesResidence(move);
  const confirmed = moves ? move.device?.confirmed : null;
  const why = confirmed ? confirmationText(confirmed) : null;
  await tell(work, {
    kind: moves ? 'protected' : 'cloudReady',
    key: `move over ${move.id}`,
    title: moves
      ? `Site ${site.id} is protected in ${plan.region.to}: the device has profile and file`
      : `Site ${site.id}: ${move.title} is done`,
    text: moves ? `The device was ${why} (${confirmed?.at}).${retireProposal(work)}` : plan.why.join('\n'),
    digest: plan.digest,
  });
  const summary = moveSummary(moveOf(work), outcomeOf(work), ports.clock.now(), ports.clock.speed, why);
  const { endedAt: at, outcome, costs, ownOverheadMs } = summary;
  const closing = {
    ledger: ledgerBlob(site.id, move.id),
    lines: [
      moveStartLine(move, plan.why),
      ...endLines(move.steps, at),
      { at, event: `move ${outcome}`, ...costs, ownOverheadMs, ...(why ? { why } : {}) },
    ],
  };
  if (outcome === 'removed') await forgetRemoved(work, plan);
  await session.commit((state) => {
    // A person may have ended it meanwhile, and have asked for another.
    if (state.move?.id !== move.id) return state;
    const standby = outcome === 'standing' || (standsBy(state) && !isTakenDown(plan));
    return { ...endMove(state, summary), closing, ...(outcome === 'protected' ? afterwards(plan) : { standby }) };
  });
  await closeEnded(session, ports.archive);
};
