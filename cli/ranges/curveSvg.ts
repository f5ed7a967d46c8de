import { type Html, html } from '../../shared/record/html.ts';
import { grouped } from '../text.ts';
import { heightOf } from './chart.ts';
import type { Curve, Mark, Point } from './curve.ts';
import { percentText } from './table.ts';

const size = { width: 960, height: 420 };
const plot = { left: 62, right: 940, top: 84, bottom: 370 };
/** Wide enough to hit with a mouse. */
const mostBands = 220;

type Scale = { readonly x: (routes: number) => number; readonly y: (percent: number) => number };

const scaleOf = (first: Point, last: Point): Scale => ({
  x: (routes) =>
    plot.left + ((routes - first.routes) / Math.max(1, last.routes - first.routes)) * (plot.right - plot.left),
  y: (percent) => plot.bottom - heightOf(percent, first.percent) * (plot.bottom - plot.top),
});

const at = (value: number): string => String(Math.round(value * 100) / 100);

const stepFor = (span: number): number => [10, 20, 50, 100, 200, 500, 1_000].find((step) => span / step <= 10) ?? 2_000;

const gridOf = (first: Point, last: Point, { x, y }: Scale): Html[] => {
  const percents = [0, 0.01, 0.1, 1, 10, 100, 1_000, 10_000].filter((percent) => percent <= first.percent);
  const step = stepFor(last.routes - first.routes);
  const begin = Math.ceil(first.routes / step) * step;
  const count = Math.max(0, Math.floor((last.routes - begin) / step) + 1);
  const ticks = Array.from({ length: count }, (_, index) => begin + index * step);
  return [
    ...percents.map(
      (percent) =>
        html`<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${at(y(percent))}" y2="${at(y(percent))}"/><text x="${plot.left - 8}" y="${at(y(percent) + 4)}" text-anchor="end">${percentText(percent)} %</text>`,
    ),
    ...ticks.map(
      (routes) =>
        html`<line class="axis" x1="${at(x(routes))}" x2="${at(x(routes))}" y1="${plot.bottom}" y2="${plot.bottom + 5}"/><text x="${at(x(routes))}" y="${plot.bottom + 19}" text-anchor="middle">${grouped(routes)}</text>`,
    ),
    html`<text x="${(plot.left + plot.right) / 2}" y="${size.height - 6}" text-anchor="middle">routes, holes included</text>`,
    html`<text x="4" y="16">extra addresses, per cent of the wanted (logarithmic)</text>`,
  ];
};

const priceText = ({ routes, extraAddresses, percent }: Point): string =>
  `${grouped(routes)} routes: ${grouped(extraAddresses)} extra addresses (${percentText(percent)} %)`;

const bandsOf = (points: readonly Point[], { x }: Scale): Html[] => {
  const stride = Math.max(1, Math.ceil(points.length / mostBands));
  const width = Math.max(1, (plot.right - plot.left) / Math.max(1, points.length / stride));
  return points
    .filter((_, index) => index % stride === 0 || index === points.length - 1)
    .map(
      (point) =>
        html`<rect class="hover" x="${at(x(point.routes) - width / 2)}" y="${plot.top}" width="${at(width)}" height="${plot.bottom - plot.top}"><title>${priceText(point)}</title></rect>`,
    );
};

/** Names stand in three rows, so that neighbours do not run into each other. */
const marksOf = (marks: readonly Mark[], { x, y }: Scale): Html[] =>
  marks.map((mark, index) => {
    const { name, routes, percent } = mark;
    const left = at(x(routes));
    const anchor = x(routes) > plot.right - 60 ? 'end' : x(routes) < plot.left + 60 ? 'start' : 'middle';
    const top = plot.top - 8 - (index % 3) * 18;
    const kind = name === 'limit' ? 'limit' : '';
    const text = `${name === '1 %' || name === '5 %' ? `${name} from` : name} ${grouped(routes)}`;
    return html`<line class="mark ${kind}" x1="${left}" x2="${left}" y1="${top + 4}" y2="${plot.bottom}"/><circle class="${kind}" cx="${left}" cy="${at(y(percent ?? 0))}" r="4"><title>${text}: ${percentText(percent)} %</title></circle><text class="name ${kind}" x="${left}" y="${top}" text-anchor="${anchor}">${text}</text>`;
  });

/** A step line: the price of a number of routes holds until the next one. */
const stepsOf = (points: readonly Point[], { x, y }: Scale): string =>
  points
    .map(({ routes, percent }, index) =>
      index === 0 ? `M${at(x(routes))} ${at(y(percent))}` : `H${at(x(routes))}V${at(y(percent))}`,
    )
    .join('');

/** The whole curve as a drawing: axes, marks, figures on hover. */
export const curveSvg = ({ points, marks }: Curve): Html => {
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last) return html`<p>No choice of routes covers these addresses without forbidden ones.</p>`;
  const scale = scaleOf(first, last);
  const line = stepsOf(points, scale);
  const shown = marks.filter(({ routes }) => routes >= first.routes && routes <= last.routes);
  return html`<svg class="curve" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="Extra addresses by number of routes">
${gridOf(first, last, scale)}
<path class="area" d="${line}V${plot.bottom}H${plot.left}Z"/><path class="line" d="${line}"/>
<line class="axis" x1="${plot.left}" x2="${plot.right}" y1="${plot.bottom}" y2="${plot.bottom}"/>
${bandsOf(points, scale)}
${marksOf(shown, scale)}
</svg>`;
};
