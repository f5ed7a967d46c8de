import type { JsonObject } from '../../base/canonical.ts';
import { counted } from '../../base/counted.ts';
import { findRegion } from '../../base/geography.ts';
import { otherSide, regionOfSide } from '../../base/side.ts';
import type { BlockerCode } from '../blocker.ts';
import { secretSources } from '../snapshotSecrets.ts';
import { hasGatewayTable } from './gatewayTable.ts';
import { textIn } from './json.ts';
import type { MoveStep } from './movePlan.ts';
import { siteTag } from './moveTags.ts';
import { type Check, failed, noPlan, type PreflightFacts, passed, unknown } from './preflightFacts.ts';
import { quotaCheck, restrictedCheck, skuCheck, zonesCheck } from './preflightRegion.ts';
import { permissionsCheck } from './preflightRights.ts';
import { nameIn } from './resourceIds.ts';
import { standingOf } from './standing.ts';

/** A snapshot is taken every hour; older than this, it may no longer be what stands there. */
const freshMs = 24 * 60 * 60 * 1_000;

const blockersOf = ({ plan }: PreflightFacts, ...codes: readonly BlockerCode[]) =>
  plan.blockers.filter(({ code }) => codes.includes(code));

const snapshotCheck = (facts: PreflightFacts): Check => {
  const id = 'snapshot';
  const { site, to, kept, now } = facts;
  const region = regionOfSide(site, otherSide(to)).displayName;
  const [blocker] = blockersOf(facts, 'MOVE_SNAPSHOT');
  const doubts = kept.lost.length > 0 ? ` A newer one is in doubt: ${kept.lost.join(' ')}` : '';
  const accept = `If it was meant to go, say so: snapshot accept --site ${site.id}. Else restore it.`;
  if (blocker) return failed(id, `${blocker.message}${doubts}`, doubts ? accept : blocker.remedy);
  if (kept.at === null) return failed(id, `There is no good snapshot of ${region}.`, 'Let a sweep take one.');
  const hours = Math.floor((now - Date.parse(kept.at)) / 3_600_000);
  const age = hours < 1 ? 'less than an hour' : counted(hours, 'hour');
  if (now - Date.parse(kept.at) > freshMs) {
    const why = kept.trouble === null ? doubts : ` It cannot be read: ${kept.trouble}`;
    return failed(
      id,
      `The last good snapshot of ${region} is ${age} old.${why}`,
      doubts ? accept : 'A move would be built as it was then. Look at why the sweep cannot read the site.',
    );
  }
  const { steps } = facts.plan;
  const network = steps.find((step) => step.id === 'virtualNetwork')?.body;
  const table = steps.find(({ kind }) => kind === 'routes')?.resource;
  if (network && table && !hasGatewayTable(network, table))
    return failed(
      id,
      `The GatewaySubnet has not the route table ${nameIn(table)} in the last good snapshot of ${region}; the move would end at its proof.`,
      'Put the table on that subnet, and let a sweep see it.',
    );
  return passed(id, `The last good snapshot of ${region} is ${age} old.${doubts}`);
};

/** Does it stand in another region than it is planned for? Azure moves no resource; a group may be kept anywhere. */
const isElsewhere = ({ site }: PreflightFacts, { id, body }: MoveStep, standing: JsonObject | null): boolean => {
  const region = (of: JsonObject | null | undefined) => findRegion(site.cloud, textIn(of ?? {}, 'location'))?.name;
  const [actual, planned] = [region(standing), region(body)];
  return id !== 'resourceGroup' && actual !== undefined && planned !== undefined && actual !== planned;
};

