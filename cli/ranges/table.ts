import type { Layout } from '../text.ts';

/** A column's heading; figures stand right, words left. */
export type Column = { readonly head: string; readonly right?: boolean };

const padded = (text: string, width: number, right: boolean): string =>
  right ? text.padStart(width) : text.padEnd(width);

/** Rows under headings, each column as wide as what is in it, blanks between; a first column too long is cut. */
export const table = (
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { width, paint }: Layout,
  indent = '  ',
  gap = '  ',
): string[] => {
  const widths = columns.map(({ head }, at) => Math.max(head.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const total = indent.length + widths.reduce((sum, one) => sum + one, 0) + gap.length * (widths.length - 1);
  const first = Math.max(8, (widths[0] ?? 0) - Math.max(0, total - width));
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ right = false }, at) => {
        const text = cells[at] ?? '';
        const cut = at === 0 && text.length > first ? `${text.slice(0, first - 2)}..` : text;
        return padded(cut, at === 0 ? first : (widths[at] ?? 0), right);
      })
      .join(gap)
      .trimEnd();
  return [paint('bold', indent + line(columns.map(({ head }) => head))), ...rows.map((row) => indent + line(row))];
};

/** `18.6`, `0.0042`, `1,747`: the digits that say something. */
export const percentText = (percent: number | null): string => {
  if (percent === null) return '-';
  if (percent === 0) return '0';
  if (percent < 0.0001) return '<0.0001';
  if (percent >= 100) return Math.round(percent).toLocaleString('en-US');
  // Near the 1 % that sites allow by default, a third decimal tells who is above it.
  return String(Number(percent.toPrecision(percent < 1 ? 2 : percent < 10 ? 4 : 3)));
};

/** `1,234`, or `-` for what there is none of. */
export const countText = (value: number | null): string => (value === null ? '-' : value.toLocaleString('en-US'));

/** `+128`, `-460`, `0`. */
export const signedText = (value: number | null): string =>
  value === null ? '-' : `${value > 0 ? '+' : ''}${value.toLocaleString('en-US')}`;
