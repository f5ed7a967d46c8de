import { isIPv4 } from 'node:net';
import type { Answer } from '../answer.ts';
import { providerError } from '../answer.ts';
import type { ResourceId } from '../ids.ts';
import { sameId } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import { objectAt, referenceAt, stringAt, stringsAt } from '../json.ts';
import { checkCidr } from './checks.ts';
import type { Env, Kind } from './kind.ts';

/** The code of the first refusal is our guess. */
function check(id: ResourceId, body: JsonObject): Answer | undefined {
  const properties = objectAt(body, 'properties');
  const address = stringAt(properties, 'gatewayIpAddress');
  const named = stringAt(properties, 'fqdn') !== undefined;
  if (address === undefined ? !named : !isIPv4(address)) {
    const message = `Gateway IP address ${address ?? ''} of ${id.text} is not valid.`;
    return providerError(400, 'LocalNetworkGatewayInvalidGatewayIpAddress', message);
  }
  return stringsAt(objectAt(properties, 'localNetworkAddressSpace'), 'addressPrefixes')
    .map((prefix) => checkCidr(prefix, id.text))
    .find((refused) => refused !== undefined);
}

function checkDelete(id: ResourceId, env: Env): Answer | undefined {
  const user = env.store
    .ofType('connections')
    .find(({ body }) => sameId(referenceAt(objectAt(body, 'properties'), 'localNetworkGateway2'), id.text));
  if (user === undefined) return undefined;
  const message = `Local network gateway ${id.text} is in use by connection ${user.id.text} and cannot be deleted.`;
  return providerError(400, 'InUseLocalNetworkGatewayCannotBeDeleted', message);
}

/** The device's side of a site-to-site tunnel. */
export const localNetworkGateways: Kind = {
  type: 'localNetworkGateways',
  group: 'LocalNetworkGateways',
  noun: 'LocalNetworkGateway',
  duration: 'localNetworkGateways',
  retryAfter: { put: 10, delete: 10 },
  etagHeader: true,
  guid: true,
  readOnly: [],
  children: [],
  defaults: (given) => given,
  check,
  checkDelete,
  references: () => [],
};
