import type { Visit } from './visit.ts';
import { wake } from './wake.ts';

/** How often a slow look asks whether a person has approved the move meanwhile; wall time. */
const askEveryMs = 500;

const approved = async ({ site, ports }: Visit, isOver: () => boolean): Promise<'approved' | 'over'> => {
  while (!isOver()) {
    await ports.clock.pause(askEveryMs);
    const { state } = await ports.sites.load(site.id);
    if (!isOver() && state.move?.status === 'running') return 'approved';
  }
  return 'over';
};

/**
 * While a move waits for approval the site's region may answer nothing, and a look at it takes as long as a time-out.
 * Who approves the move does not wait for that: the look is given up (null), and a visit of its own begins the move.
 */
export const unlessMoveBegins = async <T>(visit: Visit, look: () => Promise<T>): Promise<T | null> => {
  const { session, site, ports } = visit;
  if (session.state().move?.status !== 'awaitingApproval') return look();
  let over = false;
  const looking = look().finally(() => {
    over = true;
  });
  // What comes of a look that was given up is nobody's concern.
  looking.catch(() => {});
  const first = await Promise.race([looking.then(() => 'seen' as const), approved(visit, () => over)]);
  if (first !== 'approved') return looking;
  const because = 'the move is approved';
  await wake(site.id, { because, arrivedAt: ports.clock.now() }, ports);
  return null;
};
