import type { Answer } from '../answer.ts';
import { providerError } from '../answer.ts';
import type { ResourceId } from '../ids.ts';
import { parseId, sameId } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import { objectAt, objectsAt, referenceAt, stringAt } from '../json.ts';
import type { Env } from './kind.ts';
import { ipConfigurationsWith } from './subnetAddresses.ts';

/** The ip configurations of a firewall or gateway. */
export function configurationsOf(body: JsonObject | undefined): JsonObject[] {
  return objectsAt(objectAt(body, 'properties'), 'ipConfigurations').map((item) => objectAt(item, 'properties'));
}

/** The network that the resource's first subnet is in. */
export function networkOf(body: JsonObject | undefined): ResourceId | undefined {
  const subnet = configurationsOf(body)
    .map((item) => referenceAt(item, 'subnet'))
    .find((id) => id !== undefined);
  return subnet === undefined ? undefined : parseId(subnet.split('/').slice(0, -2).join('/'));
}

function checkAddress(id: ResourceId, reference: string, noun: string, env: Env): Answer | undefined {
  const address = env.store.get(reference);
  if (address === undefined) return undefined;
  if (stringAt(objectAt(address.body, 'sku'), 'name')?.toLowerCase() === 'basic') {
    const message = `${noun} ${id.text} cannot use public IP address ${reference} of SKU Basic. Use a Standard SKU public IP address.`;
    return providerError(400, `${noun}PublicIPAddressMustBeStandard`, message);
  }
  const holder = ipConfigurationsWith('publicIPAddress', reference, env).find((item) => !sameId(item.owner, id.text));
  if (holder === undefined) return undefined;
  const message = `Resource ${id.text} is referencing public IP address ${reference} that is already allocated to resource ${holder.id}.`;
  return providerError(400, 'PublicIPAddressInUse', message);
}

/**
 * Firewalls and gateways live in a subnet of a fixed name and use standard public addresses nobody else has. The
 * rules are documented; the codes, but for the address in use, are our guess.
 */
export function checkPlacement(
  id: ResourceId,
  body: JsonObject,
  of: { readonly noun: string; readonly subnet: string },
  env: Env,
): Answer | undefined {
  const items = configurationsOf(body);
  if (items.length === 0) {
    const message = `${of.noun} ${id.text} needs an IP configuration.`;
    return providerError(400, `${of.noun}IpConfigurationRequired`, message);
  }
  for (const item of items) {
    const subnet = referenceAt(item, 'subnet');
    if (subnet !== undefined && parseId(subnet)?.names[1]?.toLowerCase() !== of.subnet.toLowerCase()) {
      const message = `Subnet ${subnet} of ${of.noun} ${id.text} must have the name '${of.subnet}'.`;
      return providerError(400, `${of.noun}InvalidSubnetName`, message);
    }
    const address = referenceAt(item, 'publicIPAddress');
    const refused = address === undefined ? undefined : checkAddress(id, address, of.noun, env);
    if (refused !== undefined) return refused;
  }
  return undefined;
}
