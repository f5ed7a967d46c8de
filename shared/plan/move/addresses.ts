import { meets, networkIn, readPrefix } from '../../base/address.ts';
import { regionOfSide, sideOf } from '../../base/side.ts';
import type { Blocker } from '../blocker.ts';
import type { SnapshotResource } from '../snapshot.ts';
import { type AddressShift, shiftOf } from './addressMap.ts';
import type { CarriedResource } from './carryResource.ts';
import { listIn, objectIn } from './json.ts';
import type { MovePlanInput } from './moveInput.ts';

type Raw = Pick<SnapshotResource, 'role' | 'body'>;

/** The IPv4 prefixes of a list of ARM's, each by its network. */
export const prefixesIn = (list: readonly unknown[]): string[] =>
  list.flatMap((text) => (typeof text === 'string' ? (networkIn(text) ?? []) : []));

/** The VNet's own ranges, IPv4. */
export const spaceOf = (resources: readonly Raw[]): string[] => {
  const network = resources.find(({ role }) => role === 'virtualNetwork');
  return network ? prefixesIn(listIn(objectIn(network.body, 'properties')['addressSpace'], 'addressPrefixes')) : [];
};

/** Where the gateway gives its clients their addresses. */
export const poolsOf = (resources: readonly Raw[]): string[] => {
  const gateway = resources.find(({ role }) => role === 'gateway');
  const client = gateway ? objectIn(objectIn(gateway.body, 'properties'), 'vpnClientConfiguration') : {};
  return prefixesIn(listIn(client['vpnClientAddressPool'], 'addressPrefixes'));
};

/** What a local network gateway says lies behind the device. */
const behindDevice = (resources: readonly Raw[]): string[] =>
  resources
    .filter(({ role }) => role === 'localNetworkGateway')
    .flatMap(({ body }) =>
      prefixesIn(listIn(objectIn(body, 'properties')['localNetworkAddressSpace'], 'addressPrefixes')),
    );

/**
 * On-premises ranges, by the site and by its tunnels. A tunnel's that overlaps a range of the old side already is a
 * summary, or is translated, and the site lives with it; so it does with all of them at home, whose ranges nobody chose.
 */
const onPremOf = ({ site, to, snapshot }: MovePlanInput): string[] => {
  const left = to === 'target' ? (snapshot?.resources ?? []) : [];
  const own = [...spaceOf(left), ...poolsOf(left)].map((text) => readPrefix('the side that is left', text));
  const apart = behindDevice(left).filter((text) => {
    const range = readPrefix('on-premises', text);
    return !own.some((one) => meets(one, range));
  });
  return [...new Set([...site.network.onPremAddressPrefixes, ...apart])];
};

/** The ranges that the new side's VNet has already, or is to have; null where it gets those of the old one. */
const newSpace = (input: MovePlanInput): readonly string[] | null => {
  const { site, to, existing } = input;
  if (to === 'target') return site.move.addressSpace === undefined ? null : [site.move.addressSpace];
  const network = existing?.get(sideOf(site, 'home').ids.virtualNetwork.toLowerCase());
  return network ? spaceOf([{ role: 'virtualNetwork', body: network }]) : null;
};

/** A range of the old side and the one that it becomes. */
type Pair = readonly [before: string, after: string];

/** Ranges of the VNet that are others on the new side: the pair, or those that nobody can say the place of. */
const spaceApart = (
  input: MovePlanInput,
  resources: readonly Raw[],
): { readonly pair: Pair | null; readonly placeless: readonly string[] } => {
  const before = spaceOf(resources);
  const after = newSpace(input) ?? before;
  const left = before.filter((range) => !after.includes(range));
  const [old] = left;
  const [next, ...further] = after.filter((range) => !before.includes(range));
  if (old === undefined) return { pair: null, placeless: [] };
  const clear = left.length === 1 && next !== undefined && further.length === 0;
  return clear ? { pair: [old, next], placeless: [] } : { pair: null, placeless: left };
};

