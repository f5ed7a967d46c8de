import type { JsonObject } from '../../base/canonical.ts';
import { eachIn, listIn, objectIn, textIn, without, withProperties } from './json.ts';

/** Azure names the regions of a service endpoint itself, by the VNet's own region. */
const subnet = (child: JsonObject): JsonObject =>
  withProperties(child, (properties) =>
    eachIn(properties, 'serviceEndpoints', (endpoint) => ({ service: textIn(endpoint, 'service') })),
  );

/** The network without what is bound to the old region: peerings are listed, not carried, since the other end must agree. */
export const prepareNetwork = (body: JsonObject): { readonly body: JsonObject; readonly notes: readonly string[] } => {
  const properties = objectIn(body, 'properties');
  const peerings = listIn(properties, 'virtualNetworkPeerings').map((peering) => textIn(peering, 'name'));
  const servers = listIn(properties['dhcpOptions'], 'dnsServers');
  const notes = [
    ...(peerings.length > 0
      ? [`its peerings are not carried over: ${peerings.join(', ')}. Make them anew at both ends.`]
      : []),
    ...(Object.keys(objectIn(properties, 'ddosProtectionPlan')).length > 0
      ? ['its DDoS protection plan is not carried over.']
      : []),
    ...(servers.length > 0 ? [`its DNS servers ${servers.join(', ')} come along; see that they answer there.`] : []),
  ];
  const kept = without(properties, 'virtualNetworkPeerings', 'ddosProtectionPlan', 'enableDdosProtection');
  const community = textIn(properties['bgpCommunities'], 'virtualNetworkCommunity');
  return {
    body: {
      ...without(body, 'extendedLocation'),
      properties: {
        ...eachIn(without(kept, 'bgpCommunities'), 'subnets', subnet),
        ...(community === '' ? {} : { bgpCommunities: { virtualNetworkCommunity: community } }),
      },
    },
    notes,
  };
};
