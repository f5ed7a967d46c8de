import { readMessage } from '../../shared/record/message.ts';
import type { SiteState } from '../../shared/record/state.ts';
import type { Journey, Stage } from '../support/journey.ts';
import type { Call } from './calls.ts';
import { type End, endOf } from './end.ts';
import { Died, type Lives, Refused, type Verdict } from './lives.ts';
import { alike } from './normal.ts';
import type { Begin, Outside, Script } from './scripts.ts';
import { type Watch, watchSite } from './watch.ts';

/** What befalls a run: at which of the calls that change something (from 0), and how; or SIGKILL after so many milliseconds. */
export type Blow = { readonly at: number; readonly how: 'die' | 'lose' | 'sigkill' };

export type Played = {
  /** Those that change something, in order, spelt as of any site. */
  readonly calls: readonly string[];
  /** All calls, those that change nothing included. */
  readonly all: number;
  readonly end: End | null;
  readonly wrong: readonly string[];
  readonly struck: string | null;
  readonly sweeps: number;
  /** How long the journey took on the wall. */
  readonly ms: number;
};

/** How long after a failed word the caller tries again, and the timer comes. */
const againMs = 10_000;
const sweepMs = 15 * 60_000;
const most = 600;
const limit = 400;

const foreign = { name: 'theirs', properties: { addressPrefix: '8.8.8.8/32', nextHopType: 'Internet' } };

export type Theatre = {
  readonly stage: Stage;
  lives(judge: (call: Call) => Verdict): Lives;
  /** Sets the clock to where every run begins. */
  resetClock(): void;
};

/** Plays a script on a site of its own, with a blow or in peace. */
export const play = async (theatre: Theatre, script: Script, blow: Blow | null): Promise<Played> => {
  const { stage } = theatre;
  theatre.resetClock();
  // The same public addresses for each run's new gateway and firewall.
  stage.arm.setAddressPool('usgovtexas', '33.153.8.0/24');
  const calls: string[] = [];
  const notices: string[] = [];
  const wrong: string[] = [];
  let all = 0;
  let sweeps = 0;
  let struck: string | null = null;
  let live = false;
  let watch: Watch | null = null;
  let journey: Journey | null = null;

  /** A poll by its operation, counted from the first: the id is another in each run. */
  const operations = new Map<string, number>();
  const subject = ({ what, on }: Call): string => {
    if (what !== 'poll') return on;
    const id = new URL(on).pathname.split('/').at(-1) ?? '';
    operations.set(id, operations.get(id) ?? operations.size + 1);
    return `operation ${operations.get(id)}`;
  };

  const judge = (call: Call): Verdict => {
    all += 1;
    if (call.to === 'arm') wrong.push(...(watch?.look() ?? []).map((text) => `${text} (at call ${calls.length})`));
    if (!call.changes) return 'on';
    if (call.to === 'people') notices.push(call.on);
    const index = calls.length;
    calls.push(alike(journey as Journey, `${call.to} ${call.what} ${subject(call)}${call.failed ? ' (failed)' : ''}`));
    if (struck !== null || blow === null || blow.how === 'sigkill' || blow.at !== index) return 'on';
    struck = calls.at(-1) ?? '';
    return blow.how;
  };

  const lives = theatre.lives(judge);

  const deliver: Begin['handle'] = async (text, redelivered, ports) => {
    if (!live) {
      const { reconcile } = await import('../../shared/reconcile.ts');
      return reconcile(readMessage(text), ports, redelivered);
    }
    await lives.ask({ do: 'deliver', text, redelivered });
    // The host takes the message off the queue; who dies before that is given it again.
    const verdict = judge({ to: 'queue', what: 'done', on: '', changes: true, failed: false });
    if (verdict === 'on') return;
    await lives.kill();
    throw new Died();
  };

  /** What the site's state was when the app last stood still. */
  let state: SiteState | null = null;
  const learn = async (): Promise<void> => {
    state = await (journey as Journey).state();
    await watch?.learn(state);
    wrong.push(...(watch?.look() ?? []));
  };

  /** Whether a message failed that has not come again yet. */
  let owed = false;

  /** The next message; false where there is none. What failed comes again. */
  const step = async (): Promise<boolean> => {
    try {
      owed = false;
      return (await (journey as Journey).step()) !== null;
    } catch (error) {
      if (!(error instanceof Died) && !(error instanceof Refused && struck !== null)) throw error;
      owed = true;
      return true;
    } finally {
      await learn();
    }
  };

  const knock = async (task: Parameters<typeof lives.ask>[0]): Promise<void> => {
    for (let tries = 0; ; tries += 1) {
      try {
        await lives.ask(task);
        return await learn();
      } catch (error) {
        // Said already: it was taken up the first time, or is made good by the sweep.
        if (error instanceof Refused && struck !== null && tries > 0) return;
        if (struck === null || tries > 1) throw error;
        stage.clock.advance(task.do === 'sweep' ? sweepMs : againMs);
      }
    }
  };

  const sweep = async (): Promise<void> => {
    sweeps += 1;
    stage.clock.advance(sweepMs);
    await knock({ do: 'sweep' });
  };

  const begin: Begin = { zone: { routes: [foreign] }, handle: deliver };
  journey = await script.prepare(stage, begin);
  const acted = journey;
  watch = await watchSite(stage, journey, limit);
  await learn();
  journey.mark();
  live = true;

  const until: Outside['until'] = async (what, is) => {
    for (let done = 0; done < most; done += 1) {
      if (!owed && state !== null && is(state)) return;
      if (await step()) continue;
      if (sweeps > 2) break;
      await sweep();
    }
    throw new Error(`the site never came so far that it ${what}`);
  };

  const outside: Outside = {
    stage,
    journey,
    event: (payload) => knock({ do: 'event', payload }),
    word: (word) => knock({ do: 'word', word: { site: acted.site, by: 'Ada', ...word } }),
    sweep: () => knock({ do: 'sweep' }),
    until,
    rest: async (what, is) => {
      for (let done = 0; done < most; done += 1) if (!(await step())) break;
      if (state !== null && is(state)) return;
      await until(what, is);
      for (let done = 0; done < most; done += 1) if (!(await step())) return;
      throw new Error(`messages do not end after the site ${what}`);
    },
  };

  const sigkill = (): void => {
    struck = 'SIGKILL';
    void lives.kill();
  };
  const timer = blow?.how === 'sigkill' ? setTimeout(sigkill, blow.at) : undefined;
  const begun = performance.now();
  let end: End | null = null;
  try {
    await script.play(outside);
    end = await endOf(stage, journey, notices);
  } catch (error) {
    const { attention, move } = await journey.state();
    const trouble = JSON.stringify({ attention: attention?.why, trouble: move?.trouble });
    wrong.push(`${error instanceof Error ? error.message : String(error)} ${trouble}`);
  } finally {
    clearTimeout(timer);
    await lives.kill();
    clean(stage, journey.subscriptionId);
  }
  return { calls, all, end, wrong, struck, sweeps, ms: Math.round(performance.now() - begun) };
};

/** What is over burdens nobody: Azure's operations end, the groups go. */
const clean = ({ arm, clock }: Stage, subscriptionId: string): void => {
  clock.advance(7 * 24 * 3_600_000);
  for (const id of arm.ids()) if (id.includes(subscriptionId) && /resourceGroups\/[^/]+$/i.test(id)) arm.remove(id);
  (arm.requests as unknown[]).length = 0;
};
