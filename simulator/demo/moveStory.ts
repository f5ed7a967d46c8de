import type { MovePlan } from '../../shared/plan/move/movePlan.ts';
import type { Move } from '../../shared/record/move.ts';
import type { SiteState } from '../../shared/record/state.ts';
import { wire } from '../../shared/wire.ts';
import type { Scene } from '../stage/scene.ts';
import type { Stage } from '../stage/stage.ts';
import { type MoveLeg, moveLeg } from './moveLeg.ts';
import { type MoveWatch, moveOver, movePlanOf, waitsForDevice } from './moveWatch.ts';
import { duration, type Narrator } from './narrator.ts';
import type { Post } from './post.ts';
import { timelineLines } from './timeline.ts';
import { stateOf } from './watch.ts';

/** All that a story of a move is told with. */
export interface Telling extends MoveWatch {
  readonly stage: Stage;
  readonly scene: Scene;
  readonly tell: Narrator;
  readonly post: Post;
}

const mappingsShown = 6;
const reasonsShown = 2;

/** The last part of an ARM id; anything else as it is. */
const short = (text: string): string => (text.startsWith('/') ? (text.split('/').at(-1) ?? text) : text);

/** What the person who approves it sees. */
export const tellMovePlan = (tell: Narrator, { title }: Pick<Move, 'title'>, plan: MovePlan): void => {
  tell.say(`The product asks: ${title}. Why:`);
  for (const why of plan.why.slice(0, reasonsShown)) tell.detail(`- ${why}`);
  if (plan.why.length > reasonsShown) tell.detail(`... ${plan.why.length - reasonsShown} more reasons`);
  const { steps, criticalPath, writes, table, snapshot, mappings, blockers } = plan;
  if (snapshot !== null) tell.say(`Planned from the snapshot of ${snapshot.takenAt}, and from nothing else.`);
  const count = writes.reduce((sum, one) => sum + one.writes, 0);
  tell.say(`${steps.length} steps; writes: ${count} at most, resources: ${writes.length}. Table: ${tableText(plan)}.`);
  if (table !== null && !table.fits) tell.bad('the new table does not fit');
  tell.say(`Critical path, about ${criticalPath.minutes} minutes: ${criticalPath.steps.join(' > ')}.`);
  for (const { resource, where, before, after } of mappings.slice(0, mappingsShown))
    tell.detail(`${short(resource)}, ${where}: ${short(before)} -> ${short(after)}`);
  if (mappings.length > mappingsShown)
    tell.detail(`... ${mappings.length - mappingsShown} more things are spelt differently there`);
  for (const { code, message, remedy } of blockers) tell.bad(`${code}: ${message} ${remedy}`);
};

const tableText = ({ table }: MovePlan): string =>
  table === null ? 'none' : `${table.routes} of ${table.limit} routes (${table.strategy ?? 'does not fit'})`;

/** A sweep, as the timer gives it every quarter of an hour. */
export const sweep = async ({ stage }: Pick<Telling, 'stage'>): Promise<void> => {
  await stage.host.fireTimer('driftTimer');
  await stage.host.idle();
};

/** The person at the device: fetches the profile, puts it and the file on the device, which dials in two minutes later. */
const loadDevice = async ({ stage, scene, tell }: Telling, plan: MovePlan, confirms: boolean): Promise<void> => {
  tell.chapter('Profile and file are put on the device', true);
  const { move } = await stateOf(scene.siteId);
  if (plan.reason === 'return') tell.detail(`The same ten lines as before, for ${scene.home.displayName}.`);
  else for (const line of move?.device?.offered?.instruction ?? []) tell.detail(line);
  const kept = (await (await wire()).archive.read(move?.profileBlob ?? '')) ?? '{}';
  const answer = await fetch((JSON.parse(kept) as { url: string }).url);
  if (!answer.ok) throw new Error(`the profile's address answered ${answer.status}`);
  const gatewayId = plan.steps.find(({ id }) => id === 'gateway')?.resource ?? '';
  stage.arm.loadBundle({ device: scene.siteId, gatewayId, package: new Uint8Array(await answer.arrayBuffer()) });
  if (!confirms) tell.say('Nobody confirms it: the gateway itself is asked who has dialled in, every five minutes.');
};

