import { byNumber, counted } from '../shared/base/counted.ts';
import { wrap } from '../shared/base/wrap.ts';
import { fallbackText } from '../shared/plan/fallback.ts';
import { isSourceNote } from '../shared/plan/notes.ts';
import type { Route } from '../shared/plan/observed.ts';
import { type Plan, titleOf } from '../shared/plan/plan.ts';
import { sourceText } from '../shared/ranges/tagSource.ts';
import { plainText } from '../shared/record/words.ts';
import { sharesText } from './ranges/sharesText.ts';
import { countText, percentText } from './ranges/table.ts';
import { eighty, grouped, type Layout, section } from './text.ts';

const hop = (route: Route): string =>
  route.nextHopIpAddress === undefined ? route.nextHopType : `${route.nextHopType} ${route.nextHopIpAddress}`;

const line = (sign: string, route: Route): string => `  ${sign} ${route.addressPrefix.padEnd(20)} ${hop(route)}`;

/** Long diffs are cut in the middle: both ends say more than one. */
const cut = (lines: readonly string[], most: number): string[] =>
  lines.length <= most
    ? [...lines]
    : [...lines.slice(0, most - 3), `    ... ${lines.length - most + 1} more`, ...lines.slice(-2)];

/** The plan's routes as a diff, at most `most` lines of each kind. */
export const diffOf = (plan: Plan, most = 12): string[] => [
  ...cut(
    plan.routeTable.remove.map((route) => line('-', route)),
    most,
  ),
  ...cut(
    plan.routeTable.change.flatMap(({ before, after }) => [line('-', before), line('+', after)]),
    most,
  ),
  ...cut(
    plan.routeTable.add.map((route) => line('+', route)),
    most,
  ),
];

const painted = (text: string, { paint }: Layout): string =>
  text.startsWith('  + ') ? paint('green', text) : text.startsWith('  - ') ? paint('red', text) : text;

/** Titles of incidents come from outside. */
const clean = (texts: readonly string[]): string[] => texts.map((text) => plainText(text, 1_000));

const saidBy: Readonly<Record<Plan['budget']['limitFrom'], string>> = {
  site: '',
  azure: ' (as Azure says)',
  default: ' (Azure did not say)',
};

const budgetLines = ({ budget, addresses, tags }: Plan, { width }: Layout): string[] => {
  const { needed, foreign, reserve, limit, limitFrom, headroom, strategy } = budget;
  const parts = [
    `${needed} of ours`,
    ...(foreign > 0 ? [`${foreign} foreign`] : []),
    ...(reserve > 0 ? [`${reserve} reserved`] : []),
  ];
  const room = headroom < 0 ? `${-headroom} too many` : `${headroom} left`;
  const counts = `${grouped(addresses.wanted)} wanted, ${grouped(addresses.added)} of them new, ${grouped(addresses.holes)} in holes`;
  return [
    ...wrap(
      `${parts.join(' + ')}, limit ${limit}${saidBy[limitFrom]}: ${room}${strategy ? ` (${strategy})` : ''}`,
      width,
      'Routes     ',
    ),
    ...wrap(counts, width, 'Addresses  '),
    `Tags       ${tags.cloud}, change ${tags.changeNumber}`,
    ...tags.sources.flatMap((source) => wrap(sourceText(source), width, 'Source     ')),
    '',
  ];
};

/** The price of a summary: whose addresses reach the firewall unasked, and what a lower price would take. */
const extraLines = ({ extra }: Plan): string[] => {
  const { addresses, percent, smallestFor } = extra;
  const price =
    addresses === 0
      ? 'No address beyond the wanted ones is led to the firewall.'
      : `${counted(addresses, 'address')} beyond the wanted ones (${percentText(percent)} %) ${byNumber(addresses, 'is', 'are')} led to the firewall, which denies ${byNumber(addresses, 'it', 'them')}. Whose: ${sharesText(extra.owners, extra.nobodys)} (tags overlap).`;
  if (!smallestFor) return addresses === 0 ? [] : [price];
  const { onePercent, fivePercent } = smallestFor;
  return [
    price,
    `The fewest routes for at most 1 % extra: ${countText(onePercent)}; for 5 %: ${countText(fivePercent)}.`,
  ];
};

const stepsOf = (plan: Plan): string[] =>
  plan.steps.map((step, index) => `${index + 1}. ${step.title} (stop here: ${step.stopHere})`);

/** With the way out stands what would make it unnecessary. */
const fallbackAlternatives = ({ fallback }: Plan): string[] =>
  fallback ? ['What would make the failover fit:', ...fallback.instead] : [];

/** A plan for a person at a terminal. */
export const renderPlan = (plan: Plan, layout: Layout = eighty): string => {
  const { paint, width } = layout;
  const diff = diffOf(plan).map((text) => painted(text, layout));
  const blockers = plan.blockers.flatMap(({ code, message, remedy }) => [
    `${code}: ${message}`,
    `What to do: ${remedy}`,
  ]);
  const red = { ...layout, paint: (_: unknown, text: string) => paint(['bold', 'red'], text) };
  const yellow = { ...layout, paint: (_: unknown, text: string) => paint(['bold', 'yellow'], text) };
  return [
    ...wrap(`${plan.site}: ${titleOf(plan)}`, width).map((text) => paint('bold', text)),
    '',
    ...section('Why', clean(plan.decision.reasons), layout),
    ...section('Blocked', clean(blockers), red),
    ...section('Instead', plan.fallback ? [fallbackText(plan.fallback), ...fallbackAlternatives(plan)] : [], yellow),
    ...section('Waits for a person', plan.approval ? clean([plan.approval.why]) : [], yellow),
    ...section('Alarms', clean(plan.alarms), yellow),
    ...budgetLines(plan, layout),
    ...section('Extra', extraLines(plan), layout),
    ...(diff.length > 0 ? [paint('bold', 'Route table'), ...diff, ''] : []),
    ...section('Steps', stepsOf(plan), layout),
    // Where the tags come from stands above.
    ...section('Notes', clean(plan.notes.filter((note) => !isSourceNote(note))), layout),
    plan.digest,
    '',
  ].join('\n');
};
