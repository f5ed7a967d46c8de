import { canonicalJson } from './base/canonical.ts';
import { iso } from './base/clock.ts';
import type { Choice } from './choose.ts';
import { closeEnded } from './closeLedger.ts';
import type { Look } from './look.ts';
import { changesIn, type Plan, titleOf } from './plan/plan.ts';
import { commandText } from './record/ask.ts';
import { isShadow } from './record/headline.ts';
import { endLines, startLine } from './record/ledgerLines.ts';
import { summaryOfPlan } from './record/planSummary.ts';
import {
  currentStep,
  endRun,
  ledgerBlob,
  planBlob,
  runPlanBlob,
  servicesAway,
  startRun,
  summaryOf,
  waitingPlanBlob,
} from './record/progress.ts';
import { questionOf } from './record/question.ts';
import type { SiteState, Waiting } from './record/state.ts';
import { tell } from './tell.ts';
import type { Visit } from './visit.ts';
import type { Work } from './work.ts';

/**
 * Since when traffic may leave the tunnel: the device does not list where services are or may still be. What waits for
 * a word to come is there already, whatever our tables say; what waits for a word to leave may not have left. While the
 * region fails as a whole there may be no tunnel at all, whatever the device lists.
 */
const singlyEncrypted = (state: SiteState, seen: Look, now: number): string | null => {
  const { move } = seen.decision;
  if (move !== null) return state.singlyEncryptedSince ?? move.since;
  const listed = state.device.confirmed?.listHash;
  const away = seen.full !== null && seen.decision.addWaits.length > 0 ? seen.full : seen.now;
  if (listed === away.device.listHash) return null;
  const failsOver = away.device.added.length > 0 && !away.removing;
  const tagsGrew = state.inPlace !== null && seen.now.device.changed && !seen.now.removing && seen.cause === 'tags';
  return failsOver || tagsGrew ? (state.singlyEncryptedSince ?? seen.decision.since ?? iso(now)) : null;
};

/** A look that worked clears what another look met; a failed run's trouble stays, or comes back, until a proof clears it. */
const attentionAfterLook = ({ attention, run, lastRuns }: SiteState): SiteState['attention'] => {
  if (attention === null || attention.code === 'RUN_FAILED') return attention;
  const last = lastRuns[0];
  if (run !== null || last?.outcome !== 'failed') return null;
  return { why: last.why ?? 'The last run failed.', since: last.endedAt, code: 'RUN_FAILED' };
};

/** Records what a look found; the plan itself is kept under its digest. */
export const note = async (visit: Visit, seen: Look): Promise<void> => {
  const { session, ports, message, site } = visit;
  const now = ports.clock.now();
  const plan = seen.full ?? seen.now;
  await ports.archive.keep(planBlob(site.id, plan.digest), canonicalJson(plan));
  await session.commit((state) => ({
    ...state,
    network: seen.network,
    lastPlan: summaryOfPlan(plan, now),
    lastLook: { at: iso(now), because: message.because, began: iso(visit.enteredAt) },
    lookAgain: false,
    // What is over may begin anew, and is told anew then.
    told: state.told.filter((key) => !key.startsWith('alarm ') || plan.alarms.includes(key.slice('alarm '.length))),
    singlyEncryptedSince: singlyEncrypted(state, seen, now),
    attention: attentionAfterLook(state),
  }));
  for (const alarm of plan.alarms) {
    await tell(visit, {
      kind: 'alarm',
      key: `alarm ${alarm}`,
      title: `Site ${site.id}: ${alarm}`,
      text: alarm,
      digest: null,
    });
  }
};

/** More is wanted than is chosen now: it is looked at again when that is over. */
export const keepInMind = async (visit: Visit, seen: Look, choice: Choice): Promise<void> => {
  if (seen.full === null || choice.act === 'nothing' || choice.plan === seen.full) return;
  await visit.session.commit((state) => ({ ...state, lookAgain: true }));
};

/** A new run of a plan, written down before anything is done. */
export const begin = async (visit: Visit, seen: Look, plan: Plan, by: string): Promise<Work> => {
  if (seen.cause === 'drift') await tellDrift(visit, plan);
  await start(visit, plan, by);
  return visit.work(seen);
};

/** A run of the very plan a person approved, as it is in the archive: each step looks before it writes. */
export const beginApproved = async (visit: Visit, waiting: Waiting, by: string): Promise<Work | null> => {
  const text = await visit.ports.archive.read(waitingPlanBlob(visit.site.id, waiting));
  if (text === undefined || visit.session.state().network === null) return null;
  await start(visit, JSON.parse(text) as Plan, by);
  return visit.work();
};

const start = async (visit: Visit, plan: Plan, by: string): Promise<void> => {
  const { session, ports, message, site } = visit;
  const now = ports.clock.now();
  const run = startRun({ id: ports.newId(), plan, because: message.because, by, arrivedAt: message.arrivedAt, now });
  await ports.archive.keep(runPlanBlob(site.id, run.id), canonicalJson(plan));
  const mayBeAway = servicesAway(session.state(), plan.decision.services);
  await session.commit((state) => ({ ...forget(state), run, waiting: null, mayBeAway }));
  // A ledger is begun by a run that is written down; who dies here leaves the line to the end (closeLedger).
  const line = startLine(run, titleOf(plan), plan.decision.reasons);
  await ports.archive.append(ledgerBlob(site.id, run.id), JSON.stringify(line));
};