const confirm = async ({ scene, post }: Telling): Promise<void> => {
  const { move } = await stateOf(scene.siteId);
  const by = 'Ada (field operator)';
  const checksum = move?.device?.offered?.checksum;
  await post('manualRun', { action: 'confirmDevice', site: scene.siteId, by, checksum });
};

const tellLeg = (tell: Narrator, leg: MoveLeg): void => {
  if (leg.checks.length > 0) tell.say('The proof, by reading everything again:');
  for (const check of leg.checks) tell.good(check);
  tell.say('The timeline (*: on the critical path):');
  for (const line of timelineLines(leg.timeline)) tell.raw(line);
  tell.say('What was written in Azure, as Azure took it:');
  if (leg.writes.length === 0) tell.detail('nothing: everything stood there as planned');
  for (const { method, resource, count } of leg.writes)
    tell.detail(`${method} ${resource.split('/').slice(-2).join('/')}${count > 1 ? ` (${count} times)` : ''}`);
  const within = leg.ownOverheadMs < leg.ownOverheadLimitMs ? tell.good : tell.bad;
  tell.detail(`begun ${duration(leg.begunAfterMs)} after the approval`);
  within(`own overhead ${duration(leg.ownOverheadMs)}, limit ${duration(leg.ownOverheadLimitMs)}`);
  const late = leg.latePolls === 0 ? '' : `, ${leg.latePolls} of them by more than a tenth of it`;
  const punctual = leg.earlyPolls === 0 ? tell.good : tell.bad;
  punctual(
    `${leg.polls} polls: ${leg.earlyPolls} early; at most ${duration(leg.longestDelayMs)} of our own behind Retry-After${late}`,
  );
  if (leg.unplannedWrites.length > 0) tell.bad(`written more often than planned: ${leg.unplannedWrites.join('; ')}`);
};

export type Approving = {
  readonly digest: string;
  readonly by: string;
  /** Whose word it is that the device has moved: a person's, or the gateway's client connections. */
  readonly confirmedBy: 'person' | 'gateway';
  readonly reason: string;
};

/** Approves the move that waits, sees it through, and returns its figures and the state it left. */
export const seeThrough = async (
  telling: Telling,
  { digest, by, confirmedBy, reason }: Approving,
): Promise<{ readonly leg: MoveLeg; readonly state: SiteState }> => {
  const { stage, scene, tell, post, follow, tellRest } = telling;
  const site = scene.siteId;
  const plan = await movePlanOf(site, digest);
  const { id = '', title = '' } = (await stateOf(site)).move ?? {};
  const approval = { requests: stage.arm.requests.length, at: stage.clock.now() };
  tell.chapter(`Approved by its digest: ${title}`, true);
  tell.detail(`apply ${digest.slice(0, 19)}…, by ${by}`);
  await post('manualRun', { action: 'apply', site, digest, by, reason });
  if (plan.steps.some(({ kind }) => kind === 'confirm')) {
    const there = await follow((state) => waitsForDevice(state) || moveOver(id)(state));
    if (waitsForDevice(there)) {
      await loadDevice(telling, plan, confirmedBy === 'person');
      if (confirmedBy === 'person') await confirm(telling);
    }
  }
  const state = await follow(moveOver(id));
  const [summary] = state.lastMoves ?? [];
  if (summary === undefined) throw new Error('the move left no summary');
  await stage.host.idle();
  const leg = await moveLeg(stage, plan, summary, approval);
  tellRest(id, leg.timeline);
  tellLeg(tell, leg);
  return { leg, state };
};
