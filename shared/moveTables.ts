import { applyStep } from './apply/applyStep.ts';
import { foreignInRouteTable } from './apply/foreign.ts';
import { routeTableStands, routeTableWrite } from './apply/routeTable.ts';
import { canonicalJson, isObject, type JsonObject } from './base/canonical.ts';
import { iso } from './base/clock.ts';
import { byNumber, counted } from './base/counted.ts';
import { AutomationError } from './base/errors.ts';
import {
  awaitAzure,
  commitMove,
  finishMoveStep,
  leaveMoveStep,
  type MoveWork,
  moveOf,
  noteMove,
  StepFailure,
  type StepInHand,
  setMoveStep,
} from './moveWork.ts';
import { sourcesFor } from './plan/firewallRules.ts';
import { carryInto } from './plan/move/carryInto.ts';
import { hasGatewayTable } from './plan/move/gatewayTable.ts';
import { nameIn } from './plan/move/resourceIds.ts';
import { hasOurTag } from './plan/move/standing.ts';
import { observeRouteTable } from './plan/observe.ts';
import type { Plan } from './plan/plan.ts';
import { runPlanBlob } from './record/progress.ts';
import type { SiteState } from './record/state.ts';
import { type Decision, settledDecision } from './scope/decision.ts';
import { readSite, type Sight } from './sight.ts';
import { planSite } from './sitePlan.ts';
import { tell } from './tell.ts';
import { type Check, prove } from './verify/prove.ts';

/** What is wanted of the new side's own table: everything of its region, nothing failed over. */
const wanted = ({ plan, there }: MoveWork): Decision =>
  settledDecision({ mode: 'regionMove', services: [], target: there.home.name, reasons: plan.why });

/** Nothing has ever been proven on the new side, and the device has no file of it. */
const asNew = (state: SiteState): SiteState => ({
  ...state,
  inPlace: null,
  mayBeAway: [],
  leaving: [],
  network: null,
  device: { offered: null, confirmed: null },
});

/** The routes of others that came along, their hops at the old firewall led to the new one. */
const carriedFor = ({ plan }: MoveWork, firewallAddress: string | null): readonly JsonObject[] =>
  plan.carriedRoutes.map((route) => {
    const properties = isObject(route['properties']) ? (route['properties'] as JsonObject) : {};
    const led = properties['nextHopIpAddress'] === '{newFirewall}' && firewallAddress !== null;
    return led ? { ...route, properties: { ...properties, nextHopIpAddress: firewallAddress } } : route;
  });

type Seen = { readonly sight: Sight; readonly plan: Plan; readonly missing: number };

const isOver: ReadonlySet<string> = new Set(['done', 'unchanged', 'skipped']);

/** The gateway is still to be written: a lock may hold it up for longer than the firewall takes. */
const gatewayIsToCome = (work: MoveWork): boolean => {
  const gateway = work.there.ids.gateway.toLowerCase();
  const own = work.plan.steps.find(({ resource }) => resource.toLowerCase() === gateway);
  const record = moveOf(work).steps.find(({ id }) => id === own?.id);
  return record !== undefined && !isOver.has(record.status);
};

const gatewayNotYet = (gateway: string): AutomationError =>
  new AutomationError(
    'ERR_AZURE_UNSETTLED',
    `${gateway} is not there yet, and its addresses must stay out of the routes`,
    {
      remedy: 'Nothing to do: it is looked at again when the gateway has been written.',
      retry: 'later',
      retryAfterMs: 60_000,
    },
  );

