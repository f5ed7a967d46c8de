import { iso } from './base/clock.ts';
import type { Site } from './base/site.ts';
import type { Ports } from './ports.ts';
import type { NoticeKind } from './record/notice.ts';
import type { Session } from './session.ts';

/** Keys of notices remembered per site; older ones would be told again, which is better than never. */
const keysKept = 50;

/**
 * Tells people once: a notice whose key was told before is not told again. Told first, remembered second: after a
 * crash in between people hear it twice rather than never.
 */
export const tell = async (
  work: { readonly site: Site; readonly session: Session; readonly ports: Ports },
  notice: {
    readonly kind: NoticeKind;
    readonly key: string;
    readonly title: string;
    readonly text: string;
    readonly digest: string | null;
  },
): Promise<void> => {
  const { site, session, ports } = work;
  if (session.state().told.includes(notice.key)) return;
  const { key, ...rest } = notice;
  await ports.notices.tell({
    ...rest,
    // Told again after a crash it is the same notice; told anew after all was well it is another.
    id: `${site.id} ${key} ${session.state().generation}`,
    site: site.id,
    at: iso(ports.clock.now()),
    runId: session.state().run?.id ?? null,
  });
  await session.commit((state) => ({ ...state, told: [key, ...state.told].slice(0, keysKept) }));
};
