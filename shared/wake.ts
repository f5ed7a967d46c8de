import type { Ports } from './ports.ts';
import { speakTo } from './session.ts';

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
  const { state } = await ports.sites.load(site);
  if (resumes && state.inVain) await speakTo(ports.sites, site, (now) => ({ ...now, inVain: null }));
  await ports.messages.send({
    kind: 'site',
    site,
    generation: state.generation,
    because,
    notBefore: arrivedAt,
    arrivedAt,
    ...(sweep ? { sweep } : {}),
    // While it was paused, the own message of run or move found nothing to do.
    ...(resumes && state.run !== null ? { continues: state.run.id } : {}),
    ...(resumes && (state.run !== null || state.move) ? { revives: true } : {}),
  });
};
