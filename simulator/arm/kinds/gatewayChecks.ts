import type { Answer } from '../answer.ts';
import { providerError } from '../answer.ts';
import type { ResourceId } from '../ids.ts';
import { sameId } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import { objectAt, objectsAt, referenceAt, stringAt, stringsAt } from '../json.ts';
import { v4Overlap } from '../prefix.ts';
import { checkChildNames, checkCidr } from './checks.ts';
import type { Env } from './kind.ts';
import { checkPlacement, configurationsOf, networkOf } from './placement.ts';
import { subnetWith } from './subnetAddresses.ts';

/** Root and revoked certificates a gateway takes (Azure limits page). */
const ROOTS = 20;
const REVOKED = 300;

/** SKUs that can no longer be created, only kept: the basic one and those without zones (gateway-sku-consolidation). */
function checkSku(id: ResourceId, body: JsonObject): Answer | undefined {
  const name = stringAt(objectAt(objectAt(body, 'properties'), 'sku'), 'name') ?? '';
  if (/^VpnGw[1-5]$/i.test(name)) {
    const message = `VpnGw1-5 non-AZ SKUs are no longer supported for VPN gateways. Gateway ${id.text} was given ${name}; use ${name}AZ instead.`;
    return providerError(400, 'NonAzSkusNotAllowedForVPNGateway', message);
  }
  if (/^(VpnGw[1-5]AZ|ErGw[1-3]AZ)$/i.test(name)) return undefined;
  const message = `Gateway SKU ${name} of ${id.text} cannot be created with a Standard public IP address.`;
  return providerError(400, 'InvalidGatewaySkuSpecified', message);
}

/** One gateway of a type per network. */
function checkOnly(id: ResourceId, body: JsonObject, env: Env): Answer | undefined {
  const network = networkOf(body);
  const type = stringAt(objectAt(body, 'properties'), 'gatewayType')?.toLowerCase();
  const twin = env.store
    .ofType('virtualNetworkGateways')
    .filter((other) => !sameId(other.id.text, id.text) && sameId(networkOf(other.body)?.text, network?.text))
    .find((other) => stringAt(objectAt(other.body, 'properties'), 'gatewayType')?.toLowerCase() === type);
  if (twin === undefined) return undefined;
  const message = `Virtual network ${network?.text} already has gateway ${twin.id.text} of this type. A virtual network can't be associated with more than one gateway of a type.`;
  return providerError(400, 'VirtualNetworkGatewayAlreadyExistsInVirtualNetwork', message);
}

/** A default route or switched-off propagation on the gateway's subnet blocks the creation (vpn-gateway-gwudr-warning). */
function checkSubnetRoutes(id: ResourceId, body: JsonObject, env: Env): Answer | undefined {
  for (const item of configurationsOf(body)) {
    const subnet = subnetWith(referenceAt(item, 'subnet'), env);
    const table = env.store.get(referenceAt(objectAt(subnet, 'properties'), 'routeTable') ?? '');
    const properties = objectAt(table?.body, 'properties');
    const toAll = objectsAt(properties, 'routes').find(
      (route) => stringAt(objectAt(route, 'properties'), 'addressPrefix') === '0.0.0.0/0',
    );
    if (toAll === undefined && properties['disableBgpRoutePropagation'] !== true) continue;
    const why = toAll === undefined ? 'disables BGP route propagation' : 'has a route for 0.0.0.0/0';
    const message = `Gateway ${id.text} cannot be created because route table ${table?.id.text} of its subnet ${why}.`;
    return providerError(400, 'GatewaySubnetRouteTableNotSupported', message);
  }
  return undefined;
}

function checkCertificates(id: ResourceId, client: JsonObject): Answer | undefined {
  const roots = objectsAt(client, 'vpnClientRootCertificates');
  if (roots.length > ROOTS || objectsAt(client, 'vpnClientRevokedCertificates').length > REVOKED) {
    const message = `Gateway ${id.text} cannot have more than ${ROOTS} root certificates or ${REVOKED} revoked certificates.`;
    return providerError(400, 'VpnClientCertificateCountLimitReached', message);
  }
  const broken = roots.find((root) => {
    const data = stringAt(objectAt(root, 'properties'), 'publicCertData') ?? '';
    return data === '' || /[^A-Za-z0-9+/=\s]/.test(data);
  });
  if (broken === undefined) return undefined;
  const message = `Data for certificate ${id.text}/vpnClientRootCertificates/${stringAt(broken, 'name')} is invalid.`;
  return providerError(400, 'VpnClientRootCertificateDataInvalid', message);
}

/** The clients' addresses must be none of the network's. */
function checkClients(id: ResourceId, body: JsonObject, env: Env): Answer | undefined {
  const client = objectAt(objectAt(body, 'properties'), 'vpnClientConfiguration');
  const pool = stringsAt(objectAt(client, 'vpnClientAddressPool'), 'addressPrefixes');
  const network = env.store.get(networkOf(body)?.text ?? '');
  const space = stringsAt(objectAt(objectAt(network?.body, 'properties'), 'addressSpace'), 'addressPrefixes');
  for (const prefix of pool) {
    const malformed = checkCidr(prefix, id.text);
    if (malformed !== undefined) return malformed;
    const clash = space.find((other) => v4Overlap(other, prefix));
    if (clash === undefined) continue;
    const message = `VPN client address pool ${prefix} of gateway ${id.text} overlaps address prefix ${clash} of its virtual network.`;
    return providerError(400, 'VpnClientAddressPoolOverlapsWithVirtualNetwork', message);
  }
  return checkCertificates(id, client);
}

/** The rules are documented; but for the first two, the codes are our guess. */
export function checkGateway(
  id: ResourceId,
  body: JsonObject,
  env: Env,
  previous: JsonObject | undefined,
): Answer | undefined {
  const creation = previous === undefined ? (checkSku(id, body) ?? checkOnly(id, body, env)) : undefined;
  return (
    checkChildNames(id, body, 'ipConfigurations') ??
    creation ??
    checkPlacement(id, body, { noun: 'VirtualNetworkGateway', subnet: 'GatewaySubnet' }, env) ??
    (previous === undefined ? checkSubnetRoutes(id, body, env) : undefined) ??
    checkClients(id, body, env)
  );
}
