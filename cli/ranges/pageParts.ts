import { findRegion } from '../../shared/base/geography.ts';
import type { TagTable } from '../../shared/ranges/tagTable.ts';
import { type Html, html } from '../../shared/record/html.ts';
import { grouped } from '../text.ts';
import { type Curve, rulesOf } from './curve.ts';
import { curveSvg } from './curveSvg.ts';
import type { Figures } from './figures.ts';
import { mapHtml } from './mapHtml.ts';
import { type Picture, pictureOf, regionShares } from './picture.ts';
import { countText, percentText, signedText } from './table.ts';

const mostOwners = 12;

/** The strategies of one subject as a table. */
export const strategyTable = ({ strategies, chosen }: Figures): Html => html`<div class="scroll"><table>
<tr><th>strategy</th><th class="n">routes</th><th class="n">to spare</th><th class="n">extra addresses</th><th class="n">%</th><th></th></tr>
${strategies.map(
  (one) =>
    html`<tr class="${one.strategy === chosen ? 'chosen' : ''}"><td>${one.strategy}${one.strategy === chosen ? ' (chosen)' : ''}</td><td class="n">${countText(one.routes)}</td><td class="n ${one.headroom === null ? '' : one.headroom < 0 ? 'bad' : 'good'}">${signedText(one.headroom)}</td><td class="n">${countText(one.extraAddresses)}</td><td class="n">${percentText(one.percent)}</td><td class="why">${one.tagRoutes > 0 ? `${one.tagRoutes} of them service tags` : ''}${one.tagRoutes > 0 && one.why ? '; ' : ''}${one.why ?? ''}</td></tr>`,
)}
</table></div>`;

/** The large figures at the top of a subject. */
export const factsOf = ({ subject, strategies, fewest, within }: Figures): Html => {
  const at = (name: string) => strategies.find(({ strategy }) => strategy === name);
  const summary = at('summarize');
  const facts: [string, string, string][] = [
    ['wanted addresses', grouped(subject.wanted.size), ''],
    ['exact list', countText(at('exact')?.routes ?? null), 'routes'],
    ['limit', grouped(subject.limit), subject.reserve > 0 ? `less ${subject.reserve} reserved` : ''],
    [
      'extra at the limit',
      summary?.percent === null || summary === undefined ? '-' : `${percentText(summary.percent)} %`,
      `${countText(summary?.extraAddresses ?? null)} addresses`,
    ],
    ['5 % from', countText(within.fivePercent), 'routes'],
    ['1 % from', countText(within.onePercent), 'routes'],
    ['fewest by summarize', countText(fewest), 'routes'],
  ];
  return html`<dl class="facts">${facts.map(([name, value, unit]) => html`<div><dt>${name}</dt><dd>${value} <small>${unit}</small></dd></div>`)}</dl>`;
};

const meter = (share: number, kind: string): Html =>
  html`<div class="meter"><i class="${kind}" style="width:${Math.max(0.5, Math.min(100, share * 100)).toFixed(1)}%"></i></div>`;

type Share = readonly [name: string, addresses: number, kind: string];

/** The longest bar is the largest share: most are small. */
const shareRows = (rows: readonly Share[], all: number): Html[] => {
  const most = Math.max(1, ...rows.map(([, addresses]) => addresses));
  return rows.map(
    ([name, addresses, kind]) =>
      html`<tr><td>${name}</td><td class="n">${grouped(addresses)}</td><td class="n">${((addresses / all) * 100).toFixed(1)} %</td><td>${meter(addresses / most, kind)}</td></tr>`,
  );
};

const ownersTable = (head: string, rows: readonly Share[], all: number): Html =>
  html`<div class="scroll"><table><tr><th>${head}</th><th class="n">addresses</th><th class="n">of the extra</th><th></th></tr>${shareRows(rows, all)}</table></div>`;

const ownersOf = (picture: Picture, tags: TagTable): Html => {
  const { extra, owners } = picture;
  if (extra.isEmpty) return html`<p>Nothing beyond the wanted addresses reaches the firewall.</p>`;
  const regions = regionShares(picture).slice(0, mostOwners);
  const nobody = ['no one: in no tag of the file', owners.nobodys, 'nobody'] as const;
  const regionRows = regions.map(
    ({ region, addresses }) => [findRegion(tags.cloud, region)?.displayName ?? region, addresses, ''] as const,
  );
  const services = owners.tags.filter(({ tag }) => !/^azurecloud(\.|$)/i.test(tag)).slice(0, mostOwners);
  return html`<div class="two"><div>${ownersTable('by region (AzureCloud)', [nobody, ...regionRows], extra.size)}</div><div>${ownersTable(
    'by service tag (tags overlap)',
    services.map(({ tag, addresses }) => [tag, addresses, ''] as const),
    extra.size,
  )}</div></div>`;
};

const rulesTable = ({ subject, summary }: Figures): Html => html`<div class="scroll"><table>
<tr><th>gateway managers are</th><th class="n">fewest routes</th><th class="n">exact</th><th class="n">extra at ${grouped(subject.room)} routes</th><th class="n">%</th></tr>
${rulesOf(subject, summary).map(
  ({ rule, says, fewest, exact, extraAddresses, percent }) =>
    html`<tr class="${rule === 'around' ? 'chosen' : ''}"><td class="why">${says}</td><td class="n">${countText(fewest)}</td><td class="n">${countText(exact)}</td><td class="n">${extraAddresses === null ? 'impossible' : grouped(extraAddresses)}</td><td class="n">${percentText(percent)}</td></tr>`,
)}
</table></div>`;

const drawnText = ({ drawn, routes }: Picture, { chosen }: Figures): string => {
  if (drawn === 'exact') return `The exact list: ${grouped(routes.length)} routes to the firewall, nothing extra.`;
  const text = `The ${grouped(routes.length)} routes with the fewest extra addresses, as summarize chooses them at the limit.`;
  const other = chosen === null || chosen === 'summarize' ? null : chosen;
  return other ? `${text} Plans take ${other} instead, which covers nothing extra.` : text;
};

/** Curve, map and owners of one subject. */
export const pictureSections = (figures: Figures, curve: Curve, tags: TagTable): Html[] => {
  const picture = pictureOf(figures, tags);
  return [
    html`<section><h2>The price of every number of routes</h2><div class="scroll">${curveSvg(curve)}</div><h3>What the way of keeping gateway managers out costs</h3>${rulesTable(figures)}</section>`,
    html`<section><h2>The address space</h2><p>${drawnText(picture, figures)}</p>${mapHtml(picture, tags)}</section>`,
    html`<section><h2>Who owns the extra</h2><p class="soft">${grouped(picture.extra.size)} addresses reach the firewall although nobody asked for them; it denies them.</p>${ownersOf(picture, tags)}</section>`,
  ];
};

/** What is wrong with the tags asked for; nothing where nothing is. */
export const troubleSection = (trouble: readonly string[]): Html | null =>
  trouble.length === 0
    ? null
    : html`<section class="trouble"><h2>Not as it should be</h2>${trouble.map((text) => html`<p>${text}</p>`)}</section>`;