/** Of the gateway's pools the one that is another on the new side: the site's own. Others stay as they are. */
const poolApart = (
  input: MovePlanInput,
  resources: readonly Raw[],
): { readonly pairs: readonly Pair[]; readonly placeless: readonly string[] } => {
  const pool = sideOf(input.site, input.to).network.clientAddressPool;
  const own = sideOf(input.site, input.from).network.clientAddressPool;
  const pools = poolsOf(resources);
  if (pool === undefined) return { pairs: [], placeless: [] };
  const named = own === undefined ? [] : [own];
  const unnamed = pools.filter((one) => one !== own && one !== pool);
  const known = pools.some((one) => one === own || one === pool);
  if (!known && unnamed.length > 1) return { pairs: [], placeless: unnamed };
  const pairs = [...named, ...(known ? [] : unnamed)].filter((old) => old !== pool);
  return { pairs: pairs.map((old) => [old, pool]), placeless: [] };
};

/** The ranges that are others on the new side: the client pool, the VNet's range. */
export const shiftsOf = (input: MovePlanInput, resources: readonly SnapshotResource[]): AddressShift[] => {
  const { pair } = spaceApart(input, resources);
  return [...poolApart(input, resources).pairs, ...(pair === null ? [] : [pair])].map(([before, after]) =>
    shiftOf(before, after),
  );
};

const refuse = (message: string, remedy: string): Blocker => ({ code: 'MOVE_ADDRESSES', message, remedy });

/** Ranges whose place on the new side nobody can know. */
const placelessBlockers = (input: MovePlanInput, resources: readonly Raw[]): Blocker[] => {
  const { site, from, to } = input;
  const [here, there] = [regionOfSide(site, from).name, regionOfSide(site, to).name];
  const space = spaceApart(input, resources).placeless;
  const pools = poolApart(input, resources).placeless;
  const after = (newSpace(input) ?? []).join(', ');
  return [
    ...(space.length === 0
      ? []
      : [
          refuse(
            `The VNet of ${here} has the ranges ${spaceOf(resources).join(', ')}, that of ${there} ${after}; where ${space.join(', ')} would lie there cannot be known.`,
            to === 'target'
              ? 'Leave move.addressSpace out, so that the ranges stay as they are.'
              : `Give the VNet of ${there} the same ranges, or take them from that of ${here}; a sweep sees it.`,
          ),
        ]),
    ...(pools.length === 0
      ? []
      : [
          refuse(
            `The gateway of ${here} has the client pools ${pools.join(', ')}; which of them the new one takes the place of cannot be known.`,
            'Name the one of this site in network.clientAddressPool.',
          ),
        ]),
  ];
};

/** What Azure would refuse, or what nobody can decide: overlaps on the new side, several ranges for one. */
export const addressBlockersOf = (input: MovePlanInput, carried: readonly CarriedResource[]): Blocker[] => {
  const { site, snapshot } = input;
  const blockers = placelessBlockers(input, snapshot?.resources ?? []);
  const side = sideOf(site, input.to);
  const ranges = [
    ...spaceOf(carried).map((text) => ({ what: 'the VNet', text })),
    ...[
      ...new Set([...(side.network.clientAddressPool ? [side.network.clientAddressPool] : []), ...poolsOf(carried)]),
    ].map((text) => ({ what: 'the client pool', text })),
    ...onPremOf(input).map((text) => ({ what: 'on-premises', text })),
  ].map((range) => ({ ...range, interval: readPrefix(range.what, range.text) }));
  for (const [at, one] of ranges.entries()) {
    for (const other of ranges.slice(at + 1)) {
      if (one.what === other.what || !meets(one.interval, other.interval)) continue;
      blockers.push(
        refuse(
          `In ${side.home.name}, ${one.what} ${one.text} overlaps ${other.what} ${other.text}.`,
          'Set move.addressSpace or move.clientAddressPool to a range of its own.',
        ),
      );
    }
  }
  return blockers;
};
