import type { Curve, Mark } from './curve.ts';
import { percentText } from './table.ts';

const eighths = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const rows = 8;
const margin = 10;

/** Below this all prices look alike. */
const least = 0.001;

/** Prices span six orders of magnitude: 0 for none, else 0 to 1 on a logarithmic scale up to `most`. */
export const heightOf = (percent: number, most: number): number => {
  if (percent <= 0) return 0;
  const span = Math.log10(Math.max(most, 1) / least);
  return Math.max(0.01, Math.min(1, Math.log10(percent / least) / span));
};

const rowOf = (row: number, heights: readonly number[]): string =>
  heights
    .map((height) => {
      const level = Math.ceil(height * rows * 8) - (rows - 1 - row) * 8;
      return eighths[Math.max(0, Math.min(8, level))];
    })
    .join('');

const markLines = (marks: readonly Mark[], at: (routes: number) => number): string[] => {
  const arrows: string[] = [];
  for (const { routes } of marks) arrows[at(routes)] = '^';
  return [
    ' '.repeat(margin) + Array.from(arrows, (arrow) => arrow ?? ' ').join(''),
    ...marks.map(({ name, routes }) => `${' '.repeat(margin + at(routes))}${name}: ${routes.toLocaleString('en-US')}`),
  ];
};

/** The curve as bars over the number of routes, extra in per cent on a logarithmic scale; the marks below. */
export const chartOf = ({ points, marks }: Curve, width: number): string[] => {
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last) return [];
  const columns = Math.max(20, Math.min(width - margin - 14, points.length));
  const at = (routes: number) =>
    Math.round(((routes - first.routes) / Math.max(1, last.routes - first.routes)) * (columns - 1));
  const heights: number[] = Array.from({ length: columns }, (_, column) => {
    const index = Math.round((column / Math.max(1, columns - 1)) * (points.length - 1));
    return heightOf(points[index]?.percent ?? 0, first.percent);
  });
  const labels = ['extra %', ...Array.from({ length: rows - 1 }, () => '')];
  labels[0] = `${percentText(first.percent)} %`;
  labels[rows - 1] = `${least} %`;
  const shown = marks.filter(({ routes }) => routes >= first.routes && routes <= last.routes);
  return [
    ...labels.map((label, row) => `${label.padStart(margin - 2)} |${rowOf(row, heights)}`.trimEnd()),
    ...markLines(shown, at),
  ];
};
