import { commandText } from './ask.ts';
import { type BudgetView, budgetText } from './budgetView.ts';
import { confirmForm, type Reader } from './confirmForm.ts';
import type { FactView } from './factView.ts';
import type { Headline } from './headline.ts';
import { type Html, html } from './html.ts';
import { moveSection, sidesSection, sidesTroubles } from './movePage.ts';
import type { PastMoveView } from './pastMoveView.ts';
import type { RunSummary, StepStatus } from './run.ts';
import { type PastRunView, type RunView, type StepView, tookText } from './runView.ts';
import { placeText, type SiteView } from './siteView.ts';
import type { Wait } from './waits.ts';
import { durationText, momentText, shortDigest, sinceMs } from './words.ts';

type Tone = 'red' | 'amber' | 'blue' | 'green' | 'grey';

/** A colour never stands alone: each has its symbol and its word. */
const looks: Readonly<Record<Headline, readonly [Tone, string]>> = {
  'needs attention': ['red', '!'],
  'waits for the device': ['amber', '●'],
  'waits for approval': ['amber', '?'],
  blocked: ['red', '✗'],
  paused: ['grey', '‖'],
  'failing over': ['blue', '→'],
  'coming home': ['blue', '←'],
  moving: ['blue', '⇒'],
  'moving back': ['blue', '⇐'],
  shadow: ['grey', '◌'],
  moved: ['blue', '»'],
  'failed over': ['blue', '⇉'],
  home: ['green', '✓'],
};

const marks: Readonly<Record<StepStatus, readonly [Tone, string]>> = {
  pending: ['grey', '○'],
  running: ['blue', '▸'],
  waiting: ['amber', '●'],
  done: ['green', '✓'],
  unchanged: ['green', '='],
  failed: ['red', '✗'],
  skipped: ['grey', '–'],
};

const outcomes: Readonly<Record<RunSummary['outcome'], readonly [Tone, string]>> = {
  protected: ['green', '✓ protected'],
  cloudReady: ['blue', '✓ cloud ready'],
  failed: ['red', '✗ failed'],
  superseded: ['grey', '– superseded'],
};

const ago = (iso: string, now: number): string => `${momentText(iso, now)} (${durationText(sinceMs(iso, now))} ago)`;

const waitItem = (wait: Wait, reader: Reader, now: number): Html =>
  html`<li class="${wait.who === 'A person' ? 'amber' : 'blue'}"><b>${wait.who}:</b> ${wait.text}${
    wait.since !== null && html` <small>since ${ago(wait.since, now)}</small>`
  }${wait.help.map((line) => html`<br><small>${line}</small>`)}${wait.ask !== null && confirmForm(wait.ask, reader)}${
    wait.ask !== null && html`<code class="do">${commandText(wait.ask)}</code>`
  }</li>`;

const waits = (site: SiteView, reader: Reader, now: number): Html =>
  site.waits.length === 0
    ? html``
    : html`<h3>Who waits for whom</h3><ul class="waits">${site.waits.map((wait) => waitItem(wait, reader, now))}</ul>`;

const lamp = (tone: Tone, title: string, why: string): Html =>
  html`<div class="lamp ${tone}"><b>${title}</b><small>${why}</small></div>`;

const deviceTitles = {
  yes: '✓ Device protected',
  no: '✗ Device not protected',
  unknown: '○ Device not confirmed',
} as const;
const deviceTones = { yes: 'green', no: 'amber', unknown: 'grey' } as const;

const lamps = ({ cloudReady, protected: device }: SiteView): Html =>
  html`<div class="lamps">${[
    lamp(
      cloudReady.ready ? 'green' : 'amber',
      cloudReady.ready ? '✓ Cloud ready' : '✗ Cloud not ready',
      cloudReady.why,
    ),
    lamp(deviceTones[device.state], deviceTitles[device.state], device.why),
  ]}</div>`;

/** One bar of all routes against the limit; beyond it the scale grows, and the limit is marked. */
const bar = (budget: BudgetView): Html => {
  const { limit, reserve, ours, foreign, planned } = budget;
  const [own, other] = [ours ?? 0, foreign ?? 0];
  const extra = Math.max(0, (planned ?? 0) - own);
  const whole = Math.max(limit, own + other + extra + reserve, 1);
  const at = (routes: number): number => Math.round((routes / whole) * 10_000) / 10;
  const piece = (kind: string, from: number, routes: number): Html | false =>
    routes > 0 && html`<rect class="${kind}" x="${at(from)}" y="0" width="${at(routes)}" height="10"/>`;
  return html`<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label="${budgetText(budget)}">${[
    piece('foreign', 0, other),
    piece('ours', other, own),
    piece(budget.fits ? 'planned' : 'over', other + own, extra),
    piece('reserve', limit - reserve, reserve),
    whole > limit && html`<rect class="limit" x="${at(limit) - 2}" y="0" width="4" height="10"/>`,
  ]}</svg><small>${budgetText(budget)}</small>`;
};

const step = ({ title, status, ms, why, nextLook }: StepView, now: number): Html => {
  const [tone, mark] = marks[status];
  const next = nextLook === null ? null : `next look ${momentText(nextLook, now)}`;
  const notes = [why, next].filter((note) => note !== null).join('; ');
  const current = status === 'running' || status === 'waiting';
  return html`<li class="${tone}"><span class="mark" aria-hidden="true">${mark}</span><span class="${current ? 'now' : ''}">${title}</span><small class="took">${status}${
    ms !== null && status !== 'unchanged' && ` ${durationText(ms)}`
  }</small>${notes !== '' && html`<small>${notes}</small>`}</li>`;
};

