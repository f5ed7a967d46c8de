import { wrap } from '../../shared/base/wrap.ts';
import type { TagTable } from '../../shared/ranges/tagTable.ts';
import { grouped, type Layout } from '../text.ts';
import type { Owner, OwningTag } from './owner.ts';
import { tagsLine } from './reportText.ts';
import { table } from './table.ts';
import type { Treatment } from './who.ts';

const mostTags = 30;

const prefixText = (prefixes: readonly string[]): string =>
  prefixes.length === 1 ? String(prefixes[0]) : `${prefixes[0]} + ${prefixes.length - 1}`;

const tagLines = (tags: readonly OwningTag[], set: Owner['set'], layout: Layout): string[] => {
  if (tags.length === 0) return ['  No tag of the file lists it.'];
  const rows = tags
    .slice(0, mostTags)
    .map(({ tag, region, addresses, prefixes, features }) => [
      tag,
      region === '' ? '(global)' : region,
      prefixText(prefixes),
      addresses === null ? '' : addresses === set.size ? 'all' : grouped(addresses),
      features.includes('UDR') && features.includes('FW')
        ? 'route, firewall'
        : features.includes('FW')
          ? 'firewall'
          : '',
    ]);
  const columns = [
    { head: 'tag' },
    { head: 'region' },
    { head: 'as published' },
    { head: 'of it', right: true },
    { head: 'usable in' },
  ];
  return [
    ...table(columns, rows, layout),
    ...(tags.length > mostTags ? [`  ... and ${tags.length - mostTags} more (--json has them all)`] : []),
  ];
};

const mostShown = 6;

const listed = (set: Owner['hole']): string => {
  const cidrs = set.cidrs();
  const more = cidrs.length - mostShown;
  return cidrs.slice(0, mostShown).join(', ') + (more > 0 ? ` and ${grouped(more)} more` : '');
};

const warningsOf = ({ hole, special, nobodys, set }: Owner): string[] => [
  ...(hole.isEmpty
    ? []
    : [`A hole (gateway management, or Azure's own address): never led to the firewall: ${listed(hole)}.`]),
  ...(special.isEmpty ? [] : [`A special range, which no route may cover: ${listed(special)}.`]),
  ...(nobodys > 0 && set.size > 1
    ? [`${grouped(nobodys)} of ${grouped(set.size)} addresses are in no tag of the file.`]
    : []),
];

const goesText: Readonly<Record<Treatment['goes'], string>> = {
  firewall: 'to the firewall',
  partly: 'partly to the firewall',
  elsewhere: 'not to the firewall',
};

const siteLines = (sites: readonly Treatment[], layout: Layout): string[] =>
  sites.flatMap(({ site, mode, goes, routes, why }) => {
    const shown = routes.slice(0, 4).map(({ addressPrefix, nextHopType }) => `${addressPrefix} ${nextHopType}`);
    const more = routes.length > 4 ? ` and ${routes.length - 4} more` : '';
    const by = routes.length === 0 ? 'no route' : `${shown.join(', ')}${more}`;
    return [
      ...wrap(`${site}, ${mode}: ${goesText[goes]} (${by})`, layout.width, '  ', '    '),
      ...why.flatMap((text) => wrap(text, layout.width, '    - ')),
    ];
  });

/** Whose an address is, for a person at a terminal. */
export const whoText = (owner: Owner, sites: readonly Treatment[] | null, tags: TagTable, layout: Layout): string => {
  const { asked, set, regions } = owner;
  const isSix = set.isEmpty;
  const where =
    regions.length === 0
      ? 'no region'
      : regions.slice(0, 4).join(', ') + (regions.length > 4 ? ` and ${regions.length - 4} more` : '');
  return [
    ...wrap(`${asked}: ${where}`, layout.width).map((line) => layout.paint('bold', line)),
    `  ${tagsLine(tags)}`,
    '',
    ...tagLines(owner.tags, set, layout),
    ...warningsOf(owner).flatMap((text) => wrap(text, layout.width, '! ')),
    ...(isSix
      ? wrap('IPv6: the VPN of the device carries IPv4 only, so no route speaks of it.', layout.width, '! ')
      : []),
    ...(sites === null || sites.length === 0 ? [] : ['', layout.paint('bold', 'Sites'), ...siteLines(sites, layout)]),
    '',
  ].join('\n');
};