/** Is the run that waits for a person still what is wanted? */
export const stillHolds = (visit: Visit, seen: Look, choice: Choice): boolean => {
  const { run, device } = visit.session.state();
  if (run === null) return false;
  const wanted = choice.act === 'nothing' ? seen.now : choice.plan;
  if (wanted.digest === run.digest) return true;
  const atDevice = currentStep(run)?.id === 'deviceConfirm' && run.cloudReadyAt !== null;
  return atDevice && changesIn(wanted) === 0 && wanted.device.listHash === device.offered?.listHash;
};

/** Ends a run that is no longer what is wanted; what it wrote stays and is what the next plan sees. */
export const abandon = async (
  { session, ports, site }: Pick<Visit, 'session' | 'ports' | 'site'>,
  why: string,
): Promise<void> => {
  const { run } = session.state();
  if (run === null) return;
  const summary = summaryOf(run, 'superseded', ports.clock.now(), ports.clock.speed, why);
  const closing = {
    ledger: ledgerBlob(site.id, run.id),
    lines: [...endLines(run.steps, summary.endedAt), { at: summary.endedAt, event: 'run superseded', why }],
  };
  // The word was for that run; whoever wants its plan again is asked again.
  await session.commit((state) => ({ ...endRun(state, summary), approved: null, closing }));
  await closeEnded(session, ports.archive);
};

/** The continuation of the site's run, by message. */
export const comeBack = async (visit: Visit, notBefore: number): Promise<void> => {
  const { message, ports, session } = visit;
  const { run, generation } = session.state();
  const { continues: _, sweep: __, revives: ___, ...rest } = message;
  // A look that is still to come is about what has not happened yet.
  const goesOn = run === null ? { arrivedAt: notBefore } : { continues: run.id };
  await ports.messages.send({ ...rest, generation, notBefore, ...goesOn });
};

const kinds = { blocked: 'blocked', wait: 'needsApproval' } as const;

/** Told of what waited or was in the way: over, so that the like of it is told again. */
const forget = (state: SiteState): SiteState => ({
  ...state,
  told: state.told.filter((key) => !/^(wait|drift|blocked) /.test(key)),
});

const tellDrift = (visit: Visit, plan: Plan): Promise<void> =>
  tell(visit, {
    kind: 'drift',
    key: `drift ${plan.digest}`,
    title: `Site ${visit.site.id}: somebody changed what is ours`,
    text: titleOf(plan),
    digest: plan.digest,
  });

/** What waits for time only is come back to when that is over; once for each plan that waits. */
const lookWhenRested = async ({ ports, site, session }: Visit, seen: Look): Promise<void> => {
  const { addAgainAt } = seen.decision;
  if (addAgainAt === undefined) return;
  const at = Date.parse(addAgainAt);
  await ports.messages.send({
    kind: 'site',
    site: site.id,
    generation: session.state().generation,
    because: 'what had just left may be added again',
    notBefore: at,
    arrivedAt: at,
  });
};

/** Where nothing runs: says what is in the way or who is waited for, once. */
export const settle = async (visit: Visit, seen: Look, choice: Exclude<Choice, { act: 'run' }>): Promise<void> => {
  const { session, site, ports } = visit;
  const { waiting } = session.state();
  if (choice.act === 'nothing') {
    const told = session.state().told.length > forget(session.state()).told.length;
    // All is proven and as it should be: what a run once failed at is over.
    if (waiting !== null || told || session.state().attention !== null)
      await session.commit((state) => ({
        ...forget(state),
        waiting: null,
        approved: null,
        attention: null,
        inVain: null,
      }));
    return;
  }
  const { plan } = choice;
  const shadow = choice.act === 'wait' && isShadow(site.policy.shadow, session.state());
  if (choice.act === 'wait' && waiting?.digest !== plan.digest) {
    const since = iso(ports.clock.now());
    await ports.archive.keep(waitingPlanBlob(site.id, { digest: plan.digest, since }), canonicalJson(plan));
    await session.commit((state) => ({
      ...forget(state),
      approved: null,
      waiting: { digest: plan.digest, why: choice.why, since, title: titleOf(plan) },
    }));
    await lookWhenRested(visit, seen);
  } else if (choice.act === 'blocked' && waiting !== null) {
    await session.commit((state) => ({ ...state, waiting: null, approved: null }));
  }
  if (choice.act === 'wait' && seen.cause === 'drift') await tellDrift(visit, plan);
  const asks = session.state().waiting;
  const asked = asks === null ? { digest: plan.digest } : questionOf(asks);
  const how = shadow
    ? `To let the site do this: ${commandText({ action: 'adopt', site: site.id, digest: plan.digest })}`
    : `Approve it: ${commandText({ action: 'apply', site: site.id, ...asked })}`;
  const text =
    choice.act === 'blocked'
      ? plan.blockers.map(({ code, message, remedy }) => `${code}: ${message} ${remedy}`).join('\n')
      : [choice.why, ...plan.decision.reasons, how].join('\n');
  await tell(visit, {
    kind: shadow ? 'planned' : kinds[choice.act],
    key: `${choice.act} ${plan.digest} ${choice.act === 'blocked' ? plan.blockers.map(({ code }) => code).join() : ''}`,
    title: `Site ${site.id}: ${choice.act === 'blocked' ? 'blocked' : shadow ? 'would do' : 'waits for approval'}: ${titleOf(plan)}`,
    text,
    digest: plan.digest,
  });
};
