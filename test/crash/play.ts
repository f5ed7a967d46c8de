import { reconcile } from '../../shared/reconcile.ts';
import { readMessage } from '../../shared/record/message.ts';
import type { SiteState } from '../../shared/record/state.ts';
import type { Journey, Stage } from '../support/journey.ts';
import type { Call, Task } from './calls.ts';
import { type End, endOf } from './end.ts';
import { Died, type Lives, Refused, type Verdict } from './lives.ts';
import type { Begin, Outside, Script } from './scripts.ts';
import { type Blow, Trial } from './trial.ts';
import { watchSite } from './watch.ts';

export type Played = Pick<Trial, 'calls' | 'all' | 'wrong' | 'struck'> & {
  /** Null where the journey did not come to its end; `wrong` says why. */
  readonly end: End | null;
  /** How often the sweep had to help. */
  readonly sweeps: number;
  /** How long the journey took on the wall. */
  readonly ms: number;
};

/** What runs are played on. */
export type Theatre = {
  readonly stage: Stage;
  lives(judge: (call: Call) => Verdict): Lives;
  /** Sets the clock to where every run begins. */
  resetClock(): void;
};

/** How long after a failed word the caller tries again, and after which the timer comes. */
const againMs = 10_000;
const sweepMs = 15 * 60_000;
const mostMessages = 600;
const mostSweeps = 3;
/** Of the sites that `startJourney` makes. */
const routeLimit = 400;

const foreignRoute = { name: 'theirs', properties: { addressPrefix: '8.8.8.8/32', nextHopType: 'Internet' } };

/** The app's surroundings: who brings messages, who speaks to it, and the timer; each tries again as in life. */
const surround = (stage: Stage, journey: Journey, trial: Trial, lives: Lives) => {
  /** What the site's state was when the app last stood still. */
  let state: SiteState | null = null;
  /** Whether a message failed that has not come again yet. */
  let owed = false;
  let sweeps = 0;

  const learn = async (): Promise<void> => {
    state = await journey.state();
    await trial.watch?.learn(state);
    trial.look();
  };

  /** The next message; false where there is none. What failed comes again. */
  const step = async (): Promise<boolean> => {
    try {
      owed = false;
      return (await journey.step()) !== null;
    } catch (error) {
      if (!(error instanceof Died) && !(error instanceof Refused && trial.struck !== null)) throw error;
      owed = true;
      return true;
    } finally {
      await learn();
    }
  };

  const knock = async (task: Task): Promise<void> => {
    for (let tries = 0; ; tries += 1) {
      try {
        await lives.ask(task);
        return await learn();
      } catch (error) {
        // Said already: it was taken up the first time, or is made good by the sweep.
        if (error instanceof Refused && trial.struck !== null && tries > 0) return;
        if (trial.struck === null || tries > 1) throw error;
        stage.clock.advance(task.do === 'sweep' ? sweepMs : againMs);
      }
    }
  };

  const until: Outside['until'] = async (what, is) => {
    for (let done = 0; done < mostMessages; done += 1) {
      if (!owed && state !== null && is(state)) return;
      if (await step()) continue;
      if (sweeps === mostSweeps) break;
      sweeps += 1;
      stage.clock.advance(sweepMs);
      await knock({ do: 'sweep' });
    }
    throw new Error(`the site never came so far that it ${what}`);
  };

  const drain = async (): Promise<void> => {
    for (let done = 0; done < mostMessages; done += 1) if (!(await step())) return;
    throw new Error('messages do not end');
  };

  const outside: Outside = {
    stage,
    journey,
    event: (payload) => knock({ do: 'event', payload }),
    word: (word) => knock({ do: 'word', word: { site: journey.site, by: 'Ada', ...word } }),
    sweep: () => knock({ do: 'sweep' }),
    until,
    rest: async (what, is) => {
      await drain();
      if (state !== null && is(state)) return;
      await until(what, is);
      await drain();
    },
  };
  return { outside, learn, sweeps: () => sweeps };
};

/** What is over burdens nobody: Azure's operations end, the groups go. */
const clean = ({ arm, clock }: Stage, subscriptionId: string): void => {
  clock.advance(7 * 24 * 3_600_000);
  for (const id of arm.ids()) if (id.includes(subscriptionId) && /resourceGroups\/[^/]+$/i.test(id)) arm.remove(id);
  (arm.requests as unknown[]).length = 0;
};

/** Plays a script on a site of its own, with a blow or in peace. */
export const play = async (theatre: Theatre, script: Script, blow: Blow | null): Promise<Played> => {
  const { stage } = theatre;
  theatre.resetClock();
  // The same public addresses for each run's new gateway and firewall.
  stage.arm.setAddressPool('usgovtexas', '33.153.8.0/24');
  let journey: Journey | null = null;
  const trial = new Trial(blow, () => journey ?? { site: '', subscriptionId: '' });
  const lives = theatre.lives((call) => trial.judge(call));

  const handle: Begin['handle'] = async (text, redelivered, ports) => {
    // Until the site is prepared, nobody dies.
    if (journey === null) return reconcile(readMessage(text), ports, redelivered);
    await lives.ask({ do: 'deliver', text, redelivered });
    // The host takes the message off the queue; who dies before that is given it again.
    if (trial.judge({ to: 'queue', what: 'done', on: '', changes: true, failed: false }) === 'on') return;
    await lives.kill();
    throw new Died();
  };

  const prepared = await script.prepare(stage, { zone: { routes: [foreignRoute] }, handle });
  journey = prepared;
  trial.watch = await watchSite(stage, prepared, routeLimit);
  const { outside, learn, sweeps } = surround(stage, prepared, trial, lives);
  await learn();
  prepared.mark();
  const sigkill = (): void => {
    trial.struck = 'SIGKILL';
    void lives.kill();
  };
  const timer = blow?.how === 'sigkill' ? setTimeout(sigkill, blow.at) : undefined;
  const begun = performance.now();
  let end: End | null = null;
  try {
    await script.play(outside);
    end = await endOf(stage, prepared, trial.notices);
  } catch (error) {
    const { attention, move } = await prepared.state();
    const trouble = JSON.stringify({ attention: attention?.why, trouble: move?.trouble });
    trial.wrong.push(`${error instanceof Error ? error.message : String(error)} ${trouble}`);
  } finally {
    clearTimeout(timer);
    await lives.kill();
    clean(stage, prepared.subscriptionId);
  }
  const { calls, all, wrong, struck } = trial;
  return { calls, all, wrong, struck, end, sweeps: sweeps(), ms: Math.round(performance.now() - begun) };
};
