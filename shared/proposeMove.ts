import { canonicalJson, type JsonObject } from './base/canonical.ts';
import { iso } from './base/clock.ts';
import { counted } from './base/counted.ts';
import { otherSide, type SideName, sideOf } from './base/side.ts';
import type { Site } from './base/site.ts';
import { keptSnapshot } from './keepSnapshot.ts';
import { makeMovePlan } from './plan/move/makeMovePlan.ts';
import type { MovePlan, MoveReason } from './plan/move/movePlan.ts';
import type { Plan } from './plan/plan.ts';
import type { Ports } from './ports.ts';
import { desiredSets } from './ranges/desired.ts';
import { commandText } from './record/ask.ts';
import { isShadow } from './record/headline.ts';
import type { Move, MoveSummary } from './record/move.ts';
import { askedMove, askedPlanBlob, endMove, moveSummary, moveTitle } from './record/moveProgress.ts';
import { movePlanBlob } from './record/progress.ts';
import { questionOfMove } from './record/question.ts';
import { refusalOf } from './record/refusal.ts';
import { residenceOf } from './record/residence.ts';
import { standsBy } from './record/standsBy.ts';
import type { SiteState } from './record/state.ts';
import type { TagsInForce } from './record/tagsInForce.ts';
import type { Session } from './session.ts';
import { tell } from './tell.ts';
import { tellRefusal } from './tellRefusal.ts';

/** How long a move is asked for; then whoever still wants it is asked anew. */
const askedForMs = 24 * 60 * 60 * 1_000;

export type Called = {
  readonly reason: Exclude<MoveReason, 'teardown'>;
  readonly why: readonly string[];
  /** The plan whose routes do not fit, where that is why. */
  readonly blockedBy?: Plan;
};

/** What calls for a move by itself, and since when (ISO); null where that has no beginning. */
export type Calling = Called & { readonly since: string | null };

/** What a proposal needs; a visit has it all. */
export type Proposing = {
  /** As the sites file has it. */
  readonly configured: Site;
  readonly session: Session;
  readonly ports: Ports;
  readonly tagsInForce: TagsInForce;
};

const refused = (state: SiteState, { reason, from, digest }: MovePlan, { since }: Calling, now: number) =>
  refusalOf(state, { reason, from, digest, since }, now);

const standing = async (ports: Ports, state: SiteState, side: SideName): Promise<Map<string, JsonObject>> => {
  const snapshot = await keptSnapshot(ports.archive, state.snapshots?.[side]?.good);
  return new Map((snapshot?.resources ?? []).map(({ id, body }) => [id.toLowerCase(), body]));
};

/** What earlier moves put on that side, or may have; a plan that is no longer kept says nothing. */
const builtBefore = async (
  { configured, ports }: Pick<Proposing, 'configured' | 'ports'>,
  { built }: SiteState,
  side: SideName,
): Promise<Pick<MovePlan, 'steps' | 'carriedRoutes'>> => {
  const plans = async (digests: readonly string[] = []): Promise<MovePlan[]> => {
    const texts = await Promise.all(digests.map((digest) => ports.archive.read(movePlanBlob(configured.id, digest))));
    return texts.flatMap((text) => (text === undefined ? [] : [JSON.parse(text) as MovePlan]));
  };
  const { bodies, routes } = built?.[side] ?? {};
  return {
    steps: (await plans(bodies)).flatMap(({ steps }) => steps),
    carriedRoutes: (await plans(routes)).flatMap(({ carriedRoutes }) => carriedRoutes),
  };
};

