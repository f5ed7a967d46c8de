import { decideFor } from './look.ts';
import { tell } from './tell.ts';
import type { Visit } from './visit.ts';

/** The `hold` that stands at the site, in words; null where none does. */
export const holdAt = async ({ site, session, ports }: Visit): Promise<string | null> =>
  (await decideFor(site, session.state(), ports)).decision.hold;

/**
 * An approved plan that a hold came before: it is looked at again (`look`), and begins only where it is what is wanted
 * under the hold, too. Whoever approved it hears why it does not.
 */
export const unlessHeld = async (visit: Visit, hold: string, look: () => Promise<void>): Promise<void> => {
  const { session, site } = visit;
  const { approved, waiting, lastRuns } = session.state();
  await look();
  const now = session.state();
  const begun = now.run !== null || now.lastRuns[0]?.id !== lastRuns[0]?.id;
  if (begun || now.approved !== null || approved === null || waiting === null) return;
  await tell(visit, {
    kind: 'blocked',
    key: `held ${waiting.digest} ${approved.at}`,
    title: `Site ${site.id}: what was approved is not begun: ${waiting.title}`,
    text: `${approved.by} approved it, but before it began: ${hold}. It is asked for again when that is withdrawn, if it is still wanted.`,
    digest: waiting.digest,
  });
};
