import { iso } from './base/clock.ts';
import type { Site } from './base/site.ts';
import type { Look } from './look.ts';
import type { Plan } from './plan/plan.ts';
import { type Called, dropMove, isRefused, type Proposing, proposeMove } from './proposeMove.ts';
import type { Move } from './record/move.ts';
import type { SiteState } from './record/state.ts';
import type { Decision } from './scope/decision.ts';
import type { Fact } from './scope/fact.ts';
import { returnCalled } from './scope/regionMove.ts';

/** A move that somebody asked for, or that is under way, is nobody else's to change. */
const stays = (move: Move): boolean =>
  move.status !== 'awaitingApproval' || ['planned', 'standbyUp', 'teardown'].includes(move.reason);

const calledFor = (
  site: Site,
  state: SiteState,
  decision: Decision,
  facts: readonly Fact[],
  now: number,
): Called | null => {
  if (decision.move !== null) return { reason: 'outage', why: [decision.move.why, ...decision.reasons] };
  const { residence } = state;
  if (residence === undefined || residence.side === 'home' || decision.hold !== null) return null;
  if (residence.because !== 'outage' && residence.because !== 'budget') return null;
  const why = returnCalled(site, residence.since, facts, now);
  return why === null ? null : { reason: 'return', why: [why] };
};

/**
 * Before Azure is asked anything: the region may answer nothing at all. Asks for a move that is called for, drops one
 * that no longer is. True where one may begin at once. `site` is the side where the site lives.
 */
export const considerMove = async (
  work: Proposing & { readonly site: Site },
  decision: Decision,
  facts: readonly Fact[],
): Promise<boolean> => {
  const { session, ports, site } = work;
  const { move } = session.state();
  const now = ports.clock.now();
  if (move && move.status !== 'awaitingApproval') return false;
  if (move?.expiresAt && Date.parse(move.expiresAt) <= now) {
    await dropMove(work, 'expired', 'nobody approved it in time');
  }
  const called = calledFor(site, session.state(), decision, facts, now);
  const waiting = session.state().move;
  if (waiting && stays(waiting)) {
    if (called?.reason !== 'outage' || (await isRefused(work, called))) return false;
    // The region fails as a whole: no question about a standby or about what was left may stand before that one.
    await dropMove(work, 'expired', 'the region failed before anybody had approved it');
  }
  // Its region may answer no look that would say so: what the device sends there goes wherever Azure leads it.
  if (called?.reason === 'outage' && session.state().singlyEncryptedSince === null)
    await session.commit((state) => ({ ...state, singlyEncryptedSince: decision.since ?? iso(now) }));
  if (called !== null) return proposeMove(work, called);
  if (session.state().move?.reason === 'outage' || session.state().move?.reason === 'return')
    await dropMove(work, 'expired', 'it is no longer called for');
  return false;
};

const tooMany = (plan: Plan | null): plan is Plan =>
  plan !== null &&
  plan.decision.mode === 'serviceFailover' &&
  plan.blockers.some(({ code }) => code === 'ROUTE_BUDGET');

/** After a look: a service failover whose routes do not fit falls back to the move of the whole site. */
export const considerFallback = async (work: Proposing, { now, full }: Look): Promise<boolean> => {
  const { move } = work.session.state();
  if (move && stays(move)) return false;
  const blockedBy = [now, full].find(tooMany);
  if (blockedBy) {
    const why = blockedBy.blockers.filter(({ code }) => code === 'ROUTE_BUDGET').map(({ message }) => message);
    if (move && move.reason !== 'budget') return false;
    return proposeMove(work, { reason: 'budget', why: [...why, ...blockedBy.decision.reasons], blockedBy });
  }
  if (move?.reason === 'budget') await dropMove(work, 'expired', 'the service failover fits now');
  return false;
};
