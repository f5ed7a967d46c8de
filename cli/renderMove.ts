import { counted } from '../shared/base/counted.ts';
import { wrap } from '../shared/base/wrap.ts';
import { wavesOf } from '../shared/plan/move/graph.ts';
import type { MovePlan, MoveReason, MoveStep } from '../shared/plan/move/movePlan.ts';
import {
  carriedText,
  mappingTexts,
  secretTexts,
  snapshotText,
  tableText,
  whereText,
  writesIn,
} from '../shared/record/movePlanView.ts';
import { durationText, plainText } from '../shared/record/words.ts';
import { eighty, type Layout, section } from './text.ts';

const titles: Readonly<Record<MoveReason, string>> = {
  outage: 'the whole site, since its region fails',
  budget: 'the whole site, since the routes do not fit',
  planned: 'the whole site, on purpose; its home from then on',
  return: 'the whole site, on its way back',
  standbyUp: 'a standby is built; the site stays where it is',
  teardown: 'what is ours and unused is taken down',
};

const clean = (texts: readonly string[]): string[] => texts.map((text) => plainText(text, 1_000));

const lasting = ({ kind, estimateMinutes }: MoveStep): string =>
  kind === 'confirm' ? 'a person' : estimateMinutes === 0 ? 'at once' : durationText(estimateMinutes * 60_000);

/** Steps in order; those under one number may be under way side by side, `*` marks the longest path. */
const stepLines = ({ steps, criticalPath }: MovePlan, { width }: Layout): string[] => {
  const critical = new Set(criticalPath.steps);
  return wavesOf(steps).flatMap((wave, index) =>
    wave.flatMap((step, place) => {
      const number = place === 0 ? `${index + 1}.` : '';
      const first = `  ${number.padStart(3)} ${critical.has(step.id) ? '*' : ' '} `;
      return wrap(plainText(`${step.title} (${lasting(step)}; stop here: ${step.stopHere})`, 400), width, first);
    }),
  );
};

const minutesText = (plan: MovePlan): string => durationText(plan.criticalPath.minutes * 60_000);

/** The plan of a move, a standby or a teardown for a person at a terminal. Bodies of resources are not shown. */
export const renderMove = (plan: MovePlan, now: number, layout: Layout = eighty): string => {
  const { paint, width } = layout;
  const red = { ...layout, paint: (_: unknown, text: string) => paint(['bold', 'red'], text) };
  const table = tableText(plan);
  const blockers = plan.blockers.flatMap(({ code, message, remedy }) => [
    `${code}: ${message}`,
    `What to do: ${remedy}`,
  ]);
  return [
    ...wrap(`${plan.site}: ${titles[plan.reason]}`, width).map((text) => paint('bold', text)),
    ...wrap(`${whereText({ ...plan.region, reason: plan.reason })}, resource group ${plan.resourceGroup}`, width),
    '',
    ...section('Why', clean(plan.why), layout),
    ...section('Blocked', clean(blockers), red),
    paint('bold', 'Steps (under one number: side by side where Azure allows; *: longest path)'),
    ...stepLines(plan, layout),
    '',
    ...section('Longest path', [`${plan.criticalPath.steps.join(' > ')}: ${minutesText(plan)}`], layout),
    ...wrap(snapshotText(plan, now), width, 'Snapshot   '),
    ...(table === null ? [] : wrap(table, width, 'Routes     ')),
    '',
    ...section(
      plan.reason === 'teardown' ? `Deleted in Azure (${writesIn(plan)})` : `Writes to Azure (${writesIn(plan)})`,
      clean(
        plan.writes.map(({ resource, writes }) => {
          const name = resource.split('/').slice(-2).join(' ');
          return plan.reason === 'teardown' ? name : `${counted(writes, 'write')} of ${name}`;
        }),
      ),
      layout,
    ),
    ...section('What would make it unnecessary', clean(plan.alternatives), layout),
    ...section('Spelt differently on the new side', clean(mappingTexts(plan)), layout),
    ...section('Routes of others that go along', clean(plan.carriedRoutes.map(carriedText)), layout),
    ...section('Secrets, and where they come from', clean(secretTexts(plan)), layout),
    ...section('Taken by default', clean(plan.defaults), layout),
    ...section('Notes', clean(plan.notes), layout),
    plan.digest,
    '',
  ].join('\n');
};
