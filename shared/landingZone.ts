import { networkIn } from './base/address.ts';
import { isObject, type JsonObject } from './base/canonical.ts';
import { asAutomationError } from './base/errors.ts';
import type { Site } from './base/site.ts';
import type { ObservedNetwork, ResourceReader } from './plan/observed.ts';

const propertiesOf = (value: unknown): Record<string, unknown> =>
  isObject(value) && isObject(value['properties']) ? value['properties'] : {};
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const texts = (value: unknown): string[] => list(value).filter((item): item is string => typeof item === 'string');

const isIpv6 = (text: string): boolean => text.includes(':');
/** The VPN of the device carries IPv4 only; what is planned by knows no other. */
const ipv4In = (prefixes: readonly string[]): string[] =>
  prefixes.filter((text) => !isIpv6(text)).map((text) => networkIn(text) ?? text);

/** Of each instance of the gateway the id of its public address; null where none is named. */
const publicIpIdsOf = (gateway: JsonObject): (string | null)[] =>
  list(propertiesOf(gateway)['ipConfigurations'])
    .map((configuration) => propertiesOf(configuration)['publicIPAddress'])
    .map((reference) => (isObject(reference) && typeof reference['id'] === 'string' ? reference['id'] : null));

const clientPoolOf = (gateway: JsonObject): string[] => {
  const client = propertiesOf(gateway)['vpnClientConfiguration'];
  const pool = isObject(client) ? client['vpnClientAddressPool'] : undefined;
  return isObject(pool) ? texts(pool['addressPrefixes']) : [];
};

const gatewayAddresses = async (site: Site, reader: ResourceReader) => {
  const gateway = await reader.get(site.ids.gateway);
  const addresses: string[] = [];
  for (const id of publicIpIdsOf(gateway)) {
    const address = id === null ? undefined : propertiesOf(await reader.get(id))['ipAddress'];
    // Without this one the others say nothing: its own traffic would be led to the firewall.
    if (typeof address !== 'string') throw new Error(`${id ?? 'one of its instances'} says no address`);
    addresses.push(address);
  }
  const ipv4 = addresses.filter((text) => !isIpv6(text));
  if (ipv4.length === 0) throw new Error(`it has no public${addresses.length > 0 ? ' IPv4' : ''} address`);
  const pool = clientPoolOf(gateway);
  return { addresses: ipv4, pool: ipv4In(pool), ipv6: [...addresses, ...pool].filter(isIpv6) };
};

const gatewaySubnetOf = (network: JsonObject): string | null => {
  const subnets = list(propertiesOf(network)['subnets']);
  const gateway = subnets.find(
    (subnet) => isObject(subnet) && String(subnet['name']).toLowerCase() === 'gatewaysubnet',
  );
  const { addressPrefix, addressPrefixes } = propertiesOf(gateway);
  return ipv4In([...texts([addressPrefix]), ...texts(addressPrefixes)])[0] ?? null;
};

/** What seldom changes around a site: the gateway's public addresses, the VNet's ranges. Three reads or more. */
export const readLandingZone = async (
  site: Site,
  reader: ResourceReader,
): Promise<Omit<ObservedNetwork, 'firewallPrivateIpAddress'>> => {
  const network = await reader.get(site.ids.virtualNetwork);
  const space = propertiesOf(network)['addressSpace'];
  const prefixes = isObject(space) ? texts(space['addressPrefixes']) : [];
  const base = { gatewaySubnet: gatewaySubnetOf(network), addressSpace: ipv4In(prefixes) };
  const leftOut = (texts: readonly string[]) => (texts.length > 0 ? { ipv6LeftOut: [...texts].sort() } : {});
  const ofNetwork = prefixes.filter(isIpv6);
  const given = site.network.clientAddressPool ? [site.network.clientAddressPool] : [];
  try {
    const { addresses, pool, ipv6 } = await gatewayAddresses(site, reader);
    const configured = site.network.gatewayPublicIpAddresses ?? [];
    return {
      ...base,
      gatewayPublicIpAddresses: [...new Set([...addresses, ...configured])].sort(),
      clientAddressPool: [...new Set([...given, ...pool])].sort(),
      ...leftOut([...ofNetwork, ...ipv6]),
    };
  } catch (error) {
    const failure = asAutomationError(error);
    // A passing fault is not "cannot be read": it is tried again; a lasting one blocks the plan.
    if (failure.retry !== 'never' && failure.code !== 'ERR_BUG') throw failure;
    if (failure.code === 'ERR_AZURE_CREDENTIAL') throw failure;
    return {
      ...base,
      gatewayPublicIpAddresses: [],
      clientAddressPool: given,
      ...leftOut(ofNetwork),
      unread: failure.message.replace(/^Unexpected: /, ''),
    };
  }
};
