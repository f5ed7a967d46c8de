import { iso } from './base/clock.ts';
import type { Ports } from './ports.ts';
import { globalPauseIn, setGlobalPause } from './record/globalPause.ts';
import type { Word } from './record/state.ts';
import type { Session } from './session.ts';

/** How `pause` and `resume` name every site at once. */
export const everySite = '*';

/** Whose word keeps this site from being written to: on it alone, or on every site. Asked before each step. */
export const pauseOf = async (work: {
  readonly session: Session;
  readonly ports: Pick<Ports, 'config'>;
}): Promise<Word | null> => work.session.state().paused ?? (await globalPauseIn(work.ports.config));

/** One switch for all sites: no run and no move takes another step until it is taken back. What was said in a sentence. */
export const pauseAll = async (by: string, reason: string, ports: Ports): Promise<string> => {
  const now = ports.clock.now();
  const at = iso(now);
  await setGlobalPause(ports.config, { by, at, reason, digest: null });
  await ports.notices.tell({
    id: `pause all ${at}`,
    kind: 'alarm',
    site: 'all',
    at,
    title: `${by} paused every site`,
    text: `Nothing is written until it is taken back.${reason === '' ? '' : ` Why: ${reason}`}`,
    digest: null,
    runId: null,
  });
  return 'every site is paused: nothing more is written';
};

/** Takes the pause of all sites back, and has each looked at; a site that is paused itself stays so. */
export const resumeAll = async (by: string, reason: string, ports: Ports): Promise<string> => {
  await setGlobalPause(ports.config, null);
  const because = `${by} said resume for every site${reason === '' ? '' : `: ${reason}`}`;
  await ports.messages.send({
    kind: 'look',
    because,
    subscriptionIds: null,
    arrivedAt: ports.clock.now(),
    resumes: true,
  });
  return 'resumed: every site is looked at';
};
