import { shortestPrefixLength } from '../../shared/ranges/forbidden.ts';
import { formatPrefix, type Prefix, prefixSize } from '../../shared/ranges/prefix.ts';
import { RangeSet } from '../../shared/ranges/rangeSet.ts';
import type { TagTable } from '../../shared/ranges/tagTable.ts';
import { type Html, html } from '../../shared/record/html.ts';
import { grouped } from '../text.ts';
import { blocksOf, finestFor } from './blocks.ts';
import { boxOf } from './hilbert.ts';
import type { Kind, Picture } from './picture.ts';

/** One tile is as large as the largest route may be, so that none reaches beyond its tile. */
const tileLength = shortestPrefixLength;
/** A /24 is one unit wide. */
const side = 64;
/** An outline around anything smaller (a /22) would hide it. */
const outlined = 22;
/** What is smaller on the map than that would not be seen. */
const smallest: Readonly<Record<Kind, number>> = { home: 0.5, added: 0.9, azure: 0.35, nobody: 0.35, hole: 1.1 };

const kindText: Readonly<Record<Kind, string>> = {
  home: 'routed to the firewall: the home region and what is always needed',
  added: 'routed to the firewall: what failing over adds',
  azure: 'extra: covered although not wanted, other Azure addresses (the firewall denies them)',
  nobody: 'extra: in no tag of the file',
  hole: 'hole: led around the firewall (drawn larger than it is)',
};

/** What is small lies on top. */
const kinds: readonly Kind[] = ['home', 'added', 'azure', 'nobody', 'hole'];

const at = (value: number): string => String(Math.round(value * 100) / 100);

const rect = (prefix: Prefix, kind: Kind | 'route', least: number, title: string | null): Html => {
  const { x, y, width, height } = boxOf(prefix, tileLength);
  const [w, h] = [Math.max(width * side, least), Math.max(height * side, least)];
  const shape = [at(Math.min(x * side, side - w)), at(Math.min(y * side, side - h)), at(w), at(h)];
  const inside = title === null ? null : html`<title>${title}</title>`;
  return html`<rect class="${kind}" x="${shape[0]}" y="${shape[1]}" width="${shape[2]}" height="${shape[3]}">${inside}</rect>`;
};

const ownersText = (start: number, tags: TagTable): string => {
  const names = tags.who(start).map(({ name }) => name);
  const regional = names.filter((name) => /^azurecloud\./i.test(name));
  const shown = (regional.length > 0 ? regional : names).slice(0, 2);
  return shown.length === 0 ? '' : `, ${shown.join(', ')}`;
};

const titleOf = (prefix: Prefix, kind: Kind, tags: TagTable, isWhole: boolean): string => {
  const what = kind === 'hole' ? 'hole' : kind === 'home' || kind === 'added' ? 'routed' : 'extra';
  const owners = kind === 'nobody' ? ', in no tag' : ownersText(prefix.start, tags);
  return `${formatPrefix(prefix.start, prefix.length)} ${isWhole ? what : `${what} in part`}${owners}`;
};

const tileOf = (start: number, { sets, routes }: Picture, finest: number, tags: TagTable): Html => {
  const last = start + prefixSize(tileLength) - 1;
  const own = kinds.map((kind) => [kind, sets[kind].clip(start, last)] as const);
  const inside = routes.filter((route) => route.start >= start && route.start <= last);
  const counts = own
    .filter(([, set]) => !set.isEmpty)
    .map(
      ([kind, set]) =>
        `${kind === 'azure' ? 'extra, Azure' : kind === 'nobody' ? 'extra, no tag' : kind}: ${grouped(set.size)}`,
    );
  const name = formatPrefix(start, tileLength);
  const blocks = own.flatMap(([kind, set]) =>
    blocksOf(set, finest).map((block) => rect(block, kind, smallest[kind], titleOf(block, kind, tags, block.isWhole))),
  );
  const outlines = inside.filter(({ length }) => length <= outlined).map((route) => rect(route, 'route', 0, null));
  return html`<figure class="tile"><svg viewBox="0 0 ${side} ${side}" role="img" aria-label="${name}: ${counts.join(', ')}">${blocks}${outlines}</svg><figcaption title="${counts.join(', ')}"><span>${name}</span><span>${inside.length}</span></figcaption></figure>`;
};

