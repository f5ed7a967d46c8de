import { iso } from './base/clock.ts';
import { AutomationError } from './base/errors.ts';
import { nonetheless } from './nonetheless.ts';
import type { Ports } from './ports.ts';
import { globalPauseIn, liftGlobalPause, setGlobalPause } from './record/globalPause.ts';
import type { Word } from './record/state.ts';
import type { Session } from './session.ts';
import { tellPause } from './tellPause.ts';

/** How `pause` and `resume` name every site at once. */
export const everySite = '*';

/** Whose word keeps this site from being written to: on it alone, or on every site. Asked before each step. */
export const pauseOf = async (work: {
  readonly session: Session;
  readonly ports: Pick<Ports, 'config'>;
}): Promise<Word | null> => work.session.state().paused ?? (await globalPauseIn(work.ports.config));

/** One switch for all sites: no run and no move takes another step until it is taken back. What was said in a sentence. */
export const pauseAll = async (by: string, reason: string, ports: Ports): Promise<string> => {
  const at = iso(ports.clock.now());
  await setGlobalPause(ports.config, { by, at, reason, digest: null });
  await tellPause('pause', { site: 'all', by, reason }, ports);
  return 'every site is paused: nothing more is written';
};

/** Takes the pause of all sites back, and has each looked at; a site that is paused itself stays so. */
export const resumeAll = async (by: string, reason: string, ports: Ports): Promise<string> => {
  const stands = await liftGlobalPause(ports.config, await globalPauseIn(ports.config));
  if (stands !== null)
    throw new AutomationError('ERR_STATE_CONFLICT', `${stands.by} paused every site meanwhile: ${stands.reason}`, {
      remedy: 'Ask why; whoever still wants to go on says resume again.',
    });
  const because = `${by} said resume for every site${reason === '' ? '' : `: ${reason}`}`;
  const { messages, clock } = ports;
  await nonetheless('waking every site', { by, because }, ports, () =>
    messages.send({ kind: 'look', because, subscriptionIds: null, arrivedAt: clock.now(), resumes: true }),
  );
  await tellPause('resume', { site: 'all', by, reason }, ports);
  return 'resumed: every site is looked at';
};