/** The new side as it stands, and the plan for its rules and routes. */
const see = async (work: MoveWork): Promise<Seen> => {
  const { there, session, ports, azure, tagsInForce } = work;
  const state = asNew(session.state());
  const now = ports.clock.now();
  const found = await readSite(there, state, azure, now, false, ports.namePrefix);
  const carried = carriedFor(work, found.network.firewallPrivateIpAddress);
  const retired = work.plan.steps.find(({ kind }) => kind === 'routes')?.retired;
  const { raw, missing } = carryInto(found.table.raw, carried, hasOurTag(found.table.raw, there.id), retired);
  const sight: Sight = { ...found, table: observeRouteTable(raw) };
  const seen = { site: there, state, sight, tagsInForce, namePrefix: ports.namePrefix, now };
  const { plan } = planSite(seen, wanted(work), { comes: false, leaves: false });
  if (!plan.applyable) {
    const unknown = plan.blockers.every(({ code }) => code === 'GATEWAY_ADDRESS_UNKNOWN');
    if (unknown && gatewayIsToCome(work)) throw gatewayNotYet(there.ids.gateway);
    const [first] = plan.blockers;
    throw new StepFailure(
      plan.blockers.map(({ code, message }) => `${code}: ${message}`).join(' '),
      `${first?.remedy ?? 'See the plan.'} Then "move retry".`,
    );
  }
  return { sight, plan, missing };
};

/** The plan as it was carried out, for whoever audits it. */
const keep = (work: MoveWork, plan: Plan): Promise<void> =>
  work.ports.archive.keep(
    runPlanBlob(work.site.id, `${moveOf(work).id}-${plan.digest.slice('sha256:'.length, 19)}`),
    canonicalJson(plan),
  );

const notRules = new Set(['routeTable', 'deviceBundle', 'deviceConfirm']);

/** IP groups, parent and rules take fewer writes than this where what was written stays. */
const mostRuleWrites = 5;

const fought = (work: MoveWork): StepFailure =>
  new StepFailure(
    `The rules in ${work.there.home.displayName} were written ${mostRuleWrites} times, and are not there.`,
    'See the activity log of the firewall and its policy for who takes them away (Azure Policy, Firewall Manager, a pipeline), then "move retry". "move cancel" turns back.',
  );

/** Azure has ended a write of the rules well. There may be more than one to a policy; the step looks again. */
export const rulesWritten = (work: MoveWork, step: StepInHand): Promise<void> =>
  setMoveStep(work, step, {
    status: 'pending',
    operation: null,
    notBefore: null,
    endedWell: (step.record.endedWell ?? 0) + 1,
  });

/** What the firewall of the new side still has to allow: our rules, exactly as a service failover writes them. */
export const rulesStep = async (work: MoveWork, step: StepInHand): Promise<void> => {
  const { azure, ports } = work;
  const { plan, sight } = await see(work);
  const planned = plan.steps.find(({ id }) => !notRules.has(id));
  if (planned === undefined) return finishMoveStep(work, step, 'unchanged', 'the firewall allows it already');
  if ((step.record.endedWell ?? 0) >= mostRuleWrites) throw fought(work);
  await keep(work, plan);
  const outcome = await applyStep(plan, planned, {
    reader: azure.resources,
    writer: azure.resources,
    namePrefix: ports.namePrefix,
    fresh: new Map(sight.fresh),
    beforeWrite: (foreignHash) => setMoveStep(work, step, { foreignHash, writes: step.record.writes + 1 }),
  });
  if (outcome.status === 'running') return leaveMoveStep(work, { ...step, record: recordIn(work, step) }, outcome);
  if (outcome.status === 'unchanged') return finishMoveStep(work, step, 'unchanged', outcome.why);
  return rulesWritten(work, step);
};

const recordIn = (work: MoveWork, { planned, record }: StepInHand) =>
  moveOf(work).steps.find(({ id }) => id === planned.id) ?? record;

