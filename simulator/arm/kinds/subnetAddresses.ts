import { parseId, sameId } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import { objectAt, objectsAt, referenceAt, stringAt, stringsAt } from '../json.ts';
import { v4Range, v4Text } from '../prefix.ts';
import type { Env } from './kind.ts';

/** The stored subnet object with this id. */
export function subnetWith(id: string | undefined, env: Env): JsonObject | undefined {
  const parsed = id === undefined ? undefined : parseId(id);
  if (parsed === undefined || parsed.types[1]?.toLowerCase() !== 'subnets') return undefined;
  const network = env.store.get(parsed.text.split('/').slice(0, -2).join('/'));
  return objectsAt(objectAt(network?.body, 'properties'), 'subnets').find(
    (subnet) => stringAt(subnet, 'name')?.toLowerCase() === parsed.names[1]?.toLowerCase(),
  );
}

/** The ip configurations of firewalls and gateways that use this subnet or public address, with their owners and ids. */
export function ipConfigurationsWith(
  use: 'subnet' | 'publicIPAddress',
  used: string,
  env: Env,
): { owner: string; id: string; properties: JsonObject }[] {
  return ['azureFirewalls', 'virtualNetworkGateways'].flatMap((type) =>
    env.store.naming(type, used).flatMap(({ id, body }) =>
      objectsAt(objectAt(body, 'properties'), 'ipConfigurations')
        .map((item) => ({
          owner: id.text,
          id: stringAt(item, 'id') ?? '',
          properties: objectAt(item, 'properties'),
        }))
        .filter(({ properties }) => sameId(referenceAt(properties, use), used)),
    ),
  );
}

/** The first address of an IPv4 subnet nobody has; Azure keeps the first four for itself. */
export function allocateInSubnet(subnet: JsonObject, owner: string, env: Env): string | undefined {
  const properties = objectAt(subnet, 'properties');
  const prefixes = [stringAt(properties, 'addressPrefix'), ...stringsAt(properties, 'addressPrefixes')];
  const range = prefixes.map((prefix) => v4Range(prefix ?? '')).find((found) => found !== undefined);
  if (range === undefined) return undefined;
  const taken = ipConfigurationsWith('subnet', stringAt(subnet, 'id') ?? '', env)
    .filter((item) => !sameId(item.owner, owner))
    .map((item) => stringAt(item.properties, 'privateIPAddress'));
  const size = 1n << BigInt(32 - range.length);
  for (let offset = 4n; offset < size - 1n; offset += 1n) {
    const address = v4Text(range.first + offset);
    if (!taken.includes(address)) return address;
  }
  return undefined;
}
