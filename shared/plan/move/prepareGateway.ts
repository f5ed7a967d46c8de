import type { Json, JsonObject } from '../../base/canonical.ts';
import { soldSku } from './gatewaySku.ts';
import { eachIn, listIn, objectIn, textIn, without, withProperties } from './json.ts';
import type { Prepared } from './prepare.ts';

/** Peering addresses of Azure's choice are left to Azure; custom ones belong to the other end of the tunnel, and stay. */
const bgp = (properties: JsonObject): JsonObject => {
  if (properties['bgpSettings'] === undefined) return properties;
  const settings = without(objectIn(properties, 'bgpSettings'), 'bgpPeeringAddress');
  const custom = eachIn(settings, 'bgpPeeringAddresses', (peer) =>
    listIn(peer, 'customBgpIpAddresses').length > 0
      ? without(peer, 'defaultBgpIpAddresses', 'tunnelIpAddresses')
      : undefined,
  );
  const some = listIn(custom, 'bgpPeeringAddresses').length > 0;
  return { ...properties, bgpSettings: some ? custom : without(custom, 'bgpPeeringAddresses') };
};

/** Does a RADIUS server let its clients in, so that it needs the secret that ARM never shows? */
const usesRadius = (client: JsonObject): boolean =>
  textIn(client, 'radiusServerAddress') !== '' || listIn(client, 'radiusServers').length > 0;

/** Who may dial in is said in full: no certificate is none, not any. */
const certificates = (client: JsonObject): JsonObject => ({
  vpnClientRootCertificates: listIn(client, 'vpnClientRootCertificates'),
  vpnClientRevokedCertificates: listIn(client, 'vpnClientRevokedCertificates'),
});

const withoutSecrets = (client: JsonObject): JsonObject =>
  eachIn(without(client, 'radiusServerSecret'), 'radiusServers', (server) => without(server, 'radiusServerSecret'));

/** What has to be written with a gateway and stands in no plan: one secret, also where there are several servers. */
export const withRadiusSecret = (body: JsonObject, secret: string): JsonObject =>
  withProperties(body, (properties) => {
    const client = objectIn(properties, 'vpnClientConfiguration');
    const one = textIn(client, 'radiusServerAddress') === '' ? {} : { radiusServerSecret: secret };
    const all = eachIn(client, 'radiusServers', (server) => ({ ...server, radiusServerSecret: secret }));
    return { ...properties, vpnClientConfiguration: { ...all, ...one } };
  });

/** Whether a gateway's body needs the secret. */
export const needsRadiusSecret = (body: JsonObject): boolean =>
  usesRadius(objectIn(objectIn(body, 'properties'), 'vpnClientConfiguration'));

/** The gateway by a SKU that is sold. VpnGw1AZ exists in the first generation only. */
export const prepareGateway = (body: JsonObject, radiusSecret: string | undefined): Prepared => {
  const properties = objectIn(body, 'properties');
  const before = textIn(properties['sku'], 'name');
  const sku = soldSku(before);
  const client = objectIn(properties, 'vpnClientConfiguration');
  const faults: Prepared['faults'][number][] = [];
  if (sku === null) {
    faults.push({
      code: 'MOVE_SKU',
      text: `The gateway had the SKU ${before}, and no successor of it is known.`,
      remedy: 'Change the gateway to one of VpnGw1AZ to VpnGw5AZ while it stands.',
    });
  }
  if (textIn(properties, 'vpnType').toLowerCase() === 'policybased') {
    faults.push({
      code: 'MOVE_SKU',
      text: 'The gateway is policy-based; Azure makes such a gateway by the SKU Basic only, which is no longer sold.',
      remedy:
        'Replace it by a route-based gateway while it stands (a connection may have policy-based traffic selectors), and let a sweep see it.',
    });
  }
  if (usesRadius(client) && radiusSecret === undefined) {
    faults.push({
      code: 'MOVE_SECRET',
      text: 'The gateway authenticates clients by RADIUS; the secret cannot be read back, and has no source for the new side.',
      remedy:
        'Put the secret into a Key Vault outside that region and name it in move.radiusSecret, or use certificates for the device.',
    });
  }
  const name = sku ?? before;
  const prepared = withProperties(without(body, 'extendedLocation'), (old) => ({
    ...bgp(without(old, 'vNetExtendedLocationResourceId')),
    sku: { name, tier: name },
    ...(name === 'VpnGw1AZ' && textIn(old, 'vpnGatewayGeneration') !== ''
      ? { vpnGatewayGeneration: 'Generation1' }
      : {}),
    ...(Object.keys(client).length > 0
      ? { vpnClientConfiguration: { ...withoutSecrets(client), ...certificates(client) } as Json }
      : {}),
  }));
  const changed = before.toLowerCase() !== name.toLowerCase();
  return {
    body: prepared,
    notes: [],
    defaults: changed ? [`The gateway is ordered as ${name}; ${before || 'what it had'} is no longer sold.`] : [],
    faults,
  };
};
