import type { End } from './end.ts';

/** `deaths`: how many times something was lost on the way; `swift`: time ran on the wall, so people may be reminded. */
type Allowance = { readonly deaths: number; readonly swift: boolean };

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
};

/** From where two long texts differ. */
const apart = (a: string, b: string): string => {
  let at = 0;
  while (at < Math.min(a.length, b.length) && a[at] === b[at]) at += 1;
  const from = Math.max(0, at - 60);
  return `...${a.slice(from, at + 100)} | ...${b.slice(from, at + 100)}`;
};

const different = (what: string, calm: Readonly<Record<string, unknown>>, found: Readonly<Record<string, unknown>>) =>
  [...new Set([...Object.keys(calm), ...Object.keys(found)])].flatMap((key) => {
    const [a, b] = [calm[key], found[key]];
    if (JSON.stringify(a) === JSON.stringify(b)) return [];
    const both = typeof a === 'string' && typeof b === 'string';
    return [`${what} ${key}: ${both ? apart(a, b) : `${shown(a)} | ${shown(b)}`}`];
  });

const counted = (
  what: string,
  calm: Readonly<Record<string, number>>,
  found: Readonly<Record<string, number>>,
  more: number,
): string[] =>
  [...new Set([...Object.keys(calm), ...Object.keys(found)])].flatMap((key) => {
    const [a = 0, b = 0] = [calm[key], found[key]];
    const fits = a === 0 ? b === 0 : b >= a && b <= a + more;
    return fits ? [] : [`${what} ${key}: ${a} times undisturbed, ${b} times here`];
  });

/** What a run that was disturbed has not in common with the calm one. */
export const differences = (calm: End, found: End, { deaths, swift }: Allowance): string[] => [
  ...different('resource', calm.resources, found.resources),
  ...different('state', calm.state, found.state),
  ...counted('told', calm.told, found.told, swift ? 20 : deaths),
  ...counted('ledger', calm.ledger, found.ledger, 0),
  ...counted('write', calm.writes, found.writes, 0),
  ...counted('made', calm.made, found.made, 0),
  ...found.backAndForth.map((path) => `written back and forth: ${path}`),
  ...(!swift && found.early > calm.early + deaths ? [`${found.early} polls before they were permitted`] : []),
];
