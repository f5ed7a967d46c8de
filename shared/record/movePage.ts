import { type Html, html } from './html.ts';
import { type MovePlanView, whereText } from './movePlanView.ts';
import type { MoveStepState, MoveStepView } from './moveStepView.ts';
import { type MoveView, moveStandText } from './moveView.ts';
import type { SiteView } from './siteView.ts';
import { durationText, shortDigest } from './words.ts';

type Tone = 'red' | 'amber' | 'blue' | 'green' | 'grey';

/** A colour never stands alone: the step's own words say the same. */
const looks: Readonly<Record<MoveStepState, readonly [Tone, string]>> = {
  over: ['green', '✓'],
  underWay: ['blue', '▸'],
  held: ['amber', '●'],
  next: ['blue', '○'],
  later: ['grey', '○'],
  failed: ['red', '✗'],
};

const box = (step: MoveStepView): Html => {
  const [tone, mark] = looks[step.state];
  const classes = [tone, step.state === 'later' ? 'later' : 'lit', ...(step.critical ? ['crit'] : [])].join(' ');
  return html`<li class="${classes}"><span class="state"><span aria-hidden="true">${mark}</span> ${step.text}</span><b>${step.title}</b>${
    step.state !== 'over' && step.why !== null && html`<small class="why">${step.why}</small>`
  }${step.remedy !== null && html`<small class="why">What to do: ${step.remedy}</small>`}<small>${[
    step.critical && html`<span class="path">◆ longest path</span>, `,
    step.after.length > 0 ? `after ${step.after.join(', ')}` : 'at once',
    step.stopHere !== null && `; stop here: ${step.stopHere}`,
  ]}</small></li>`;
};

/** The steps as columns, left to right and then on the next line; in one column on a phone. All of it is text. */
const graph = (move: MoveView): Html => {
  const steps = new Map(move.steps.map((step) => [step.id, step]));
  return html`<ol class="graph" aria-label="Steps in columns; those of one column may be under way side by side">${move.waves.map(
    (wave, index) =>
      html`<li aria-label="Column ${index + 1} of ${move.waves.length}"><ul>${wave.map((id) => {
        const step = steps.get(id);
        return step !== undefined && box(step);
      })}</ul></li>`,
  )}</ol><p class="soft">◆ A delay on the longest path delays the whole. Steps of one column may be under way side by side.</p>`;
};

const progress = (move: MoveView): Html =>
  html`<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label="${move.percent} % of the time is over; ${move.pace}"><rect class="ours" x="0" y="0" width="${move.percent * 10}" height="10"/></svg>`;

const lines = (title: string, items: readonly string[]): Html | false =>
  items.length > 0 && html`<h4>${title}</h4><ul class="list">${items.map((item) => html`<li>${item}</li>`)}</ul>`;

const planned = (plan: MovePlanView, takesDown: boolean, open: boolean): Html =>
  html`<details${open ? html` open` : html``}><summary>${takesDown ? 'What is deleted, and what stays' : 'What is written, carried over and assumed'}</summary>${[
    lines(takesDown ? 'Deleted' : 'Written', [
      takesDown
        ? `${plan.writes} resources of Azure, in resource group ${plan.resourceGroup}`
        : `${plan.writes} writes to Azure, into resource group ${plan.resourceGroup}`,
      `Longest path: ${plan.criticalPath.steps.join(' → ')}, about ${durationText(plan.criticalPath.minutes * 60_000)}`,
      `Snapshot: ${plan.snapshot}`,
      ...(plan.table === null ? [] : [`Route table: ${plan.table}`]),
    ]),
    lines('What would make it unnecessary', plan.alternatives),
    lines('Spelt differently on the new side', plan.mappings),
    lines('Routes of others that go along', plan.carriedRoutes),
    lines('Secrets, and where they come from', plan.secrets),
    lines('Taken by default', plan.defaults),
    lines('Notes', plan.notes),
  ]}</details>`;

const directions: Readonly<Record<MoveView['reason'], string>> = {
  outage: 'Move',
  budget: 'Move',
  planned: 'Planned move',
  return: 'Move back',
  standbyUp: 'Standby',
  teardown: 'Taking down',
};

/** The move under way or asked for; nothing where there is none. */
export const moveSection = (move: MoveView, now: number): Html => {
  const [tone, word] =
    move.stopHere.state === 'cut'
      ? ['red', 'cut']
      : move.stopHere.state === 'degraded'
        ? ['amber', 'degraded']
        : ['', ''];
  return html`<section class="move"><h3>${directions[move.reason]} ${whereText(move)}: ${moveStandText(move, now)}</h3>
<p class="pace">${move.pace}</p>${progress(move)}
<p class="${tone}">If it stopped now: ${word !== '' && html`<b class="mark">${word}</b>, `}${move.stopHere.text}.</p>
<p class="soft">${move.title}. ${move.by !== null && `By: ${move.by}. `}Plan ${shortDigest(move.digest)}. ${move.calls}.</p>
${move.trouble !== null && html`<p class="band red">✗ ${move.trouble.step}: ${move.trouble.why}<small>What to do: ${move.trouble.remedy}</small></p>`}${move.plan?.blockers.map(
  ({ code, message, remedy }) =>
    html`<p class="band red">✗ ${message}<small>${code}. What to do: ${remedy}</small></p>`,
)}${graph(move)}${
  move.plan === null
    ? html`<p class="soft">The plan itself cannot be read just now: only what was written down of it is shown.</p>`
    : planned(move.plan, move.reason === 'teardown', move.status === 'awaitingApproval')
}</section>`;
};

/** Where the site lives, and what would have to be known before it could move. */
export const sidesSection = (site: SiteView): Html => {
  const { residence, standing, snapshots, preflight } = site;
  const facts = [
    ...(residence === null ? [] : [html`<li><b>Residence</b> ${residence.text}</li>`]),
    ...(standing === null ? [] : [html`<li><b>Idle</b> ${standing.text}</li>`]),
    ...snapshots.map(({ text }) => html`<li><b>Snapshot</b> ${text}</li>`),
    ...(preflight === null ? [] : [html`<li><b>Preflight</b> ${preflight.text}</li>`]),
  ];
  return html`${facts.length > 0 && html`<h3>If the region fails</h3><ul class="list">${facts}</ul>`}`;
};

/** What a person should know of it in quiet times, too. */
export const sidesTroubles = ({ snapshots, preflight }: SiteView): Html =>
  html`${[
    snapshots.map(
      ({ region, doubtful }) =>
        doubtful !== null &&
        html`<p class="band amber">! Snapshot of ${region}: ${doubtful.text}${doubtful.lost.map((line) => html`<small>${line}</small>`)}</p>`,
    ),
    preflight?.failed.map(
      ({ text, remedy }) =>
        html`<p class="band amber">! Could not move: ${text}<small>What to do: ${remedy}</small></p>`,
    ),
  ]}`;
