import { digestOf, type JsonObject } from '../base/canonical.ts';
import { AutomationError } from '../base/errors.ts';
import { busyPart } from '../plan/firewallFit.ts';
import { type FirewallPart, partsOfFirewall } from '../plan/firewallRules.ts';
import { type IpGroupChange, ipGroupSeen } from '../plan/ipGroup.ts';
import { observeFirewall, observeRouteTable } from '../plan/observe.ts';
import type { ObservedFirewall, ResourceReader } from '../plan/observed.ts';
import type { Plan, PlanStep } from '../plan/plan.ts';
import { ourGroupIn } from '../plan/ruleOrder.ts';
import { unsettled } from '../plan/settled.ts';
import { firewallStands, firewallWrite } from './firewall.ts';
import { foreignInFirewall, foreignInRouteTable, foreignInRuleGroup } from './foreign.ts';
import { ipGroupStands, ipGroupWrite } from './ipGroup.ts';
import { readFirewall, rememberingReader } from './readFirewall.ts';
import { changedMeanwhile, routeTableStands, routeTableWrite } from './routeTable.ts';
import { ruleGroupWrite } from './ruleGroup.ts';
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
  if (found !== 'after' || unsettled(provisioningState)) return false;
  if (!settled(provisioningState)) throw updating(id, provisioningState);
  return true;
};

const atWork = ({ id, provisioningState }: FirewallPart): AutomationError =>
  new AutomationError('ERR_AZURE_UNSETTLED', `Azure is still at work on ${id} (${provisioningState})`, {
    remedy: 'Nothing to do: a write to it now could fail half way; it is written when Azure is done.',
    retry: 'later',
    retryAfterMs: updatingMs,
  });

const read = async (context: ApplyContext, id: string): Promise<JsonObject> =>
  context.fresh.get(id) ?? (await context.reader.get(id));

const seeFirewall = async (plan: Plan, step: PlanStep, context: ApplyContext): Promise<ObservedFirewall> => {
  const { resource, after, ipGroup } = plan.firewall;
  const wanted = {
    id: resource ?? step.resource,
    ourCollection: after.name,
    ipGroups: ipGroup === undefined ? [] : [ipGroup.id],
  };
  const { firewall, beside } = await readFirewall(wanted, rememberingReader(context.reader, new Map(context.fresh)));
  return observeFirewall(firewall, beside);
};

const putFirewall = async (
  plan: Plan,
  id: string,
  firewall: ObservedFirewall,
  context: ApplyContext,
): Promise<StepOutcome> => {
  if (stands(id, firewallStands(plan, firewall), firewall.provisioningState)) {
    return { status: 'unchanged', why: 'our collection is as planned' };
  }
  await context.beforeWrite(foreignInFirewall(firewall.raw, context.namePrefix));
  return context.writer.put(id, firewallWrite(plan, firewall), firewall.etag);
};

/**
 * Writes our group in the policy. A policy sets every firewall to work that has it, and a write beside another one
 * leaves them Failed: it waits until all is settled, whether or not our group is as planned. The same PUT repairs what Failed.
 */
const putRuleGroup = async (
  plan: Plan,
  id: string,
  firewall: ObservedFirewall,
  context: ApplyContext,
): Promise<StepOutcome> => {
  const found = firewallStands(plan, firewall);
  if (found === 'other') throw changedMeanwhile(id);
  const busy = busyPart(firewall, plan.firewall);
  if (busy !== undefined) throw atWork(busy);
  const { name } = plan.firewall.after;
  const failed = partsOfFirewall(firewall, name).some((part) => unsettled(part.provisioningState));
  if (found === 'after' && !failed) return { status: 'unchanged', why: 'our rule collection group is as planned' };
  await context.beforeWrite(foreignInRuleGroup(firewall, name));
  return context.writer.put(id, ruleGroupWrite(plan, firewall), ourGroupIn(firewall, name)?.etag ?? null);
};

/** Writes our IP group; where it is in use, that sets firewall and policy to work as a write of theirs would. */
const putIpGroup = async (
  plan: Plan,
  change: IpGroupChange,
  firewall: ObservedFirewall,
  context: ApplyContext,
): Promise<StepOutcome> => {
  const group = ipGroupSeen(firewall, change.id);
  const found = ipGroupStands(change, group);
  if (found === 'other') throw changedMeanwhile(change.id);
  const busy = busyPart(firewall, plan.firewall);
  if (busy !== undefined) throw atWork(busy);
  if (found === 'after' && group !== null && !unsettled(group.provisioningState)) {
    return { status: 'unchanged', why: 'our IP group is as planned' };
  }
  await context.beforeWrite(digestOf([]));
  return context.writer.put(change.id, ipGroupWrite(change, group), group?.etag ?? null);
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
export const applyStep = async (plan: Plan, step: PlanStep, context: ApplyContext): Promise<StepOutcome> => {
  if (step.id === 'routeTable') return putRouteTable(plan, step.resource, context);
  const firewall = await seeFirewall(plan, step, context);
  const { ipGroup, policy } = plan.firewall;
  if (step.id === 'ipGroup' && ipGroup !== undefined) return putIpGroup(plan, ipGroup, firewall, context);
  return policy === undefined
    ? putFirewall(plan, step.resource, firewall, context)
    : putRuleGroup(plan, step.resource, firewall, context);
};
