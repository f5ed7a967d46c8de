import { wrap } from '../../shared/base/wrap.ts';
import type { TagTable } from '../../shared/ranges/tagTable.ts';
import { grouped, type Layout } from '../text.ts';
import { chartOf } from './chart.ts';
import { type Curve, rulesOf } from './curve.ts';
import { tagsLine } from './reportText.ts';
import type { Subject } from './subject.ts';
import { countText, percentText, table } from './table.ts';

const right = true;

const markTable = ({ marks }: Curve, layout: Layout): string[] =>
  table(
    [{ head: 'at' }, { head: 'routes', right }, { head: 'extra addresses', right }, { head: '%', right }, { head: '' }],
    marks.map(({ name, routes, extraAddresses, percent }) => [
      name,
      grouped(routes),
      countText(extraAddresses),
      percentText(percent),
      extraAddresses === null ? 'too few' : '',
    ]),
    layout,
  );

const ruleTable = (subject: Subject, { summary }: Curve, layout: Layout): string[] => [
  layout.paint('bold', `At ${grouped(subject.room)} routes, by how gateway managers are kept away`),
  ...table(
    [{ head: 'rule' }, { head: 'min', right }, { head: 'exact', right }, { head: '%', right }, { head: '' }],
    rulesOf(subject, summary).map(({ rule, fewest, exact, percent, says }) => [
      rule,
      countText(fewest),
      countText(exact),
      percentText(percent),
      says,
    ]),
    layout,
  ),
];

/** A curve for a person at a terminal. */
export const curveText = (subject: Subject, curve: Curve, tags: TagTable, layout: Layout): string => {
  const { conflict } = curve.summary;
  const head = `${subject.title}: ${grouped(subject.wanted.size)} addresses (${tagsLine(tags)})`;
  const impossible = [
    'No choice of routes covers these addresses',
    ...(conflict.isEmpty ? [] : [`: forbidden among them are ${conflict.cidrs().slice(0, 4).join(', ')}`]),
    '.',
  ].join('');
  return [
    ...wrap(head, layout.width).map((line) => layout.paint('bold', line)),
    '',
    ...(curve.points.length === 0
      ? wrap(impossible, layout.width)
      : ['  extra, per cent of the wanted (logarithmic), over the number of routes', ...chartOf(curve, layout.width)]),
    '',
    ...markTable(curve, layout),
    '',
    ...ruleTable(subject, curve, layout),
    '',
    ...subject.trouble.flatMap((text) => wrap(text, layout.width, '! ')),
  ]
    .join('\n')
    .concat('\n');
};
