import { AutomationError } from './base/errors.ts';
import type { OnCall } from './ports.ts';
import { withinVisit } from './record/callBudget.ts';
import type { SiteStore } from './record/ports.ts';
import { addCosts } from './record/progress.ts';
import type { RunCosts } from './record/run.ts';
import type { SiteState } from './record/state.ts';

/**
 * One worker's hold on a site's state. `commit` writes a change under the generation it was loaded with: a person's
 * word that came in between is kept, another worker's save ends this one (ERR_STATE_CONFLICT).
 */
export type Session = {
  readonly state: () => SiteState;
  commit(change: (state: SiteState) => SiteState): Promise<SiteState>;
};

/** Calls to Azure since the last commit; they are put on the run's or the move's account. Stops one that runs away. */
export type Meter = {
  readonly onCall: OnCall;
  readonly costs: () => Partial<RunCosts>;
  readonly clear: () => void;
  /** Whose the calls are from now on; the run's at first. */
  readonly charge: (account: Account) => void;
  readonly account: () => Account;
};

type Account = 'run' | 'move' | 'nobody';

export const newMeter = (): Meter => {
  const zero = () => ({ reads: 0, writes: 0, polls: 0, azureMs: 0 });
  let sum = zero();
  let account: Account = 'run';
  let calls = 0;
  return {
    charge: (to) => {
      account = to;
      sum = zero();
    },
    account: () => account,
    onCall: (kind, ms) => {
      sum = { ...sum, azureMs: sum.azureMs + ms, [`${kind}s`]: sum[`${kind}s`] + 1 };
      calls += 1;
      withinVisit(calls);
    },
    costs: () => sum,
    clear: () => {
      sum = zero();
    },
  };
};

const charged = (state: SiteState, meter: Meter): SiteState => {
  const { run, move } = state;
  const account = meter.account();
  if (account === 'move')
    return move ? { ...state, move: { ...move, costs: addCosts(move.costs, meter.costs()) } } : state;
  return account === 'nobody' || run === null
    ? state
    : { ...state, run: { ...run, costs: addCosts(run.costs, meter.costs()) } };
};

const tries = 5;

const conflict = (site: string): AutomationError =>
  new AutomationError('ERR_STATE_CONFLICT', `Another worker carried on with site ${site} meanwhile.`, {
    remedy: 'Nothing to do: it goes on from what that worker wrote.',
    retry: 'later',
  });

const isConflict = (error: unknown): boolean => error instanceof AutomationError && error.code === 'ERR_STATE_CONFLICT';

export const openSession = async (sites: SiteStore, site: string, meter: Meter): Promise<Session> => {
  let { state, token } = await sites.load(site);
  const commit: Session['commit'] = async (change) => {
    for (let attempt = 1; ; attempt += 1) {
      const next = charged({ ...change(state), generation: state.generation + 1 }, meter);
      try {
        token = await sites.save(next, token);
        if (meter.account() !== 'run' || next.run !== null) meter.clear();
        state = next;
        return state;
      } catch (error) {
        if (!isConflict(error) || attempt === tries) throw error;
        const fresh = await sites.load(site);
        if (fresh.state.generation !== state.generation) throw conflict(site);
        ({ state, token } = fresh);
      }
    }
  };
  return { state: () => state, commit };
};

/** A person's word on a site: changes the state without ending a worker's hold on it. */
export const speakTo = async (
  sites: SiteStore,
  site: string,
  change: (state: SiteState) => SiteState,
): Promise<SiteState> => {
  for (let attempt = 1; ; attempt += 1) {
    const { state, token } = await sites.load(site);
    const next = { ...change(state), generation: state.generation };
    try {
      await sites.save(next, token);
      return next;
    } catch (error) {
      if (!isConflict(error) || attempt === tries) throw error;
    }
  }
};
