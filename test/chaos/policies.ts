import type { LandingZone, LandingZoneIds } from '../../simulator/arm/landingZone.ts';
import type { Arm } from '../../simulator/arm/server.ts';
import { group, rule } from '../support/policyZone.ts';
import { theirsIn } from './theirs.ts';

/** Where the policies above those of sites are, and nothing of any site. */
const sharedGroup = ({ subscriptionId }: LandingZone): string =>
  `/subscriptions/${subscriptionId}/resourceGroups/shared/providers/Microsoft.Network`;

const clients = '192.168.150.0/24';

/** A policy with a group of rules and a group of addresses of others; above it, if so, one that denies a network elsewhere. */
export const seedPolicy = (arm: Arm, zone: LandingZone, ids: LandingZoneIds, parent: boolean): void => {
  const { location } = zone;
  const network = `${ids.resourceGroup}/providers/Microsoft.Network`;
  const [policy, above] = [`${network}/firewallPolicies/policy`, `${sharedGroup(zone)}/firewallPolicies/above`];
  const timeServers = theirsIn(ids.resourceGroup).ipGroup;
  if (parent) {
    arm.seed(above, { location, properties: {} });
    const denied = rule({ name: 'lab', destinationAddresses: ['198.51.100.0/24'] });
    arm.seed(`${above}/ruleCollectionGroups/lockdown`, group(100, 'Deny', [denied]));
  }
  arm.seed(timeServers, { location, properties: { ipAddresses: ['192.0.2.123'] } });
  arm.seed(policy, { location, properties: parent ? { basePolicy: { id: above } } : {} });
  const ntp = {
    name: 'ntp',
    ipProtocols: ['UDP'],
    sourceAddresses: [clients],
    destinationIpGroups: [timeServers],
    destinationPorts: ['123'],
  };
  arm.seed(`${policy}/ruleCollectionGroups/operations`, group(300, 'Allow', [rule(ntp)]));
  const firewall = arm.read(ids.firewall) as { properties: Record<string, unknown> };
  const properties = { ...firewall.properties, firewallPolicy: { id: policy }, networkRuleCollections: [] };
  arm.seed(ids.firewall, { ...firewall, properties } as never);
};
