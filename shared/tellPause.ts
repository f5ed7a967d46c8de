import { iso } from './base/clock.ts';
import { nonetheless } from './nonetheless.ts';
import type { Ports } from './ports.ts';

/** Tells people who stopped the writing at a site (or at all: `all`), or let it go on, and why. */
export const tellPause = (
  action: 'pause' | 'resume',
  said: { readonly site: string; readonly by: string; readonly reason: string },
  ports: Pick<Ports, 'notices' | 'log' | 'clock'>,
): Promise<void> => {
  const { site, by, reason } = said;
  const at = iso(ports.clock.now());
  const where = site === 'all' ? 'every site' : `site ${site}`;
  const means = {
    pause: 'Nothing is written until it is taken back.',
    resume: 'What was under way goes on, and it is looked at again.',
  };
  return nonetheless(`telling of the ${action}`, { site, by, reason }, ports, () =>
    ports.notices.tell({
      id: `${action} ${site} ${at}`,
      kind: action === 'pause' ? 'alarm' : 'over',
      site,
      at,
      title: `${by} ${action}d ${where}`,
      text: `${means[action]}${reason === '' ? '' : ` Why: ${reason}`}`,
      digest: null,
      runId: null,
    }),
  );
};
