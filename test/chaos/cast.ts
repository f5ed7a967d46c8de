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
};

const foreignRoute = (index: number) => ({
  name: 'theirs',
  properties: { addressPrefix: `8.8.${index % 250}.0/24`, nextHopType: 'Internet' },
});

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

/** Seeds so many landing zones, dealt out over the subscriptions; their policies are drawn. */
export const castOf = (arm: Arm, size: number, subscriptionCount: number, random: Random): Cast => {
  const subscriptions = Array.from({ length: subscriptionCount }, () => newGuid(random));
  const entries = Array.from({ length: size }, (_, index) => {
    const subscriptionId = subscriptions[index % subscriptionCount] ?? '';
    const resourceGroup = `ase-${nameOf(index)}`;
    const zone: LandingZone = {
      subscriptionId,
      resourceGroup,
      location: home,
      gatewayPublicIpAddress: syntheticGateways[home],
      routes: [foreignRoute(index)],
    };
    seedLandingZone(arm, zone);
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
      },
      routeBudget: { limit: 400 },
    };
  });
  const file = JSON.stringify({ cloud: 'AzureGovernment', sites: entries });
  return { sites: readSites(file, 'sites.json'), file, subscriptions };
};
