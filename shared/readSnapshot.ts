import { byCodeUnit, isObject, type JsonObject } from './base/canonical.ts';
import { iso } from './base/clock.ts';
import { asAutomationError, type ErrorCode } from './base/errors.ts';
import { regionOfSide, type SideName } from './base/side.ts';
import type { Site } from './base/site.ts';
import type { Role, Snapshot, SnapshotResource } from './plan/snapshot.ts';
import { hashOfResources } from './plan/snapshotHash.ts';
import { type Reference, referencesOf } from './plan/snapshotReferences.ts';
import { secretsOf, withoutSecrets } from './plan/snapshotSecrets.ts';

/** What reading a landing zone needs of ARM. Both throw ERR_AZURE_*. */
export interface SnapshotReader {
  /** null where nothing is there. */
  find(id: string): Promise<JsonObject | null>;
  /** All items of a collection, such as the connections of a resource group. */
  list(id: string): Promise<readonly JsonObject[]>;
}

type Unread = NonNullable<Snapshot['unread']>[number];
type Found = { readonly resource?: SnapshotResource; readonly unread?: Unread };

/** Azure answered, and the answer was no. Of anything else a later sweep may hear more. */
const refusals = new Set<ErrorCode>(['ERR_AZURE_FORBIDDEN', 'ERR_AZURE_REJECTED', 'ERR_AZURE_NOT_FOUND']);

/** null where ARM refuses; a read that fails altogether is thrown, and nothing is concluded from it. */
const refusedWith = (error: unknown): string => {
  const failure = asAutomationError(error);
  if (!refusals.has(failure.code)) throw failure;
  return failure.message;
};

const readOne = async ({ id, role }: Reference, reader: SnapshotReader): Promise<Found> => {
  try {
    const body = await reader.find(id);
    if (body === null) return {};
    const spelt = typeof body['id'] === 'string' ? body['id'] : id;
    return { resource: { id: spelt, role, body: withoutSecrets(body) } };
  } catch (error) {
    return { unread: { id, role, why: refusedWith(error) } };
  }
};

const endOf = (connection: JsonObject, end: string): string => {
  const properties = isObject(connection['properties']) ? connection['properties'] : {};
  const reference = properties[end];
  return isObject(reference) ? String(reference['id'] ?? '').toLowerCase() : '';
};

/** A gateway does not name its connections: they name it. */
const connectionsOf = async (site: Site, reader: SnapshotReader): Promise<(Reference | Unread)[]> => {
  const id = `${site.ids.resourceGroup}/providers/Microsoft.Network/connections`;
  const gateway = site.ids.gateway.toLowerCase();
  try {
    return (await reader.list(id))
      .filter((item) =>
        ['virtualNetworkGateway1', 'virtualNetworkGateway2'].some((end) => endOf(item, end) === gateway),
      )
      .flatMap((item) => (typeof item['id'] === 'string' ? [{ id: item['id'], role: 'connection' as const }] : []));
  } catch (error) {
    const why = refusedWith(error);
    return asAutomationError(error).code === 'ERR_AZURE_NOT_FOUND' ? [] : [{ id, role: 'connection', why }];
  }
};

const startingPoints = ({ ids }: Site): Reference[] => {
  const named: readonly (readonly [string | null, Role])[] = [
    [ids.resourceGroup, 'resourceGroup'],
    [ids.virtualNetwork, 'virtualNetwork'],
    [ids.routeTable, 'routeTable'],
    [ids.onPremRouteTable, 'onPremRouteTable'],
    [ids.firewall, 'firewall'],
    [ids.gateway, 'gateway'],
  ];
  return named.flatMap(([id, role]) => (id === null ? [] : [{ id, role }]));
};

/**
 * The landing zone of one side, as it stands: what the site names, and whatever that refers to, as far as a move has to
 * build it anew. `site` is that side's (`sideOf`). Some fifteen reads, side by side where they may be.
 * Throws ERR_AZURE_* where Azure does not answer; what it will not show is in `unread`, what is not there is left out.
 */
export const readSnapshot = async (
  site: Site,
  side: SideName,
  reader: SnapshotReader,
  now: number,
): Promise<Snapshot> => {
  const connections = await connectionsOf(site, reader);
  const unread: Unread[] = connections.filter((item): item is Unread => 'why' in item);
  const resources: SnapshotResource[] = [];
  const asked = new Set<string>();
  let next: readonly Reference[] = [...startingPoints(site), ...connections.filter((item) => !('why' in item))];
  while (next.length > 0) {
    const fresh = next.filter(({ id }) => !asked.has(id.toLowerCase()) && asked.add(id.toLowerCase()));
    const found = await Promise.all(fresh.map((reference) => readOne(reference, reader)));
    const wave = found.flatMap(({ resource }) => (resource === undefined ? [] : [resource]));
    unread.push(...found.flatMap((item) => item.unread ?? []));
    resources.push(...wave);
    next = wave.flatMap(referencesOf);
  }
  const sorted = resources.sort((a, b) => byCodeUnit(a.id.toLowerCase(), b.id.toLowerCase()));
  return {
    site: site.id,
    side,
    // Of a side, its own region is home.
    region: regionOfSide(site, 'home').name,
    takenAt: iso(now),
    hash: hashOfResources(sorted),
    resources: sorted,
    secrets: secretsOf(site, sorted),
    ...(unread.length > 0 ? { unread: unread.sort((a, b) => byCodeUnit(a.id, b.id)) } : {}),
  };
};
