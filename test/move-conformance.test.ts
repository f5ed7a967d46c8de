import { describe, expect, it } from 'vitest';
import { makeMovePlan } from '../shared/plan/move/makeMovePlan.ts';
import type { MoveStep } from '../shared/plan/move/movePlan.ts';
import type { RecordedExchange } from '../simulator/arm/recorded.ts';
import { NO_SPECIFICATIONS, validateExchanges } from './support/conformance.ts';
import { moveInput, p2sSite, s2sSite } from './support/moveData.ts';
import { snapshotOf } from './support/zoneData.ts';

/** Azure's published names of the writes, by type. */
const labels: Readonly<Record<string, string>> = {
  publicIPAddresses: 'PublicIPAddresses_CreateOrUpdate',
  routeTables: 'RouteTables_CreateOrUpdate',
  virtualNetworks: 'VirtualNetworks_CreateOrUpdate',
  azureFirewalls: 'AzureFirewalls_CreateOrUpdate',
  virtualNetworkGateways: 'VirtualNetworkGateways_CreateOrUpdate',
  localNetworkGateways: 'LocalNetworkGateways_CreateOrUpdate',
  connections: 'VirtualNetworkGatewayConnections_CreateOrUpdate',
  firewallPolicies: 'FirewallPolicies_CreateOrUpdate',
  ruleCollectionGroups: 'FirewallPolicyRuleCollectionGroups_CreateOrUpdate',
  ipGroups: 'IpGroups_CreateOrUpdate',
};

/** A write as it would go over the wire, and taken. */
const written = ({ resource, body }: MoveStep): RecordedExchange => {
  const type = resource.split('/').at(-2) ?? '';
  const sent = JSON.parse(JSON.stringify(body).replaceAll('{newFirewall}', '10.9.1.4'));
  const accepted = { id: resource, name: resource.split('/').at(-1), ...sent };
  return {
    at: 0,
    label: labels[type] ?? type,
    method: 'PUT',
    url: `https://management.azure.com${resource}?api-version=2024-01-01`,
    requestHeaders: { 'content-type': 'application/json' },
    requestBody: sent,
    status: 200,
    responseHeaders: { 'content-type': 'application/json' },
    responseBody: accepted,
  };
};

const ranges = { addressSpace: '10.9.0.0/16', clientAddressPool: '192.168.151.0/24', zones: ['1', '2', '3'] };

describe.skipIf(NO_SPECIFICATIONS !== undefined)(
  `bodies of a move, by Azure's specification ${NO_SPECIFICATIONS ?? ''}`,
  () => {
    it.each([
      ['of a point-to-site site', moveInput({ site: p2sSite(ranges) })],
      [
        'of a site-to-site site',
        moveInput({
          site: s2sSite({ sharedKey: 'https://v.example/secrets/k' }),
          snapshot: snapshotOf({ vpn: 's2s' }),
        }),
      ],
      ['with a firewall policy', moveInput({ snapshot: snapshotOf({ firewall: 'policy' }) })],
    ])('%s', async (_, input) => {
      const { steps } = makeMovePlan(input);
      const writes = steps.filter(({ body, id }) => body !== undefined && id !== 'resourceGroup').map(written);
      expect(writes.map(({ label }) => label)).toEqual(expect.arrayContaining(['AzureFirewalls_CreateOrUpdate']));
      const { checked, errors } = await validateExchanges(writes);
      expect(checked).toBe(writes.length);
      expect(errors.filter((error) => error.includes(' request: '))).toEqual([]);
    });

    it('would be found out if they sent back what ARM fills in', async () => {
      const input = moveInput();
      const { steps } = makeMovePlan(input);
      const stood = input.snapshot?.resources.find(({ role }) => role === 'gateway')?.body ?? {};
      const gateway = steps.find(({ id }) => id === 'gateway') as MoveStep;
      const { errors } = await validateExchanges([written({ ...gateway, body: stood })]);
      expect(errors.join()).toContain('resourceGuid');
    });
  },
);
