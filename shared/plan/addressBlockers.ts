import { forbiddenFor } from '../ranges/forbidden.ts';
import type { RangeSet } from '../ranges/rangeSet.ts';
import type { Blocker } from './blocker.ts';
import type { PlanInput } from './planInput.ts';

/** What is not known, or not to be routed, whatever the strategy. */
export const addressBlockers = (
  input: Pick<PlanInput, 'site' | 'network'>,
  wanted: RangeSet,
  holes: RangeSet,
): Blocker[] => {
  const { site, network } = input;
  const blockers: Blocker[] = [];
  if (network.firewallPrivateIpAddress === null) {
    blockers.push({
      code: 'FIREWALL_ADDRESS_UNKNOWN',
      message: `The private address of the firewall ${site.network.firewall} could not be read, so routes have no next hop.`,
      remedy: 'Check that the firewall is allocated, or set network.firewallPrivateIpAddress.',
    });
  }
  if (network.unread !== undefined) {
    blockers.push({
      code: 'GATEWAY_ADDRESS_UNKNOWN',
      message: `The public addresses of the gateway ${site.network.gateway} could not be read: ${network.unread}`,
      remedy:
        'Without them its own traffic could be led to the firewall. Check the name and the permission to read it.',
    });
  }
  const met = forbiddenFor(site, network.addressSpace).intersect(wanted).subtract(holes);
  if (!met.isEmpty) {
    blockers.push({
      code: 'FORBIDDEN_RANGE',
      message: `The wanted set meets ranges no route may cover (VNet, client pool, on-premises or reserved): ${met.cidrs().slice(0, 5).join(', ')}.`,
      remedy: 'Correct clientAddressPool, onPremAddressPrefixes or alwaysRoute, or the service tags file.',
    });
  }
  return blockers;
};
