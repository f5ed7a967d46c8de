import { byCodeUnit } from '../../shared/base/canonical.ts';
import { wrap } from '../../shared/base/wrap.ts';
import type { TagChange } from '../../shared/ranges/comparison.ts';
import { outlookText } from '../tagOutlook.ts';
import { grouped, type Layout } from '../text.ts';
import type { FileDiff, TableDiff } from './diff.ts';
import { countText, signedText, table } from './table.ts';

const right = true;
const mostTags = 25;
const mostRoutes = 8;

const sizeOf = ({ added, removed }: TagChange): number => added.size + removed.size;

const tagLines = ({ comparison }: FileDiff, layout: Layout): string[] => {
  const { changes, newTags, vanishedTags } = comparison;
  if (changes.length === 0 && newTags.length === 0 && vanishedTags.length === 0) return ['No tag has changed.', ''];
  const largest = [...changes].sort((a, b) => sizeOf(b) - sizeOf(a) || byCodeUnit(a.tag, b.tag)).slice(0, mostTags);
  const noteFor = (tag: string) => (newTags.includes(tag) ? 'new' : vanishedTags.includes(tag) ? 'vanished' : '');
  const rows = largest.map(({ tag, added, removed }) => [
    tag,
    added.isEmpty ? '' : `+${grouped(added.size)}`,
    removed.isEmpty ? '' : `-${grouped(removed.size)}`,
    noteFor(tag),
  ]);
  const more = changes.length - rows.length;
  return [
    ...table([{ head: 'tag' }, { head: 'added', right }, { head: 'removed', right }, { head: '' }], rows, layout),
    ...(more > 0 ? [`  ... and ${grouped(more)} more, with fewer addresses (--json has them all)`] : []),
    ...(vanishedTags.length > 0
      ? wrap(
          `Vanished: ${vanishedTags.slice(0, 12).join(', ')}${vanishedTags.length > 12 ? ', ...' : ''}`,
          layout.width,
          '! ',
        )
      : []),
    '',
  ];
};

/** What of it would be in force at once, and what not; nothing where no tag has changed. */
const witnessLines = ({ outlook, tables }: FileDiff, layout: Layout): string[] => {
  const { said, warnings } = outlookText({ ...outlook, newTags: [], goes: [] });
  if (said.length + warnings.length === 0) return [];
  const then = tables === null ? [] : ['The tables below are as they will be when what waits is out.'];
  return [
    ...[...said, ...then].flatMap((line) => wrap(line, layout.width)),
    ...warnings.flatMap((line) => wrap(line, layout.width, '! ')),
    '',
  ];
};

const routeLines = (sign: string, routes: TableDiff['add'], { paint }: Layout): string[] => [
  ...routes
    .slice(0, mostRoutes)
    .map(({ addressPrefix, nextHopType }) =>
      paint(sign === '+' ? 'green' : 'red', `    ${sign} ${addressPrefix.padEnd(20)} ${nextHopType}`),
    ),
  ...(routes.length > mostRoutes ? [`    ${sign} ... ${grouped(routes.length - mostRoutes)} more`] : []),
];

const stay = ({ before, after }: TableDiff): string => {
  const by =
    before.strategy === after.strategy
      ? ''
      : `, ${before.strategy ?? 'nothing'} -> ${after.strategy ?? 'nothing fits'}`;
  return `${grouped(before.needed)} -> ${grouped(after.needed)}${by}`;
};

const tableLines = (tables: readonly TableDiff[], layout: Layout): string[] => [
  ...table(
    [
      { head: 'site, mode' },
      { head: 'add', right },
      { head: 'remove', right },
      { head: 'spare before', right },
      { head: 'after', right },
      { head: 'routes' },
    ],
    tables.map((one) => [
      `${one.site}, ${one.mode}`,
      countText(one.add.length),
      countText(one.remove.length),
      signedText(one.before.headroom),
      signedText(one.after.headroom),
      stay(one),
    ]),
    layout,
  ),
  ...tables.flatMap((one) =>
    one.add.length + one.remove.length + one.trouble.length === 0
      ? []
      : [
          '',
          layout.paint('bold', `  ${one.site}, ${one.mode}`),
          ...one.trouble.flatMap((text) => wrap(text, layout.width, '    ! ')),
          ...routeLines('-', one.remove, layout),
          ...routeLines('+', one.add, layout),
        ],
  ),
  '',
];

/** A comparison for a person at a terminal. */
export const diffText = (diff: FileDiff, layout: Layout): string => {
  const { older, newer, comparison, tables } = diff;
  const { changes, newTags, vanishedTags } = comparison;
  const head = `${newer.cloud}, change ${older.changeNumber} -> ${newer.changeNumber}: ${grouped(changes.length)} tags changed, ${newTags.length} new, ${vanishedTags.length} vanished`;
  return [
    ...wrap(head, layout.width).map((line) => layout.paint('bold', line)),
    ...(newer.changeNumber < older.changeNumber ? ['! The new file is older than the old one.'] : []),
    '',
    ...tagLines(diff, layout),
    ...witnessLines(diff, layout),
    ...(tables === null ? [] : tableLines(tables, layout)),
  ]
    .join('\n')
    .concat(tables === null ? '' : '\n');
};