/** What stands at the ids that the move would write, and is not the site's, is never touched: the move would stop there. */
const namesCheck = (facts: PreflightFacts): Check => {
  const id = 'names';
  const { site, to, plan, standing } = facts;
  if ('why' in standing) return unknown(id, `what stands in ${plan.resourceGroup}`, standing.why);
  const puts = plan.steps.filter(({ kind }) => kind === 'put' || kind === 'sharedKey');
  if (puts.length === 0) return unknown(id, 'what names the move would need', noPlan);
  const at = (resource: string) => standing.value.get(resource.toLowerCase()) ?? null;
  const strangers = puts.filter((step) => standingOf(at(step.resource), step, site.id) === 'strangers');
  if (strangers.length > 0) {
    return failed(
      id,
      `Somebody else's in ${plan.resourceGroup}: ${strangers.map(({ resource }) => nameIn(resource)).join(', ')}. The move would stop there.`,
      `Name another move.resourceGroup; or, if it is meant for this site, put the tag ${siteTag} = ${site.id} on it.`,
    );
  }
  const elsewhere = puts.filter((step) => isElsewhere(facts, step, at(step.resource)));
  if (elsewhere.length > 0) {
    return failed(
      id,
      `In ${plan.resourceGroup}, but not in ${regionOfSide(site, to).displayName}: ${elsewhere.map(({ resource }) => nameIn(resource)).join(', ')}. The move would stop there.`,
      'Name another move.resourceGroup, or remove what an earlier region left in this one.',
    );
  }
  const group = at(puts.find((step) => step.id === 'resourceGroup')?.resource ?? '');
  const left = regionOfSide(site, otherSide(to));
  if (group && findRegion(site.cloud, textIn(group, 'location'))?.name === left.name) {
    return failed(
      id,
      `The resource group ${plan.resourceGroup} is kept in ${left.displayName} itself: if that fails, nothing can be written to the group.`,
      `Create it anew in ${regionOfSide(site, to).displayName}, or name another move.resourceGroup.`,
    );
  }
  const there = puts.filter(({ resource }) => at(resource) !== null).length;
  return passed(
    id,
    there === 0 ? 'All names are free.' : `${there} of ${puts.length} stand there already and are the site's.`,
  );
};

const fromBlockers = (facts: PreflightFacts, id: string, codes: readonly BlockerCode[], well: string): Check => {
  const found = blockersOf(facts, ...codes);
  const [first] = found;
  return first ? failed(id, found.map(({ message }) => message).join(' '), first.remedy) : passed(id, well);
};

/** What a table of the other side may be blocked by, besides its size: everything that is not about the move itself. */
const budgetCheck = (facts: PreflightFacts): Check => {
  const id = 'budget';
  const { table, blockers } = facts.plan;
  const found = blockers.filter(({ code }) => !code.startsWith('MOVE_'));
  const [first] = found;
  if (first) return failed(id, found.map(({ message }) => message).join(' '), first.remedy);
  if (table === null) return unknown(id, 'whether its own table fits', noPlan);
  return passed(id, `Its own table fits: ${counted(table.routes, 'route')} of ${table.limit}, by ${table.strategy}.`);
};

const secretsCheck = (facts: PreflightFacts): Check => {
  const id = 'secrets';
  const { plan, secrets } = facts;
  const [blocked] = blockersOf(facts, 'MOVE_SECRET');
  if (blocked) return failed(id, blocked.message, blocked.remedy);
  const byHand = plan.secrets.filter(({ source }) => source === secretSources.byHand);
  if (byHand.length > 0) {
    return failed(
      id,
      `Only a person has the ${byHand.map(({ what, resource }) => `${what} of ${nameIn(resource)}`).join(', the ')}.`,
      'Keep it at hand: after a move it has to be put in before clients can connect.',
    );
  }
  const unreadable = plan.secrets.flatMap(({ source }) => secrets.get(source) ?? []);
  if (unreadable.length > 0)
    return failed(
      id,
      unreadable.join(' '),
      "Check move.sharedKey and move.radiusSecret, and that the app's identity may read the secret.",
    );
  return passed(id, 'All secrets can be had without the side that is left.');
};

const placementCheck = ({ site, appRegion }: PreflightFacts): Check => {
  const id = 'placement';
  const own = appRegion === null ? undefined : findRegion(site.cloud, appRegion);
  const side = (['home', 'target'] as const).find((name) => regionOfSide(site, name).name === own?.name);
  if (appRegion === null) return passed(id, 'Not known: where the app itself runs (the platform tells it on Azure).');
  return side === undefined
    ? passed(id, `The app itself runs in ${own?.displayName ?? appRegion}, outside both regions.`)
    : failed(
        id,
        `The app itself runs in ${own?.displayName}, the ${side} region of the site: an outage there stops both.`,
        'Move the app and its storage to a third region.',
      );
};

/** Whether the site could move now, one check for each thing that would stop it. Pure; always the same checks, in this order. */
export const preflightChecks = (facts: PreflightFacts): readonly Check[] => {
  const region = regionOfSide(facts.site, facts.to).displayName;
  return [
    snapshotCheck(facts),
    restrictedCheck(facts),
    skuCheck(facts),
    zonesCheck(facts),
    quotaCheck(facts),
    namesCheck(facts),
    permissionsCheck(facts),
    fromBlockers(facts, 'overlap', ['MOVE_ADDRESSES'], `No range overlaps another in ${region}.`),
    fromBlockers(facts, 'references', ['MOVE_REFERENCE'], 'Everything that is referred to goes along.'),
    budgetCheck(facts),
    secretsCheck(facts),
    placementCheck(facts),
  ];
};
