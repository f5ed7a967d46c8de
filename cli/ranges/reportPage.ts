import type { TagTable } from '../../shared/ranges/tagTable.ts';
import { type Html, html } from '../../shared/record/html.ts';
import { grouped } from '../text.ts';
import { curveOf } from './curve.ts';
import type { Figures } from './figures.ts';
import { factsOf, pictureSections, strategyTable, troubleSection } from './pageParts.ts';
import { pageOf } from './pageShell.ts';
import { countText, percentText, signedText } from './table.ts';

const at = (figures: Figures, name: string) => figures.strategies.find(({ strategy }) => strategy === name);

const width = 320;

/** Routes of each strategy as dots on one line, the limit across. */
const dots = (figures: Figures, most: number): Html => {
  const x = (routes: number) => String(Math.round((routes / most) * (width - 12) * 10) / 10 + 6);
  const names = ['exact', 'longestPrefix', 'serviceTags'] as const;
  const found = names.flatMap((name) => {
    const routes = at(figures, name)?.routes ?? null;
    return routes === null ? [] : [{ name, routes }];
  });
  const { fewest, subject } = figures;
  const largest = Math.max(...found.map(({ routes }) => routes), fewest ?? 0);
  return html`<svg class="dots" width="${width}" height="18" viewBox="0 0 ${width} 18" role="img" aria-label="Routes by strategy"><line x1="6" x2="${width - 6}" y1="9" y2="9"/>${fewest === null ? null : html`<line class="span" x1="${x(fewest)}" x2="${x(largest)}" y1="9" y2="9"><title>summarize: ${grouped(fewest)} at any price</title></line>`}<line class="limit" x1="${x(subject.room)}" x2="${x(subject.room)}" y1="0" y2="18"/>${found.map(({ name, routes }) => html`<circle class="${name}" cx="${x(routes)}" cy="9" r="${name === 'exact' ? 5.5 : 4}"><title>${name}: ${grouped(routes)} routes</title></circle>`)}</svg>`;
};

const row = (figures: Figures, most: number): Html => {
  const { subject, headroom, within, fewest, chosen } = figures;
  const n = (name: string) => countText(at(figures, name)?.routes ?? null);
  return html`<tr><td>${subject.title}</td><td>${dots(figures, most)}</td><td class="n">${n('exact')}</td><td class="n">${n('longestPrefix')}</td><td class="n">${n('serviceTags')}</td><td class="n">${percentText(at(figures, 'summarize')?.percent ?? null)}</td><td class="n">${countText(fewest)}</td><td class="n">${countText(within.fivePercent)}</td><td class="n">${countText(within.onePercent)}</td><td class="n ${chosen === null ? 'bad' : 'good'}">${signedText(headroom)}</td><td>${chosen ?? 'nothing fits'}</td></tr>`;
};

const overview = (all: readonly Figures[]): Html => {
  const counts = all.flatMap(({ strategies, subject }) => [
    subject.room,
    ...strategies.map(({ routes }) => routes ?? 0),
  ]);
  const most = Math.max(1, ...counts);
  return html`<section><h2>All of them</h2><ul class="legend dots"><li><svg width="12" height="12" style="display:inline"><circle class="exact" cx="6" cy="6" r="4.5"/></svg> exact</li><li><svg width="12" height="12" style="display:inline"><circle class="longestPrefix" cx="6" cy="6" r="4.5"/></svg> longestPrefix</li><li><svg width="12" height="12" style="display:inline"><circle class="serviceTags" cx="6" cy="6" r="4.5"/></svg> serviceTags</li><li><svg width="12" height="12" style="display:inline"><line class="limit" x1="6" x2="6" y1="0" y2="12"/></svg> limit</li><li><svg width="18" height="12" style="display:inline"><line class="span" x1="0" x2="18" y1="6" y2="6"/></svg> from the fewest that summarize can do</li></ul>
<div class="scroll"><table><tr><th></th><th>routes</th><th class="n">exact</th><th class="n">longest<br>prefix</th><th class="n">service<br>tags</th><th class="n">summarize<br>extra %</th><th class="n">summarize<br>fewest</th><th class="n">5 %<br>from</th><th class="n">1 %<br>from</th><th class="n">to spare</th><th>chosen</th></tr>${all.map((figures) => row(figures, most))}</table></div></section>`;
};

/** The table that is hardest to fit is the one worth a picture. */
const hardest = (all: readonly Figures[]): Figures | undefined => {
  const needs = (figures: Figures) => (at(figures, 'exact')?.routes ?? 0) - figures.subject.room;
  return [...all].sort((a, b) => needs(b) - needs(a))[0];
};

const troubleOf = (all: readonly Figures[]): string[] =>
  all.flatMap(({ subject }) => subject.trouble.map((text) => `${subject.title}: ${text}`));

/** Every subject in one table, and the hardest one in pictures. */
export const reportPage = (all: readonly Figures[], tags: TagTable): string => {
  const over = all.filter(({ chosen }) => chosen === null).length;
  const title =
    over === 0 ? `${all.length} route tables, all of them fit` : `${all.length} route tables, ${over} do not fit`;
  const worst = hardest(all);
  return pageOf(title, tags, [
    ...[troubleSection(troubleOf(all))].filter((section) => section !== null),
    overview(all),
    ...(worst
      ? [
          html`<section><h2>The hardest to fit: ${worst.subject.title}</h2>${factsOf(worst)}<h3>Routes by strategy</h3>${strategyTable(worst)}</section>`,
          ...pictureSections(worst, curveOf(worst.subject, worst.summary), tags),
        ]
      : []),
  ]);
};
