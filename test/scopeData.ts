import { readSites, type Site } from '../shared/base/site.ts';
import { readEvent } from '../shared/events/readEvent.ts';
import type { Fact } from '../shared/scope/fact.ts';
import { factsOf } from '../shared/scope/factsOf.ts';
import type { Intent } from '../shared/scope/intent.ts';
import { type AlertParts, commonAlert, operationEvent } from './eventsData.ts';

export const SUBSCRIPTION = '0d1c2b3a-0000-4000-8000-00000000c0de';
export const HOME = 'USGov Virginia';
export const AWAY = 'USGov Texas';
export const heardAt = '2026-03-01T10:01:00.000Z';
export const now = Date.parse('2026-03-01T12:00:00Z');
export const resource = (path: string) => `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/${path}`;

/** A site in USGov Virginia with four services, one storage account and one database. */
export const siteWith = (policy: Record<string, unknown> = {}, parts: Record<string, unknown> = {}): Site => {
  const entry = {
    id: 'rig-07',
    subscriptionId: SUBSCRIPTION.toUpperCase(),
    resourceGroup: 'rg',
    homeRegion: 'usgovvirginia',
    failoverRegion: 'usgovtexas',
    services: ['Storage', 'AzureKeyVault', 'EventHub', 'ServiceBus'],
    resources: [resource('Microsoft.Storage/storageAccounts/logs'), resource('Microsoft.Sql/servers/s1/databases/db')],
    network: {
      virtualNetwork: 'vnet',
      gateway: 'vngw',
      firewall: 'fw',
      routeTable: 'rt',
      clientAddressPool: '192.168.150.0/24',
    },
    policy,
    ...parts,
  };
  const [site] = readSites(JSON.stringify({ cloud: 'AzureGovernment', sites: [entry] }), 'the test');
  if (!site) throw new Error('the test site is not one');
  return site;
};

/** The facts that a payload leaves. */
export const factsFrom = (payload: unknown, heard = heardAt): readonly Fact[] =>
  readEvent(payload).signals.flatMap((signal) => factsOf(signal, heard));

/** The facts of one alert of the site's subscription. */
export const told = (parts: AlertParts, heard = heardAt): readonly Fact[] =>
  factsFrom(commonAlert({ subscriptionId: SUBSCRIPTION, ...parts }), heard);

/** The facts of a failover that somebody ran on a resource. */
export const ran = (operation: string, path: string): readonly Fact[] =>
  factsFrom(operationEvent({ operation, resource: resource(path) }));

export const intent = (parts: Partial<Intent>): Intent => ({
  id: 'i1',
  site: 'rig-07',
  kind: 'failover',
  services: [],
  reason: 'drill',
  by: 'alice',
  at: '2026-03-01T11:00:00.000Z',
  expiresAt: null,
  withdrawnAt: null,
  ...parts,
});
