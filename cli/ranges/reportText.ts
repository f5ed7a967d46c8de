import { wrap } from '../../shared/base/wrap.ts';
import { ownersOf } from '../../shared/ranges/extraOwners.ts';
import type { TagTable } from '../../shared/ranges/tagTable.ts';
import { grouped, type Layout } from '../text.ts';
import type { Figures, StrategyFigures } from './figures.ts';
import { sharesText } from './sharesText.ts';
import { countText, percentText, signedText, table } from './table.ts';

/** `Public, change 375, 3,039 tags` */
export const tagsLine = (tags: TagTable): string =>
  `${tags.cloud}, change ${tags.changeNumber}, ${grouped(tags.tags.length)} tags`;

/** Beyond that, one line each says more than a table each. */
const mostTables = 6;

const strategyNote = ({ tagRoutes, why }: StrategyFigures): string =>
  [...(tagRoutes > 0 ? [`${tagRoutes} of them tags`] : []), ...(why === null ? [] : [why])].join('; ');

const withinText = ({ fewest, within }: Figures): string =>
  fewest === null
    ? 'No choice of routes covers these addresses without forbidden ones.'
    : `Summarized: ${grouped(fewest)} routes at least; ${countText(within.fivePercent)} for 5 % extra, ${countText(within.onePercent)} for 1 %.`;

const choiceText = ({ chosen, headroom, subject }: Figures): string => {
  const order = subject.strategies.join(', ');
  if (chosen !== null) return `Chosen: ${chosen}, ${grouped(headroom)} to spare (tried in order: ${order}).`;
  return `None of ${order} fits: the exact list is ${grouped(-headroom)} too long.`;
};

const ownersText = ({ extra }: Figures, tags: TagTable): string => {
  const { tags: owners, nobodys } = ownersOf(extra, tags);
  return `Whose the extra is: ${sharesText(owners, nobodys)} (tags overlap).`;
};

const whole = (figures: Figures, tags: TagTable, layout: Layout): string[] => {
  const { subject, strategies } = figures;
  const reserve = subject.reserve > 0 ? ` less a reserve of ${subject.reserve}` : '';
  const guessed = subject.isGuessed ? ' (discover: Azure is not asked offline)' : '';
  const head = `${subject.title}: ${grouped(subject.wanted.size)} addresses, limit ${subject.limit}${guessed}${reserve}`;
  const rows = strategies.map((one) => [
    one.strategy === figures.chosen ? `* ${one.strategy}` : `  ${one.strategy}`,
    countText(one.routes),
    signedText(one.headroom),
    countText(one.extraAddresses),
    percentText(one.percent),
    strategyNote(one),
  ]);
  const columns = [
    { head: '  strategy' },
    { head: 'routes', right: true },
    { head: 'spare', right: true },
    { head: 'extra', right: true },
    { head: '%', right: true },
    { head: '' },
  ];
  return [
    ...wrap(head, layout.width).map((line) => layout.paint('bold', line)),
    ...table(columns, rows, layout, ''),
    ...wrap(choiceText(figures), layout.width, '  '),
    ...wrap(withinText(figures), layout.width, '  '),
    ...(figures.extra.isEmpty ? [] : wrap(ownersText(figures, tags), layout.width, '  ')),
    ...subject.trouble.flatMap((text) => wrap(text, layout.width, '! ')),
    '',
  ];
};

/** One line of the long table. Strategies by their number of routes; `summarize` by its price at the limit. */
const row = ({ subject, strategies, headroom, chosen, fewest, within }: Figures): string[] => {
  const at = (name: string) => strategies.find(({ strategy }) => strategy === name);
  return [
    subject.title,
    countText(at('exact')?.routes ?? null),
    countText(at('longestPrefix')?.routes ?? null),
    countText(at('serviceTags')?.routes ?? null),
    percentText(at('summarize')?.percent ?? null),
    signedText(headroom),
    countText(fewest),
    countText(within.onePercent),
    countText(within.fivePercent),
    chosen === null ? '!' : '',
  ];
};

const short = (all: readonly Figures[], layout: Layout): string[] => {
  const right = true;
  const columns = [
    { head: 'what' },
    ...['exact', 'lpm', 'tags', 'sum %', 'spare', 'min', 'K1%', 'K5%'].map((head) => ({ head, right })),
    { head: '' },
  ];
  const legend =
    'exact, lpm (longestPrefix), tags (serviceTags): routes needed, holes included. sum %: extra addresses of summarize ' +
    'at the limit. spare: room left by the first strategy that fits, else what the exact list lacks (!). min: fewest ' +
    'routes of summarize at any price. K1%, K5%: routes for at most so much extra.';
  return [...table(columns, all.map(row), layout, '', ' '), '', ...wrap(legend, layout.width), ''];
};

/** A report for a person at a terminal. */
export const reportText = (all: readonly Figures[], tags: TagTable, ms: number, layout: Layout): string => {
  const limits = [...new Set(all.map(({ subject }) => subject.limit))];
  const over = all.filter(({ chosen }) => chosen === null).length;
  const sum = `${all.length} tables planned in ${ms} ms; ${over === 0 ? 'all of them fit' : `${over} do not fit`}.`;
  const long = all.length > mostTables;
  return [
    ...wrap(`${tagsLine(tags)}${limits.length === 1 ? `, limit ${limits[0]}` : ''}`, layout.width),
    '',
    ...(long ? short(all, layout) : all.flatMap((figures) => whole(figures, tags, layout))),
    ...(long
      ? all.flatMap(({ subject }) =>
          subject.trouble.flatMap((text) => wrap(`${subject.title}: ${text}`, layout.width, '! ')),
        )
      : []),
    sum,
    '',
  ].join('\n');
};
