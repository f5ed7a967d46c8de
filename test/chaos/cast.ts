import { readSites, type Site } from '../../shared/base/site.ts';
import { type LandingZone, seedLandingZone } from '../../simulator/arm/landingZone.ts';
import type { Arm } from '../../simulator/arm/server.ts';
import type { Random } from '../../simulator/tags/random.ts';
import { syntheticGateways } from '../../simulator/tags/syntheticTags.ts';
import { newGuid } from './ids.ts';
import { seedPolicy } from './policies.ts';
import { theirsIn } from './theirs.ts';

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
  /** How many have their firewall's rules in a policy. */
  readonly withPolicy: number;
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

/** Where a site's rules are: in its firewall or in a policy, with one above it or not; addresses in a group or in the rules. */
const rulesOf = (random: Random, policies: boolean | undefined) =>
  policies === undefined
    ? { policy: random.below(3) === 0, parent: random.below(2) === 0, ipGroup: random.below(4) === 0 }
    : { policy: policies, parent: false, ipGroup: policies };

/** How many sites, dealt out over how many subscriptions, and the last so many of them moving. */
export type CastSize = {
  readonly sites: number;
  readonly subscriptions: number;
  readonly moving: number;
  readonly policies?: boolean;
};

/** Seeds a landing zone for each; how it is made, and the site's policies, are drawn. */
export const castOf = (arm: Arm, size: CastSize, random: Random): Cast => {
  const { moving, policies } = size;
  const subscriptions = Array.from({ length: size.subscriptions + (moving > 0 ? 1 : 0) }, () => newGuid(random));
  let withPolicy = 0;
  const entries = Array.from({ length: size.sites }, (_, index) => {
    const moves = index >= size.sites - moving;
    const subscriptionId = subscriptions[moves ? size.subscriptions : index % size.subscriptions] ?? '';
    const how = moves ? moveOf(random) : null;
    const rules = rulesOf(random, policies);
    if (rules.policy) withPolicy += 1;
    const resourceGroup = `ase-${nameOf(index)}`;
    const zone: LandingZone = {
      subscriptionId,
      resourceGroup,
      location: home,
      gatewayPublicIpAddress: syntheticGateways[home],
      routes: [foreignRoute(index)],
      ...(rules.policy ? { networkRuleCollections: [] } : {}),
    };
    const ids = seedLandingZone(arm, zone);
    if (rules.policy) seedPolicy(arm, zone, ids, rules.parent && !moves);
    if (moves)
      arm.seed(theirsIn(ids.resourceGroup).publicIp, {
        location: home,
        properties: { publicIPAllocationMethod: 'Static' },
      });
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
      firewallRule: { ipGroup: rules.ipGroup },
      routeBudget: { limit: 400 },
    };
  });
  const file = JSON.stringify({ cloud: 'AzureGovernment', sites: entries });
  const sites = readSites(file, 'sites.json');
  const movers = new Set(sites.slice(size.sites - moving).map(({ id }) => id));
  return { sites, file, subscriptions, moving: movers, withPolicy };
};
