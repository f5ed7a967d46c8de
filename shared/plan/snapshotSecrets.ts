import { isObject, type Json, type JsonObject } from '../base/canonical.ts';
import type { Site } from '../base/site.ts';
import { connectionKey } from './connectionKey.ts';
import type { Secret, SnapshotResource } from './snapshot.ts';

/** Where a secret comes from on the other side, unless it is the address of a Key Vault secret (https://...). */
export const secretSources = {
  /** ARM shows it to whoever may ask for it, as long as the side it stands on answers. */
  alive: 'read from the side that is left, while that answers',
  onDevice: 'stays on the device and stays valid there',
  byHand: 'nobody but a person has it: put it in by hand',
} as const;

/** Members, lower-case, that some API versions show and no snapshot may hold. */
const secretMembers = new Set(['sharedkey', 'radiusserversecret', 'authorizationkey']);

const cleaned = (value: Json): Json => {
  if (Array.isArray(value)) return value.map((item: Json) => cleaned(item));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value as Record<string, Json>)
      .filter(([name]) => !secretMembers.has(name.toLowerCase()))
      .map(([name, member]) => [name, cleaned(member)]),
  );
};

/** The same resource without secrets, wherever they stand in it. */
export const withoutSecrets = (body: JsonObject): JsonObject => cleaned(body) as JsonObject;

const propertiesOf = (value: unknown): Record<string, unknown> =>
  isObject(value) && isObject(value['properties']) ? value['properties'] : {};
const isFilled = (value: unknown): boolean => Array.isArray(value) && value.length > 0;

const ofConnection = (site: Site, { id, body }: SnapshotResource): Secret[] => {
  const { connectionType, connectionAuthenticationType } = propertiesOf(body);
  const type = String(connectionType ?? '').toLowerCase();
  if (type === 'expressroute') {
    return [{ what: 'authorization key', resource: id, source: secretSources.byHand }];
  }
  // A connection may also authenticate by certificates, which Key Vault holds anyway.
  if (String(connectionAuthenticationType ?? '').toLowerCase() === 'certificate') return [];
  return [{ what: 'shared key', resource: id, source: connectionKey(site, id) ?? secretSources.alive }];
};

const ofGateway = (site: Site, { id, body }: SnapshotResource): Secret[] => {
  const client = propertiesOf(body)['vpnClientConfiguration'];
  if (!isObject(client)) return [];
  const radius = Boolean(client['radiusServerAddress']) || isFilled(client['radiusServers']);
  return [
    ...(radius
      ? [{ what: 'RADIUS server secret', resource: id, source: site.move.radiusSecret ?? secretSources.byHand }]
      : []),
    ...(isFilled(client['vpnClientRootCertificates'])
      ? [{ what: 'private keys of the client certificates', resource: id, source: secretSources.onDevice }]
      : []),
  ];
};

/** What these resources need and cannot be read back from them, with where it comes from on the other side. */
export const secretsOf = (site: Site, resources: readonly SnapshotResource[]): Secret[] =>
  resources.flatMap((resource) => {
    if (resource.role === 'connection') return ofConnection(site, resource);
    return resource.role === 'gateway' ? ofGateway(site, resource) : [];
  });
