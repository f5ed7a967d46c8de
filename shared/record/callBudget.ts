import { AutomationError } from '../base/errors.ts';
import type { RunCosts } from './run.ts';

/** More than a step's own limits let through: 120 tries, each a refused write, and three operations that fail. */
const writesPerStep = 130;
/** An operation polled every ten seconds for its two hours is 720; a look at a firewall with a policy some ten. */
const asksPerStep = 1_000;
/** While a person is waited for, sweeps look and the gateway is asked who is on it: some three a minute. */
const asksPerPersonMinute = 10;

type Spent = Pick<RunCosts, 'writes' | 'reads' | 'polls' | 'personMs'>;

/** What so many steps may cost at most, and a look besides; `asks` are reads and polls. */
export const callBudget = (steps: number, personMs: number): { readonly writes: number; readonly asks: number } => ({
  writes: writesPerStep * steps,
  asks: asksPerStep * (steps + 1) + Math.ceil((asksPerPersonMinute * personMs) / 60_000),
});

/** What was spent since; a person who has it go on gives a new budget. */
const since = (costs: RunCosts, from: RunCosts | undefined): Spent => ({
  writes: costs.writes - (from?.writes ?? 0),
  reads: costs.reads - (from?.reads ?? 0),
  polls: costs.polls - (from?.polls ?? 0),
  personMs: costs.personMs - (from?.personMs ?? 0),
});

/** Throws ERR_RUN_BUDGET where a run or move has made more calls than any that gets on would: each step has limits, the whole has one, too. */
export const withinBudget = (whose: string, steps: number, costs: RunCosts, from?: RunCosts): void => {
  const { writes, reads, polls, personMs } = since(costs, from);
  const budget = callBudget(steps, personMs);
  if (writes <= budget.writes && reads + polls <= budget.asks) return;
  const spent = `${writes} writes and ${reads + polls} reads and polls`;
  const allowed = `${budget.writes} and ${budget.asks}`;
  throw new AutomationError('ERR_RUN_BUDGET', `${whose} of ${steps} steps made ${spent}, more than ${allowed}.`, {
    remedy: 'Something keeps undoing or refusing what it does: see its ledger and the activity log of the resources.',
  });
};

/** One visit carries a run or move on by some steps, or looks: a few hundred calls where much refers to much. */
const callsPerVisit = 2_000;

/** Throws ERR_RUN_BUDGET where one visit to a site has made more calls than any would. */
export const withinVisit = (calls: number): void => {
  if (calls <= callsPerVisit) return;
  throw new AutomationError(
    'ERR_RUN_BUDGET',
    `One visit to the site made ${calls} calls to Azure, more than any needs.`,
    {
      remedy: 'Please report this with the log lines around it; the next sweep looks again.',
    },
  );
};
