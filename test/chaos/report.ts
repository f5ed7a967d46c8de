import type { EpisodeResult } from './episode.ts';

export type Played = EpisodeResult & { readonly index: number; readonly seconds: number };

const sumOf = (all: readonly Readonly<Record<string, number>>[]): Record<string, number> => {
  const sum: Record<string, number> = {};
  for (const one of all) for (const [key, value] of Object.entries(one)) sum[key] = (sum[key] ?? 0) + value;
  return Object.fromEntries(Object.entries(sum).sort(([a], [b]) => (a < b ? -1 : 1)));
};

const number = (value: number): string => value.toLocaleString('en-US');

const listed = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${number(count)}`)
    .join(', ');

/** Breaks a line at spaces, so that it fits a terminal. */
const wrapped = (text: string, indent: string): string => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > 79) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => `${indent}${each}`).join('\n');
};

/** One line an episode, and what it broke. */
export const episodeText = ({ index, options, counts, trace, breaches, hoursPlayed, seconds }: Played): string => {
  const { sites, leases, instances, skewMs } = options;
  const kind = `${sites} sites, ${instances} inst, ${leases ? 'leases' : 'no leases'}, skew ${skewMs / 1_000} s`;
  const head = `#${index} ${trace} ${kind}: ${hoursPlayed} h, ${counts['incidents']} incidents, ${counts['deaths']} deaths, ${seconds} s`;
  const wrong = breaches
    .slice(0, 10)
    .map(({ site, at, turn, what }) => wrapped(`${site} at ${at}, turn ${turn}: ${what}`, '    ! '));
  const more = breaches.length > 10 ? [`    ! and ${breaches.length - 10} more`] : [];
  return [wrapped(head, '  '), ...wrong, ...more].join('\n');
};

export type Summary = {
  readonly seed: number;
  readonly episodes: number;
  readonly sites: number;
  readonly turns: number;
  readonly broken: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
};

export const summaryOf = (seed: number, played: readonly Played[]): Summary => ({
  seed,
  episodes: played.length,
  sites: played.reduce((sum, { options }) => sum + options.sites, 0),
  turns: played.reduce((sum, { turns }) => sum + turns, 0),
  broken: played.reduce((sum, { breaches }) => sum + breaches.length, 0),
  counts: sumOf(played.map(({ counts }) => counts)),
  faults: sumOf(played.map(({ faults }) => faults)),
  errors: sumOf(played.map(({ errors }) => errors)),
});

export const summaryText = ({ seed, episodes, sites, turns, broken, counts, faults, errors }: Summary): string => {
  const struck = Object.values(faults).reduce((sum, count) => sum + count, 0);
  return [
    '',
    `seed ${seed}: ${episodes} episodes, ${number(sites)} sites, ${number(turns)} steps`,
    wrapped(listed(counts), '  '),
    `faults survived: ${number(struck)}`,
    wrapped(listed(faults), '  '),
    `what messages ended with, and were tried again: ${listed(errors) || 'nothing'}`,
    `invariants broken: ${broken}`,
  ].join('\n');
};
