import type { Plan } from '../shared/plan/plan.ts';

const budgetOf = ({ limit, reserve, foreign, needed, headroom, strategy, attempts }: Plan['budget']) => ({
  limit,
  reserve,
  foreign,
  needed,
  headroom,
  strategy,
  attempts: attempts.map(({ strategy: tried, routes, extraAddresses }) => ({
    strategy: tried,
    routes,
    extraAddresses,
  })),
});

/** The contract others script against, then what else a plan has to say; the rest of a plan stays with us. */
export const contractOf = (plan: Plan) => ({
  site: plan.site,
  decision: plan.decision,
  approval: plan.approval,
  applyable: plan.applyable,
  blockers: plan.blockers,
  budget: budgetOf(plan.budget),
  routeTable: plan.routeTable,
  firewall: { destinations: plan.firewall.destinations },
  device: { added: plan.device.added },
  steps: plan.steps,
  digest: plan.digest,
  strategies: plan.budget.attempts.map(({ strategy, why }) => ({ strategy, chosen: why === null, why })),
  fallback: plan.fallback,
  limitFrom: plan.budget.limitFrom,
  addresses: plan.addresses,
  extra: plan.extra,
  tags: plan.tags,
  alarms: plan.alarms,
  notes: plan.notes,
});
