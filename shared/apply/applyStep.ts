import type { JsonObject } from '../base/canonical.ts';
import { AutomationError } from '../base/errors.ts';
import { observeFirewall, observeRouteTable } from '../plan/observe.ts';
import type { ResourceReader } from '../plan/observed.ts';
import type { Plan, PlanStep } from '../plan/plan.ts';
import { firewallStands, firewallWrite } from './firewall.ts';
import { foreignInFirewall, foreignInRouteTable } from './foreign.ts';
import { changedMeanwhile, routeTableStands, routeTableWrite } from './routeTable.ts';
import type { Accepted, ResourceWriter } from './target.ts';

/** What became of one ARM step; everything that goes wrong is thrown as AutomationError with its retry class. */
export type StepOutcome = { readonly status: 'unchanged'; readonly why: string } | Accepted;

export type ApplyContext = {
  readonly reader: ResourceReader;
  readonly writer: ResourceWriter;
  readonly namePrefix: string;
  /** The resource as it was read a moment ago, in this very invocation; saves a read (If-Match guards the write). */
  readonly fresh: ReadonlyMap<string, JsonObject>;
  /** Told before each PUT of the hash of all that is not ours, for the proof: an answer may never reach us. */
  readonly beforeWrite: (foreignHash: string) => Promise<void>;
};

const settled = (provisioningState: string): boolean => provisioningState === 'Succeeded';

/** A PUT would be refused while the resource is busy, and what it holds is what we would send. */
const updatingMs = 30_000;

const updating = (id: string, provisioningState: string): AutomationError =>
  new AutomationError(
    'ERR_AZURE_UNSETTLED',
    `${id} has what is planned, but Azure is still at work on it (${provisioningState})`,
    {
      remedy: 'Nothing to do: it is looked at again. If it stays, look at the resource in the portal.',
      retry: 'later',
      retryAfterMs: updatingMs,
    },
  );

/** What is Failed is repaired by the very same PUT; what is on its way is waited for. */
const stands = (id: string, found: 'after' | 'before' | 'other', provisioningState: string): boolean => {
  if (found === 'other') throw changedMeanwhile(id);
  if (found !== 'after' || provisioningState === 'Failed') return false;
  if (!settled(provisioningState)) throw updating(id, provisioningState);
  return true;
};

const read = async (context: ApplyContext, id: string): Promise<JsonObject> =>
  context.fresh.get(id) ?? (await context.reader.get(id));

const putFirewall = async (plan: Plan, id: string, context: ApplyContext): Promise<StepOutcome> => {
  const firewall = observeFirewall(await read(context, id));
  if (stands(id, firewallStands(plan, firewall), firewall.provisioningState)) {
    return { status: 'unchanged', why: 'our collection is as planned' };
  }
  await context.beforeWrite(foreignInFirewall(firewall.raw, context.namePrefix));
  return context.writer.put(id, firewallWrite(plan, firewall), firewall.etag);
};

const putRouteTable = async (plan: Plan, id: string, context: ApplyContext): Promise<StepOutcome> => {
  const table = observeRouteTable(await read(context, id));
  if (stands(id, routeTableStands(plan, table, context.namePrefix), table.provisioningState)) {
    return { status: 'unchanged', why: 'our routes are as planned' };
  }
  await context.beforeWrite(foreignInRouteTable(table.raw, context.namePrefix));
  return context.writer.put(id, routeTableWrite(plan, table, context.namePrefix), table.etag);
};

/** Carries out one ARM step of a plan: look, compare with what the plan saw, write once. */
export const applyStep = (plan: Plan, step: PlanStep, context: ApplyContext): Promise<StepOutcome> =>
  step.id === 'firewall' ? putFirewall(plan, step.resource, context) : putRouteTable(plan, step.resource, context);