/** The plan of a move to the other side, from what is kept alone: neither region is asked anything. */
export const planMove = async (
  work: Omit<Proposing, 'session'>,
  state: SiteState,
  called: Called,
): Promise<MovePlan> => {
  const { configured, ports, tagsInForce } = work;
  const from = residenceOf(state);
  const to = otherSide(from);
  const { tags } = tagsInForce;
  const preflight = state.preflight?.side === to ? state.preflight : null;
  return makeMovePlan({
    site: configured,
    from,
    to,
    ...called,
    snapshot: await keptSnapshot(ports.archive, state.snapshots?.[from]?.good),
    desired: desiredSets({ site: sideOf(configured, to), services: [], tags }),
    tags,
    namePrefix: ports.namePrefix,
    existing: await standing(ports, state, to),
    before: await builtBefore(work, state, to),
    preflight,
    ...(preflight?.routeLimit ? { routeLimit: preflight.routeLimit } : {}),
  });
};

type Asking = {
  readonly askedBy?: string | undefined;
  readonly lasting?: boolean;
  /** The move that ends with it, in one write: nobody dies in between. */
  readonly ends?: MoveSummary;
};

/** The state in which a plan may be asked for; null where a move has begun, or the one that was to end has gone on. */
const freeFor = (state: SiteState, { from }: MovePlan, { ends }: Asking): SiteState | null => {
  if (ends === undefined) return hasBegun(state.move) ? null : state;
  return state.move?.id === ends.id && residenceOf(state) !== from ? endMove(state, ends) : null;
};

/**
 * Writes a move down as asked for, for a day unless it is `lasting`; the plan itself is a blob under its digest. Null where
 * one has begun meanwhile: that one stays.
 */
export const ask = async (
  work: Pick<Proposing, 'configured' | 'session' | 'ports'>,
  plan: MovePlan,
  how: Asking = {},
): Promise<Move | null> => {
  const { configured, session, ports } = work;
  const now = ports.clock.now();
  const expiresAt = how.lasting ? null : now + askedForMs;
  await ports.archive.keep(movePlanBlob(configured.id, plan.digest), canonicalJson(plan));
  const move = askedMove({ id: ports.newId(), plan, now, expiresAt, askedBy: how.askedBy });
  await ports.archive.keep(askedPlanBlob(configured.id, move), canonicalJson(plan));
  const { move: kept } = await session.commit((state) => {
    const free = freeFor(state, plan, how);
    return free === null ? state : { ...free, move };
  });
  return kept?.id === move.id ? move : null;
};

const hasBegun = (move: Move | null | undefined): boolean => (move ? move.status !== 'awaitingApproval' : false);

const textOf = (plan: MovePlan, move: Move | null | undefined): string => {
  const { site, criticalPath, table, blockers, alternatives, mappings, digest } = plan;
  const asked = move ? questionOfMove(move) : { digest };
  const lines = [
    ...plan.why,
    `${plan.steps.length} steps, about ${criticalPath.minutes} minutes of Azure's time; ${counted(plan.writes.length, 'resource')} ${plan.reason === 'teardown' ? 'deleted' : 'written'}.`,
    table === null ? null : `The new table: ${table.routes} routes, limit ${table.limit}.`,
    mappings.length > 0 ? `${mappings.length} things are spelt differently there; the plan lists each.` : null,
    ...(alternatives.length > 0 ? ['What would make the move unnecessary:', ...alternatives] : []),
    ...blockers.map(({ code, message, remedy }) => `${code}: ${message} ${remedy}`),
    ...(blockers.length > 0
      ? ['It cannot be made before that is mended.']
      : [
          `Approve it: ${commandText({ action: 'apply', site, ...asked })}`,
          `Decline it: ${commandText({ action: 'decline', site, ...asked })}`,
        ]),
  ];
  return lines.filter((line) => line !== null).join('\n');
};

