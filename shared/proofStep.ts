import { rememberingReader } from './apply/readFirewall.ts';
import { iso } from './base/clock.ts';
import { sourcesFor } from './plan/firewallRules.ts';
import { observeRouteTable } from './plan/observe.ts';
import { writesToAzure } from './plan/plan.ts';
import { inPlaceOf, leftBy } from './record/progress.ts';
import type { StepRecord } from './record/run.ts';
import { readFirewallOf } from './sight.ts';
import { tell } from './tell.ts';
import { type Proof, prove } from './verify/prove.ts';
import { type Carried, fail, finishStep, mostTries, note, runOf, type Work, wait } from './work.ts';

const proofOf = async (work: Work): Promise<{ proof: Proof; tableRoutes: number }> => {
  const { site, plan, azure, ports, network } = work;
  const routeTable = work.fresh.get(site.ids.routeTable) ?? (await azure.resources.get(site.ids.routeTable));
  const reader = rememberingReader(azure.resources, work.fresh);
  const { firewall, beside } = await readFirewallOf(site, ports.namePrefix, reader);
  const hashOf = (id: StepRecord['id']) => runOf(work).steps.find((step) => step.id === id)?.foreignHash ?? undefined;
  const [ofTable, ofFirewall] = [hashOf('routeTable'), hashOf('firewall')];
  const proof = prove({
    site,
    plan,
    tags: work.tagsInForce.tags,
    routeTable,
    firewall,
    beside,
    foreignBefore: { ...(ofTable ? { routeTable: ofTable } : {}), ...(ofFirewall ? { firewall: ofFirewall } : {}) },
    addressSpace: network.addressSpace,
    sources: sourcesFor(site, network),
    namePrefix: ports.namePrefix,
  });
  return { proof, tableRoutes: observeRouteTable(routeTable).routes.length };
};

/** Reads everything again and proves it; only this makes a run `cloudReady`. */
export const verifyStep = async (work: Work, step: StepRecord): Promise<Carried | null> => {
  const { ports, plan, site } = work;
  // What a write of this run touched is read again, never taken from before it.
  if (plan.steps.some(({ id }) => writesToAzure(id))) work.fresh.clear();
  const { proof, tableRoutes } = await proofOf(work);
  if (!proof.settled && step.tries < mostTries) {
    return wait(work, step, 'a resource is still updating', 10_000);
  }
  const { ok, checks } = proof;
  if (!ok) {
    // A worker that another has overtaken ends here: it must not write into that one's ledger.
    await work.session.commit((state) => state);
    await note(work, 'proof', { ok, checks });
    const failed = proof.checks.filter((check) => !check.ok).map((check) => check.text);
    return fail(
      work,
      step,
      `The proof failed: ${failed.join('; ')}.`,
      'Look at the route table and the firewall; the next sweep plans again.',
    );
  }
  const now = ports.clock.now();
  await work.session.commit((state) => ({
    ...state,
    inPlace: inPlaceOf(plan, now, tableRoutes),
    ...leftBy(state, plan, now),
    mayBeAway: [],
    attention: null,
    inVain: null,
    run: state.run === null ? null : { ...state.run, cloudReadyAt: iso(now) },
  }));
  await note(work, 'proof', { ok, checks });
  // Told before the step is over: a worker that dies in between proves, and tells, again.
  await tell(work, {
    kind: 'cloudReady',
    key: `cloudReady ${runOf(work).id}`,
    title: `Site ${site.id}: tables and firewall are proven (${plan.decision.mode})`,
    text: proof.checks.map((check) => `- ${check.text}`).join('\n'),
    digest: plan.digest,
  });
  await finishStep(work, step, 'done', proof.checks.map((check) => check.text).join('; '));
  return null;
};