const running = (run: RunView, now: number): Html => html`<h3>Run ${run.id}, for ${durationText(run.forMs)}</h3>
<p class="soft">Because: ${run.because}. By: ${run.by}. Plan ${shortDigest(run.digest)}</p>
<ol class="steps">${run.steps.map((one) => step(one, now))}</ol>`;

const pastRun = (run: PastRunView, now: number): Html => {
  const [tone, outcome] = outcomes[run.outcome];
  return html`<li class="${tone}"><b class="mark">${outcome}</b> ${ago(run.endedAt, now)}<small>${run.because}; by ${run.by}; ${tookText(run)}; ${run.calls}${
    run.why !== null && `; ${run.why}`
  }</small></li>`;
};

const moveOutcomes: Readonly<Record<PastMoveView['outcome'], readonly [Tone, string]>> = {
  protected: ['green', '✓ protected'],
  standing: ['green', '✓ standing'],
  removed: ['green', '✓ taken down'],
  cancelled: ['grey', '– cancelled'],
  declined: ['grey', '– declined'],
  expired: ['grey', '– expired'],
};

const pastMove = (move: PastMoveView, now: number): Html => {
  const [tone, outcome] = moveOutcomes[move.outcome];
  return html`<li class="${tone}"><b class="mark">${outcome}</b> ${move.where} ${ago(move.endedAt, now)}<small>${move.reason}${
    move.by !== null && `; by ${move.by}`
  }; ${move.text}${move.why !== null && `; ${move.why}`}</small></li>`;
};

const kinds = { open: ['red', '! open'], stale: ['amber', '? stale'], aside: ['grey', '– not acted on'] } as const;

const fact = (view: FactView, now: number): Html => {
  const [tone, word] = kinds[view.kind];
  return html`<li class="${tone}"><b class="mark">${word}</b> ${view.service}, ${view.region}<small>${view.title} ${
    view.title !== '' && '· '
  }incident ${view.trackingId}, since ${ago(view.since, now)}, last heard ${momentText(view.heardAt, now)}${view.why !== null && `; ${view.why}`}</small></li>`;
};

const list = (title: string, items: readonly (Html | string)[]): Html | false =>
  items.length > 0 &&
  html`<h3>${title}</h3><ul class="list">${items.map((item) => (typeof item === 'string' ? html`<li>${item}</li>` : item))}</ul>`;

const troubles = (site: SiteView, now: number): Html =>
  html`${[
    site.singlyEncrypted !== null && html`<p class="band big red">⚠ ${site.singlyEncrypted.text}</p>`,
    site.attention !== null &&
      html`<p class="band red">! ${site.attention.why}<small>${site.attention.code}, since ${ago(site.attention.since, now)}</small></p>`,
    site.blockers.map(({ code, message }) => html`<p class="band red">✗ ${message}<small>${code}</small></p>`),
    site.alarms.map((alarm) => html`<p class="band amber">! ${alarm}</p>`),
    sidesTroubles(site),
  ]}`;

const background = (site: SiteView, now: number): Html =>
  html`${[
    list(
      'Facts',
      site.facts.map((view) => fact(view, now)),
    ),
    list(
      'What people declared',
      site.intents.map(({ text }) => text),
    ),
    list(
      'Last moves',
      site.lastMoves.map((move) => pastMove(move, now)),
    ),
    list(
      'Last runs',
      site.lastRuns.map((run) => pastRun(run, now)),
    ),
    list('Why the last plan is as it is', site.reasons),
    list('Notes', site.notes),
    site.lastLook !== null &&
      html`<p class="soft">Last look ${ago(site.lastLook.at, now)}: ${site.lastLook.because}</p>`,
  ]}`;

/** All sites at a glance, each a link to its card. */
export const overview = (sites: readonly SiteView[]): Html =>
  html`<nav class="over">${sites.map((site) => {
    const [tone, symbol] = looks[site.headline];
    return html`<a class="${tone}" href="#site-${site.id}"><b>${site.id}</b> ${symbol} ${site.headline}${site.singlyEncrypted !== null && html` <b class="red">⚠ singly</b>`}</a>`;
  })}</nav>`;

/** One site as a card; a site that is calm keeps its background folded. */
export const siteCard = (site: SiteView, reader: Reader, now: number): Html => {
  const [tone, symbol] = looks[site.headline];
  const calm = !site.needsPerson && site.run === null && site.move === null && site.singlyEncrypted === null;
  return html`<article class="site ${tone}${site.move !== null && ' wide'}" id="site-${site.id}"><div class="head"><h2>${site.id}</h2><span class="pill">${symbol} ${site.headline}</span><span class="where soft">${site.cloud}: ${site.home.displayName}, fails over to ${site.failover.displayName}</span></div>
${troubles(site, now)}${waits(site, reader, now)}${site.run !== null && running(site.run, now)}${site.move !== null && moveSection(site.move, now)}${lamps(site)}
<h3>In place</h3><p>${placeText(site)}</p>${
    site.pending !== null &&
    html`<p class="soft">Planned, not written: ${site.pending.text} (${site.pending.changes} changes, ${shortDigest(site.pending.digest)})</p>`
  }<h3>Routes</h3>${bar(site.budget)}${sidesSection(site)}<details${calm ? html`` : html` open`}><summary>Facts, runs and reasons</summary>${background(site, now)}</details></article>`;
};
