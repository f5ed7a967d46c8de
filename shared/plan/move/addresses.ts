import { meets, readPrefix } from '../../base/address.ts';
import { regionOfSide, sideOf } from '../../base/side.ts';
import type { Blocker } from '../blocker.ts';
import type { SnapshotResource } from '../snapshot.ts';
import { type AddressShift, shiftOf } from './addressMap.ts';
import type { CarriedResource } from './carryResource.ts';
import { listIn, objectIn } from './json.ts';
import type { MovePlanInput } from './moveInput.ts';

type Raw = Pick<SnapshotResource, 'role' | 'body'>;

const isIpv4 = (text: unknown): text is string => typeof text === 'string' && !text.includes(':');

/** The VNet's own ranges, IPv4. */
export const spaceOf = (resources: readonly Raw[]): string[] => {
  const network = resources.find(({ role }) => role === 'virtualNetwork');
  return network ? listIn(objectIn(network.body, 'properties')['addressSpace'], 'addressPrefixes').filter(isIpv4) : [];
};

/** Where the gateway gives its clients their addresses. */
export const poolsOf = (resources: readonly Raw[]): string[] => {
  const gateway = resources.find(({ role }) => role === 'gateway');
  const client = gateway ? objectIn(objectIn(gateway.body, 'properties'), 'vpnClientConfiguration') : {};
  return listIn(client['vpnClientAddressPool'], 'addressPrefixes').filter(isIpv4);
};

const newSpace = (input: MovePlanInput): string | undefined => {
  if (input.to === 'target') return input.site.move.addressSpace;
  const network = input.existing?.get(sideOf(input.site, 'home').ids.virtualNetwork.toLowerCase());
  return network ? spaceOf([{ role: 'virtualNetwork', body: network }])[0] : undefined;
};

/** The ranges that are others on the new side: the client pool, the VNet's range. */
export const shiftsOf = (input: MovePlanInput, resources: readonly SnapshotResource[]): AddressShift[] => {
  const pool = sideOf(input.site, input.to).network.clientAddressPool;
  const oldPools = [sideOf(input.site, input.from).network.clientAddressPool, ...poolsOf(resources)].filter(isIpv4);
  const space = newSpace(input);
  const [oldSpace] = spaceOf(resources);
  return [
    ...(pool === undefined
      ? []
      : [...new Set(oldPools)].filter((old) => old !== pool).map((old) => shiftOf(old, pool))),
    ...(space === undefined || oldSpace === undefined || oldSpace === space ? [] : [shiftOf(oldSpace, space)]),
  ];
};

const refuse = (message: string, remedy: string): Blocker => ({ code: 'MOVE_ADDRESSES', message, remedy });

/** What Azure would refuse, or what nobody can decide: overlaps on the new side, several ranges for one. */
export const addressBlockersOf = (input: MovePlanInput, carried: readonly CarriedResource[]): Blocker[] => {
  const { site, snapshot } = input;
  const before = spaceOf(snapshot?.resources ?? []);
  const blockers: Blocker[] = [];
  if (newSpace(input) !== undefined && before.length > 1) {
    blockers.push(
      refuse(
        `The VNet of ${regionOfSide(site, input.from).name} has the ranges ${before.join(', ')}; move.addressSpace gives one, and which goes where cannot be known.`,
        'Leave move.addressSpace out, so that the ranges stay as they are.',
      ),
    );
  }
  const side = sideOf(site, input.to);
  const ranges = [
    ...spaceOf(carried).map((text) => ({ what: 'the VNet', text })),
    ...[
      ...new Set([...(side.network.clientAddressPool ? [side.network.clientAddressPool] : []), ...poolsOf(carried)]),
    ].map((text) => ({ what: 'the client pool', text })),
    ...site.network.onPremAddressPrefixes.map((text) => ({ what: 'on-premises', text })),
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