/** Says that a move waits for a person, or for what is in its way; once a day for each plan of it, or once for a key. */
export const tellAsked = (
  { configured, session, ports }: Omit<Proposing, 'tagsInForce'>,
  plan: MovePlan,
  key?: string,
): Promise<void> => {
  const askedOn = (session.state().move?.askedAt ?? iso(ports.clock.now())).slice(0, 10);
  return tell(
    { site: configured, session, ports },
    {
      kind: plan.applyable ? 'needsApproval' : 'blocked',
      key: key ?? `move ${plan.applyable ? 'asked' : 'blocked'} ${plan.digest} ${askedOn}`,
      title: `Site ${configured.id}: ${plan.applyable ? 'waits for approval' : 'cannot be done yet'}: ${moveTitle(plan)}`,
      text: textOf(plan, session.state().move),
      digest: plan.digest,
    },
  );
};

/** A standby that a person approved once is kept in step without asking. */
const isAuto = ({ policy }: Site, state: SiteState, { reason }: MovePlan): boolean => {
  if (reason === 'standbyUp') return standsBy(state);
  if (reason === 'return') return policy.regionFailback === 'auto';
  return (reason === 'outage' || reason === 'budget') && policy.regionMove === 'auto';
};

const mayBegin = (configured: Site, state: SiteState, plan: MovePlan): boolean => {
  const { policy } = configured;
  return isAuto(configured, state, plan) && plan.applyable && !isShadow(policy.shadow, state) && state.paused === null;
};

/** Whether a person has said no to what is called for, and that stands. */
export const isRefused = async (work: Proposing, calling: Calling): Promise<boolean> => {
  const state = work.session.state();
  return refused(state, await planMove(work, state, calling), calling, work.ports.clock.now()) !== null;
};

const inTheWay = ({ blockers }: MovePlan): string => blockers.map(({ code, message }) => `${code} ${message}`).join();

/** The same steps, and the same in their way: what was mended since, or has come up, is told anew. */
const askedAlready = async ({ configured, ports }: Proposing, move: Move, plan: MovePlan): Promise<boolean> => {
  if (move.digest !== plan.digest) return false;
  const text = await ports.archive.read(askedPlanBlob(configured.id, move));
  return text !== undefined && inTheWay(JSON.parse(text) as MovePlan) === inTheWay(plan);
};

/**
 * Asks for a move, once for each plan of it and not again while a no to it stands; begins it where policy lets it. A fallback
 * whose own table does not fit is not asked for. True where it may begin.
 */
export const proposeMove = async (work: Proposing, calling: Calling): Promise<boolean> => {
  const { configured, session, ports } = work;
  const plan = await planMove(work, session.state(), calling);
  if (calling.reason === 'budget' && plan.table?.fits !== true) return false;
  const { move } = session.state();
  if (move && move.status !== 'awaitingApproval') return false;
  // Asked, but perhaps neither begun nor told: a worker may have died in between.
  if (!move || !(await askedAlready(work, move, plan))) {
    const refusal = refused(session.state(), plan, calling, ports.clock.now());
    if (refusal !== null) {
      await tellRefusal(work, refusal);
      return false;
    }
    if ((await ask(work, plan)) === null) return false;
  }
  const begins = mayBegin(configured, session.state(), plan);
  if (begins) {
    await session.commit((state) =>
      state.move?.digest === plan.digest && !hasBegun(state.move)
        ? { ...state, move: { ...state.move, status: 'running', by: 'policy' } }
        : state,
    );
    return true;
  }
  await tellAsked(work, plan);
  return false;
};

/** A move that is no longer asked for, or was declined, leaves the state; false where it was approved meanwhile, and stays. */
export const dropMove = async (
  work: Pick<Proposing, 'session' | 'ports'>,
  outcome: MoveSummary['outcome'],
  why: string,
): Promise<boolean> => {
  const { session, ports } = work;
  const { move } = session.state();
  if (!move) return false;
  const summary = moveSummary(move, outcome, ports.clock.now(), ports.clock.speed, why);
  const stays = (now: Move | null | undefined) => now?.id !== move.id || (hasBegun(now) && !hasBegun(move));
  const { lastMoves } = await session.commit((state) => (stays(state.move) ? state : endMove(state, summary)));
  return lastMoves?.[0]?.id === move.id;
};