/** One PUT of the whole table: the routes of others that came along, and ours. */
export const routesStep = async (work: MoveWork, step: StepInHand): Promise<void> => {
  const { there, azure, ports } = work;
  const { plan, sight, missing } = await see(work);
  const { table } = sight;
  const settled = table.provisioningState === 'Succeeded';
  const stands = routeTableStands(plan, table, ports.namePrefix);
  if (stands === 'after' && missing === 0) {
    if (settled) return finishMoveStep(work, step, 'unchanged', 'the table is as planned');
    return awaitAzure(work, step, 'Azure is still at work on it', 15_000);
  }
  await keep(work, plan);
  await setMoveStep(work, step, {
    foreignHash: foreignInRouteTable(table.raw, ports.namePrefix),
    writes: step.record.writes + 1,
  });
  const body = routeTableWrite(plan, table, ports.namePrefix);
  const accepted = await azure.resources.put(there.ids.routeTable, body, table.etag);
  const sent = { ...step, record: recordIn(work, step) };
  return accepted.status === 'running' ? leaveMoveStep(work, sent, accepted) : finishMoveStep(work, sent, 'done');
};

/** A table leads nothing while it is on no subnet: the one that the device's traffic comes from must have it. */
const attachedCheck = async ({ there, azure }: MoveWork): Promise<Check> => {
  const { virtualNetwork, routeTable } = there.ids;
  const ok = hasGatewayTable(await azure.resources.get(virtualNetwork), routeTable);
  const text = `the GatewaySubnet of ${nameIn(virtualNetwork)} has ${ok ? '' : 'not '}the route table ${nameIn(routeTable)}`;
  return { id: 'tableAttached', ok, text };
};

/** Reads the new side again and proves it; only this makes a move `cloudReady`. */
export const proofStep = async (work: MoveWork, step: StepInHand): Promise<void> => {
  const { there, site, azure, ports, tagsInForce } = work;
  const { plan, sight, missing } = await see(work);
  const routes = moveOf(work).steps.find(({ id }) => id === 'routes');
  const proof = prove({
    site: there,
    plan,
    tags: tagsInForce.tags,
    routeTable: sight.table.raw,
    firewall: sight.firewall.raw,
    beside: sight.beside,
    foreignBefore: routes?.foreignHash ? { routeTable: routes.foreignHash } : {},
    addressSpace: sight.network.addressSpace,
    sources: sourcesFor(there, sight.network),
    namePrefix: ports.namePrefix,
  });
  const gateway = await azure.resources.get(there.ids.gateway);
  const state = isObject(gateway['properties']) ? String(gateway['properties']['provisioningState']) : '';
  if (!proof.settled || state !== 'Succeeded') return awaitAzure(work, step, 'a resource is still updating', 10_000);
  const checks = [
    ...proof.checks,
    {
      id: 'carriedOver',
      ok: missing === 0,
      text:
        missing === 0
          ? `${work.plan.carriedRoutes.length} of ${work.plan.carriedRoutes.length} routes of others came along`
          : `${counted(missing, 'route')} of others ${byNumber(missing, 'is', 'are')} not as planned in the table`,
    },
    await attachedCheck(work),
    { id: 'gateway', ok: true, text: `the VPN gateway in ${there.home.displayName} is ${state}` },
  ];
  await noteMove(work, 'proof', { ok: checks.every(({ ok }) => ok), checks });
  const failed = checks.filter(({ ok }) => !ok).map(({ text }) => text);
  if (failed.length > 0)
    throw new StepFailure(
      `The proof failed: ${failed.join('; ')}.`,
      'Look at the new route table and firewall, then "move retry".',
    );
  await commitMove(work, (move) => ({ ...move, cloudReadyAt: iso(ports.clock.now()) }));
  await tell(work, {
    kind: 'cloudReady',
    key: `move cloudReady ${moveOf(work).id}`,
    title: `Site ${site.id}: everything stands in ${there.home.displayName} and is proven`,
    text: checks.map(({ text }) => `- ${text}`).join('\n'),
    digest: work.plan.digest,
  });
  return finishMoveStep(work, step, 'done', checks.map(({ text }) => text).join('; '));
};

/** The new side once more, for what settling writes down. */
export const seeThere = see;