const legendOf = ({ sets, routes }: Picture): Html => html`<ul class="legend">
${kinds.filter((kind) => !sets[kind].isEmpty).map((kind) => html`<li><i class="${kind}"></i>${kindText[kind]}: <b>${grouped(sets[kind].size)}</b></li>`)}
<li><i class="outline"></i>one route to the firewall: <b>${grouped(routes.length)}</b></li><li><i class="empty"></i>not touched</li>
</ul>`;

/** The whole of IPv4 on one curve, to see where the tiles are: each with something in it as a square, by what is most in it. */
const wholeMap = (starts: readonly number[], { sets }: Picture): Html => {
  const all = 256;
  const squares = starts.map((start) => {
    const last = start + prefixSize(tileLength) - 1;
    const sizes = kinds.map((kind) => [kind, sets[kind].clip(start, last).size] as const);
    const [kind] = sizes.reduce((most, one) => (one[1] > most[1] ? one : most));
    const { x, y, width } = boxOf({ start, length: tileLength }, 0);
    const name = formatPrefix(start, tileLength);
    return html`<rect class="${kind}" x="${at(x * all)}" y="${at(y * all)}" width="${at(width * all)}" height="${at(width * all)}"><title>${name}</title></rect>`;
  });
  const lines = Array.from({ length: 15 }, (_, index) => (index + 1) * (all / 16));
  const grid = lines.map(
    (line) =>
      html`<line class="grid" x1="${line}" x2="${line}" y1="0" y2="${all}"/><line class="grid" y1="${line}" y2="${line}" x1="0" x2="${all}"/>`,
  );
  return html`<svg class="all" viewBox="0 0 ${all} ${all}" role="img" aria-label="The whole of IPv4; each cell of the grid is a /8">${grid}${squares}</svg>`;
};

/**
 * The IPv4 space that the routes touch, one tile for each /12 with something in it, each a Hilbert curve: a CIDR is a
 * square or two side by side, and neighbours in address are neighbours on the map. Area is addresses, save for what
 * would be too small to see.
 */
export const mapHtml = (picture: Picture, tags: TagTable): Html => {
  const all = RangeSet.unionOf([...kinds.map((kind) => picture.sets[kind]), RangeSet.fromPrefixes(picture.routes)]);
  const size = prefixSize(tileLength);
  const found = new Set<number>();
  for (const { first, last } of all.intervals()) {
    for (let start = Math.floor(first / size) * size; start <= last; start += size) found.add(start);
  }
  const starts = [...found].sort((a, b) => a - b);
  if (starts.length === 0) return html`<p>No addresses.</p>`;
  const finest = finestFor(Object.values(picture.sets));
  const coarse =
    finest < 32
      ? ` There are too many blocks to draw each: what is smaller than a /${finest} is drawn as the /${finest} around it.`
      : '';
  return html`<div class="where">${wholeMap(starts, picture)}<div>${legendOf(picture)}
<p class="soft">Left: the whole of IPv4, a cell of the grid for each /8; ${grouped(starts.length)} of its 4,096 blocks of ${grouped(size)} addresses (/12) are touched. Below: each of these, by address, with the number of its routes. Inside runs a Hilbert curve from the top left to the top right corner, so that every CIDR is a square or half of one and area is addresses. Point at a block for its CIDR and owner.${coarse}</p></div></div>
<div class="tiles">${starts.map((start) => tileOf(start, picture, finest, tags))}</div>`;
};
