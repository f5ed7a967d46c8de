import { byNumber, counted } from '../base/counted.ts';
import { RangeSet } from '../ranges/rangeSet.ts';
import { sourceText } from '../ranges/tagSource.ts';
import { hopOf } from './hop.ts';
import type { Route } from './observed.ts';
import type { PlanInput } from './planInput.ts';
import type { RouteChanges } from './routes.ts';

/** Foreign routes that lead to our firewall and are not wanted: left as they are, and said. */
const staleForeign = (foreign: readonly Route[], wanted: RangeSet, hop: string): string[] => {
  const stale = foreign.filter((route) => hopOf(route) === hop && !coversAny(route, wanted));
  if (stale.length === 0) return [];
  const names = stale.slice(0, 8).map((route) => `${route.name} (${route.addressPrefix})`);
  const more = stale.length > 8 ? ` and ${stale.length - 8} more` : '';
  return [
    `${counted(stale.length, 'foreign route')} ${byNumber(stale.length, 'leads', 'lead')} to the firewall outside the wanted set; ${byNumber(stale.length, 'it stays', 'they stay')}: ${names.join(', ')}${more}.`,
  ];
};

const few = (texts: readonly string[]): string =>
  [...texts.slice(0, 8), ...(texts.length > 8 ? [`and ${texts.length - 8} more`] : [])].join(', ');

const coversAny = (route: Route, wanted: RangeSet): boolean => {
  try {
    return RangeSet.fromPrefixes([route.addressPrefix]).meets(wanted);
  } catch {
    return true;
  }
};

const sourceMark = 'Service tags: ';

/** True for the notes that say where the tags come from. */
export const isSourceNote = (note: string): boolean => note.startsWith(sourceMark);

/** What a reader of the plan should know, though nothing follows from it. */
export const notesFor = (input: PlanInput, changes: RouteChanges, wanted: RangeSet, hop: string): string[] => {
  const { desired } = input;
  return [
    ...(input.tagSources ?? []).map((source) => `${sourceMark}${sourceText(source)}.`),
    ...desired.held.filter(({ kind }) => kind === 'removal').map(({ text }) => text),
    ...(desired.ipv6LeftOut > 0
      ? [`${counted(desired.ipv6LeftOut, 'IPv6 prefix')} left out: the VPN of the device carries IPv4 only.`]
      : []),
    ...(input.network.ipv6LeftOut === undefined
      ? []
      : [
          `IPv6 of the landing zone is not looked at (${few(input.network.ipv6LeftOut)}): the VPN of the device carries IPv4 only.`,
        ]),
    ...(changes.satisfied.length > 0
      ? [
          byNumber(
            changes.satisfied.length,
            '1 foreign route already leads a wanted prefix to the right hop; it stays as it is.',
            `${counted(changes.satisfied.length, 'foreign route')} already lead wanted prefixes to the right hop; they stay as they are.`,
          ),
        ]
      : []),
    ...staleForeign(changes.foreign, wanted, hop),
    ...(input.retain && !input.retain.isEmpty
      ? [
          `${counted(input.retain.size, 'address')} no longer wanted ${byNumber(input.retain.size, 'stays', 'stay')} routed until the device no longer lists ${byNumber(input.retain.size, 'it', 'them')}.`,
        ]
      : []),
  ];
};
