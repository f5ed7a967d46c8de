import { asAutomationError } from './base/errors.ts';
import type { Ports } from './ports.ts';
import type { SiteState } from './record/state.ts';
import { speakTo } from './session.ts';

/** Null where no repetition would let it be read: that is its own site's trouble, and keeps no other one asleep. */
const stateOf = async (site: string, { sites }: Pick<Ports, 'sites'>): Promise<SiteState | null> => {
  try {
    return (await sites.load(site)).state;
  } catch (error) {
    if (asAutomationError(error).retry !== 'never') throw error;
    return null;
  }
};

/**
 * Sends the message that has one site looked at; `resumes` takes up the run that stood still with it, and has a plan
 * that was in vain tried again.
 */
export const wake = async (
  site: string,
  call: { readonly because: string; readonly arrivedAt: number; readonly sweep?: boolean; readonly resumes?: boolean },
  ports: Pick<Ports, 'sites' | 'messages'>,
): Promise<void> => {
  const { because, arrivedAt, sweep, resumes } = call;
  const state = await stateOf(site, ports);
  if (resumes && state?.inVain) await speakTo(ports.sites, site, (now) => ({ ...now, inVain: null }));
  await ports.messages.send({
    kind: 'site',
    site,
    generation: state?.generation ?? 0,
    because,
    notBefore: arrivedAt,
    arrivedAt,
    ...(sweep ? { sweep } : {}),
    // While it was paused, the own message of run or move found nothing to do.
    ...(resumes && state?.run ? { continues: state.run.id } : {}),
    ...(resumes && (state?.run || state?.move) ? { revives: true } : {}),
  });
};
