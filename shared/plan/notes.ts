import { RangeSet } from '../ranges/rangeSet.ts';
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
    `${stale.length} foreign routes lead to the firewall outside the wanted set; they stay: ${names.join(', ')}${more}.`,
  ];
};

const coversAny = (route: Route, wanted: RangeSet): boolean => {
  try {
    return RangeSet.fromPrefixes([route.addressPrefix]).meets(wanted);
  } catch {
    return true;
  }
};

/** What a reader of the plan should know, though nothing follows from it. */
export const notesFor = (input: PlanInput, changes: RouteChanges, wanted: RangeSet, hop: string): string[] => {
  const { desired } = input;
  return [
    ...(desired.ipv6LeftOut > 0
      ? [`${desired.ipv6LeftOut} IPv6 prefixes left out: the VPN of the device carries IPv4 only.`]
      : []),
    ...(changes.satisfied.length > 0
      ? [
          `${changes.satisfied.length} foreign routes already lead wanted prefixes to the right hop; they stay as they are.`,
        ]
      : []),
    ...staleForeign(changes.foreign, wanted, hop),
    ...(input.retain && !input.retain.isEmpty
      ? [
          `${input.retain.size.toLocaleString('en-US')} addresses no longer wanted stay routed until the device no longer lists them.`,
        ]
      : []),
  ];
};
