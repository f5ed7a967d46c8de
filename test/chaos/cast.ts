import { readSites, type Site } from '../../shared/base/site.ts';
import { type LandingZone, seedLandingZone } from '../../simulator/arm/landingZone.ts';
import type { Arm } from '../../simulator/arm/server.ts';
import type { Random } from '../../simulator/tags/random.ts';
import { syntheticGateways } from '../../simulator/tags/syntheticTags.ts';
import { newGuid } from './ids.ts';

export const home = 'usgovvirginia';
export const failover = 'usgovtexas';
export const services = ['Storage', 'AzureKeyVault', 'EventHub', 'ServiceBus'] as const;

/** The sites of a play, as the sites file names them. */
export type Cast = {
  readonly sites: readonly Site[];
  readonly file: string;
  readonly subscriptions: readonly string[];
  /** Those whose region may fail as a whole: they have a subscription of their own, the last one. */
  readonly moving: ReadonlySet<string>;
};

const foreignRoute = (index: number) => ({
  name: 'theirs',
  properties: { addressPrefix: `8.8.${index % 250}.0/24`, nextHopType: 'Internet' },
});

/** An address of somebody else's in the group of a site that moves. */
export const theirsIn = ({
  subscriptionId,
  resourceGroup,
}: Pick<LandingZone, 'subscriptionId' | 'resourceGroup'>): string =>
  `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Network/publicIPAddresses/theirs`;

const nameOf = (index: number): string => `rig-${String(index).padStart(3, '0')}`;

const network = {
  vpn: 'p2s',
  virtualNetwork: 'vnet',
  gateway: 'vngw',
  firewall: 'firewall',
  routeTable: 'routetable',
  onPremRouteTable: 'routetableonprem',
  clientAddressPool: '192.168.150.0/24',
};

/** How a site moves: asked or not, there and back, to clients of another range, to what stands there or does not. */
const moveOf = (random: Random) => {
  const pool = random.below(3) === 0 ? { clientAddressPool: '192.168.160.0/24' } : {};
  return {
    move: { standby: random.below(4) === 0 ? 'warm' : 'cold', ...pool },
    policy: {
      regionMove: random.pick(['ask', 'auto']),
      regionFailback: random.pick(['ask', 'auto']),
      soak: 'PT30M',
    },
  };
};

/** Seeds so many landing zones, dealt out over the subscriptions, the last so many of them moving; policies are drawn. */
export const castOf = (arm: Arm, size: number, subscriptionCount: number, moving: number, random: Random): Cast => {
  const subscriptions = Array.from({ length: subscriptionCount + (moving > 0 ? 1 : 0) }, () => newGuid(random));
  const entries = Array.from({ length: size }, (_, index) => {
    const moves = index >= size - moving;
    const subscriptionId = subscriptions[moves ? subscriptionCount : index % subscriptionCount] ?? '';
    const how = moves ? moveOf(random) : null;
    const resourceGroup = `ase-${nameOf(index)}`;
    const zone: LandingZone = {
      subscriptionId,
      resourceGroup,
      location: home,
      gatewayPublicIpAddress: syntheticGateways[home],
      routes: [foreignRoute(index)],
    };
    seedLandingZone(arm, zone);
    if (moves) arm.seed(theirsIn(zone), { location: home, properties: { publicIPAllocationMethod: 'Static' } });
    return {
      id: nameOf(index),
      subscriptionId,
      resourceGroup,
      homeRegion: home,
      failoverRegion: failover,
      services,
      network,
      policy: {
        shadow: false,
        drift: random.pick(['repair', 'repair', 'tell']),
        tagUpdates: random.pick(['auto', 'auto', 'ask']),
        ...how?.policy,
      },
      ...(how === null ? {} : { move: how.move }),
      routeBudget: { limit: 400 },
    };
  });
  const file = JSON.stringify({ cloud: 'AzureGovernment', sites: entries });
  const sites = readSites(file, 'sites.json');
  return { sites, file, subscriptions, moving: new Set(sites.slice(size - moving).map(({ id }) => id)) };
};
