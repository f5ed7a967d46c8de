import { wrap as wrapAt } from '../base/wrap.ts';
import { commandText } from './ask.ts';
import { budgetText } from './budgetView.ts';
import type { FactView } from './factView.ts';
import { moveLines, sideLines } from './moveStatusText.ts';
import type { StepStatus } from './run.ts';
import { type PastRunView, type RunView, tookText } from './runView.ts';
import { placeText, type SiteView } from './siteView.ts';
import { frozenText } from './tagsView.ts';
import { pausedText, summaryText, type View } from './view.ts';
import { durationText, momentText } from './words.ts';

const WIDTH = 80;

const wrap = (text: string, first: string, rest?: string): string[] => wrapAt(text, WIDTH, first, rest);

const marks: Readonly<Record<StepStatus, string>> = {
  pending: '[ ]',
  running: '[>]',
  waiting: '[~]',
  done: '[x]',
  unchanged: '[=]',
  failed: '[!]',
  skipped: '[-]',
};

const labelled = (label: string, text: string): string[] => wrap(text, `  ${label.padEnd(11)}`);

const runLines = (run: RunView, now: number): string[] => [
  ...labelled('Run', `${run.id}, for ${durationText(run.forMs)}; because: ${run.because}; by ${run.by}`),
  ...run.steps.flatMap(({ title, status, ms, why, nextLook }) => {
    const notes = [
      ms === null || status === 'unchanged' ? status : `${status} ${durationText(ms)}`,
      why,
      nextLook === null ? null : `next look ${momentText(nextLook, now)}`,
    ].filter((note) => note !== null);
    return wrap(`${title} (${notes.join('; ')})`, `             ${marks[status]} `);
  }),
];

const pastLine = (run: PastRunView, now: number): string[] =>
  labelled(
    'Last run',
    `${momentText(run.endedAt, now)} ${run.outcome}; because: ${run.because}; by ${run.by}; ${tookText(run)}${run.why === null ? '' : `; ${run.why}`}`,
  );

const factLine = (fact: FactView, now: number): string[] => {
  const kind = fact.kind === 'aside' ? 'not acted on' : fact.kind;
  return labelled(
    'Fact',
    `${kind}: ${fact.service}, ${fact.region}, since ${momentText(fact.since, now)}, incident ${fact.trackingId}${fact.why === null ? '' : `; ${fact.why}`}`,
  );
};

const siteLines = (site: SiteView, now: number): string[] => [
  `${site.id}  ${site.headline.toUpperCase()}`,
  ...(site.singlyEncrypted ? [`  !! ${site.singlyEncrypted.text}`] : []),
  ...(site.attention ? labelled('Attention', `${site.attention.why} (${site.attention.code})`) : []),
  ...site.blockers.flatMap(({ code, message }) => labelled('Blocked', `${message} (${code})`)),
  ...site.alarms.flatMap((alarm) => labelled('Alarm', alarm)),
  ...site.waits.flatMap(({ who, text, help, ask }) => [
    ...labelled('Waits', `${who}: ${text}`),
    ...help.flatMap((line) => labelled('', line)),
    ...(ask === null ? [] : labelled('', commandText(ask))),
  ]),
  ...labelled('Regions', `${site.home.displayName}, fails over to ${site.failover.displayName} (${site.cloud})`),
  ...labelled('In place', placeText(site)),
  ...(site.pending ? labelled('Planned', `${site.pending.text} (${site.pending.changes} changes, not written)`) : []),
  ...labelled('Cloud', `${site.cloudReady.ready ? 'ready' : 'not ready'}: ${site.cloudReady.why}`),
  ...labelled(
    'Device',
    `${{ yes: 'protected', no: 'not protected', unknown: 'not confirmed' }[site.protected.state]}: ${site.protected.why}`,
  ),
  ...labelled('Routes', budgetText(site.budget)),
  ...(site.run ? runLines(site.run, now) : []),
  ...(site.move ? moveLines(site.move, now) : []),
  ...sideLines(site, now),
  ...site.facts.flatMap((fact) => factLine(fact, now)),
  ...site.intents.flatMap(({ text }) => labelled('Declared', text)),
  ...site.lastRuns.slice(0, 3).flatMap((run) => pastLine(run, now)),
  '',
];

/** The view for a terminal of 80 columns: plain text, no colours, no control characters. Ends with a newline. */
export const renderStatusText = (view: View): string => {
  const now = Date.parse(view.at);
  const tags =
    view.tags === null ? 'no service tags yet' : `service tags ${view.tags.cloud} change ${view.tags.changeNumber}`;
  const frozen = frozenText(view.tags?.frozen ?? []);
  const clock = view.speed === 1 ? '' : `, a simulated clock, ${view.speed} times as fast`;
  const paused = pausedText(view);
  return `${[
    ...(paused === null ? [] : wrap(paused, '!! ', '   ')),
    ...wrap(summaryText(view), ''),
    ...wrap(`As of ${view.at.slice(0, 19).replace('T', ' ')} UTC${clock}; ${tags}.`, ''),
    ...(view.tags?.sources ?? []).flatMap((source) => wrap(source, 'Service tags: ', '  ')),
    ...(frozen === null ? [] : wrap(frozen, '!! ', '   ')),
    ...(view.configTrouble === null
      ? []
      : wrap(`!! The configuration has a fault; the last good one is in force. ${view.configTrouble}`, '')),
    ...(view.unlisted.length === 0 ? [] : wrap(`!! In no sites file any more: ${view.unlisted.join(', ')}`, '')),
    '',
    ...view.sites.flatMap((site) => siteLines(site, now)),
  ]
    .join('\n')
    .trimEnd()}\n`;
};
