import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../shared/base/canonical.ts';
import { AutomationError, type ErrorCode } from '../shared/base/errors.ts';
import { sideOf } from '../shared/base/side.ts';
import { readSnapshot, type SnapshotReader } from '../shared/readSnapshot.ts';
import { group, idOf, movingSite, zoneResources } from './snapshotData.ts';

const now = Date.parse('2026-07-20T03:00:00Z');
const site = movingSite();
const policy = idOf('firewallPolicies', 'policy');

/** A landing zone with all that can be referred to, however deep. */
const zone = (): Map<string, JsonObject> => {
  const all = new Map(zoneResources().map(({ id, body }) => [id, body]));
  const put = (id: string, properties: JsonObject) => all.set(id, { id, properties });
  put(site.ids.firewall, { firewallPolicy: { id: policy } });
  put(policy, {
    basePolicy: { id: `${policy}-parent` },
    ruleCollectionGroups: [{ id: `${policy}/ruleCollectionGroups/own` }],
  });
  put(`${policy}-parent`, { ruleCollectionGroups: [{ id: `${policy}-parent/ruleCollectionGroups/theirs` }] });
  put(`${policy}/ruleCollectionGroups/own`, {
    ruleCollections: [{ rules: [{ destinationIpGroups: [idOf('ipGroups', 'partners')] }] }],
  });
  put(`${policy}-parent/ruleCollectionGroups/theirs`, {});
  put(idOf('ipGroups', 'partners'), { ipAddresses: ['192.0.2.0/24'] });
  put(idOf('connections', 'rig'), {
    connectionType: 'IPsec',
    sharedKey: 'hush',
    virtualNetworkGateway1: { id: site.ids.gateway.toUpperCase() },
    localNetworkGateway2: { id: idOf('localNetworkGateways', 'rig') },
  });
  put(idOf('connections', 'another'), { virtualNetworkGateway1: { id: idOf('virtualNetworkGateways', 'another') } });
  put(idOf('localNetworkGateways', 'rig'), { localNetworkAddressSpace: { addressPrefixes: ['10.80.0.0/24'] } });
  put(idOf('localNetworkGateways', 'unused'), {});
  return all;
};

const failure = (code: ErrorCode) => new AutomationError(code, `it ended ${code}`, { remedy: 'none' });

type Trouble = Readonly<Record<string, ErrorCode>>;

/** ARM as far as a snapshot needs it; an id in `trouble` answers with that error. */
const readerOf = (all: ReadonlyMap<string, JsonObject>, trouble: Trouble = {}) => {
  const asked: string[] = [];
  const ask = (id: string): void => {
    asked.push(id);
    const code = trouble[id.split('/').at(-1) ?? ''];
    if (code) throw failure(code);
  };
  const reader: SnapshotReader = {
    find: async (id) => {
      ask(id);
      return [...all].find(([known]) => known.toLowerCase() === id.toLowerCase())?.[1] ?? null;
    },
    list: async (id) => {
      ask(id);
      return [...all].flatMap(([known, body]) => (known.startsWith(`${id}/`) ? [body] : []));
    },
  };
  return { reader, asked };
};

const read = (all = zone(), trouble: Trouble = {}) => readSnapshot(site, 'home', readerOf(all, trouble).reader, now);

describe('reading a landing zone', () => {
  it('finds all that it refers to, and nothing else', async () => {
    const { resources } = await read();
    expect(resources.map(({ id, role }) => `${role} ${id.split('/').at(-1)}`).sort()).toEqual([
      'connection rig',
      'firewall firewall',
      'firewallPolicy policy',
      'firewallPolicy policy-parent',
      'gateway vngw',
      'ipGroup partners',
      'localNetworkGateway rig',
      'onPremRouteTable routetableonprem',
      'publicIp vngw-ip',
      'resourceGroup ase',
      'routeTable routetable',
      'ruleCollectionGroup own',
      'ruleCollectionGroup theirs',
      'virtualNetwork vnet',
    ]);
  });

  it('reads each resource once', async () => {
    const { reader, asked } = readerOf(zone());
    await readSnapshot(site, 'home', reader, now);
    expect(asked.length).toBe(new Set(asked.map((id) => id.toLowerCase())).size);
  });

  it('keeps no secret, and says which ones are needed', async () => {
    const snapshot = await read();
    expect(JSON.stringify(snapshot.resources)).not.toContain('hush');
    expect(snapshot.secrets.map(({ what }) => what).sort()).toEqual([
      'private keys of the client certificates',
      'shared key',
    ]);
  });

  it('is of the side that it was told, where everything has the same name', async () => {
    const target = sideOf(site, 'target');
    const moved = new Map([...zone()].map(([id, body]) => [id.replace(group, target.ids.resourceGroup), body]));
    const snapshot = await readSnapshot(target, 'target', readerOf(moved).reader, now);
    expect(snapshot).toMatchObject({ side: 'target', region: 'ukwest' });
    expect(snapshot.resources.some(({ role }) => role === 'gateway')).toBe(true);
  });

  it('says what Azure would not show, and goes on', async () => {
    const snapshot = await read(zone(), { partners: 'ERR_AZURE_FORBIDDEN' });
    expect(snapshot.unread).toEqual([
      { id: idOf('ipGroups', 'partners'), role: 'ipGroup', why: 'it ended ERR_AZURE_FORBIDDEN' },
    ]);
    expect(snapshot.resources.some(({ role }) => role === 'gateway')).toBe(true);
  });

  it('concludes nothing where Azure does not answer', async () => {
    await expect(read(zone(), { vngw: 'ERR_AZURE_UNAVAILABLE' })).rejects.toThrow('ERR_AZURE_UNAVAILABLE');
  });

  it('leaves out what is not there', async () => {
    const all = zone();
    all.delete(site.ids.gateway);
    expect((await read(all)).resources.some(({ role }) => role === 'gateway')).toBe(false);
  });
});
