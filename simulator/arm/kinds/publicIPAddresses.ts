import type { Answer } from '../answer.ts';
import { providerError } from '../answer.ts';
import type { ResourceId } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import { objectAt, stringAt } from '../json.ts';
import type { Env, Kind } from './kind.ts';
import { ipConfigurationsWith } from './subnetAddresses.ts';

function user(id: ResourceId, env: Env): string | undefined {
  return ipConfigurationsWith('publicIPAddress', id.text, env)[0]?.id;
}

/** Addresses of the basic kind are no longer given out, and standard ones are static; both answers are quoted in public threads. */
function check(id: ResourceId, body: JsonObject, _env: Env, previous: JsonObject | undefined): Answer | undefined {
  const basic = stringAt(objectAt(body, 'sku'), 'name')?.toLowerCase() === 'basic';
  const properties = objectAt(body, 'properties');
  if (basic && previous === undefined) {
    const version = stringAt(properties, 'publicIPAddressVersion') ?? 'IPv4';
    const message = `Cannot create more than 0 ${version} Basic SKU public IP addresses for this subscription in this region.`;
    return providerError(400, `${version}BasicSkuPublicIpCountLimitReached`, message);
  }
  if (basic || stringAt(properties, 'publicIPAllocationMethod')?.toLowerCase() === 'static') return undefined;
  const message = `Standard sku publicIp ${id.text} must have AllocationMethod set to Static.`;
  return providerError(400, 'StandardSkuPublicIPAddressesMustBeStatic', message);
}

function checkDelete(id: ResourceId, env: Env): Answer | undefined {
  const holder = user(id, env);
  if (holder === undefined) return undefined;
  const message = `Public IP address ${id.text} can not be deleted since it is still allocated to resource ${holder}. In order to delete the public IP, disassociate/detach the Public IP address from the resource.  To learn how to do this, see aka.ms/deletepublicip.`;
  return providerError(400, 'PublicIPAddressCannotBeDeleted', message);
}

export const publicIPAddresses: Kind = {
  type: 'publicIPAddresses',
  group: 'PublicIPAddresses',
  noun: 'PublicIpAddress',
  duration: 'publicIPAddresses',
  retryAfter: { put: 1, delete: 10 },
  etagHeader: true,
  guid: true,
  readOnly: ['ipConfiguration'],
  usage: 'StandardSkuPublicIpAddresses',
  children: [],
  defaults: (given, previous) => {
    const kept = previous?.['ipAddress'];
    return {
      publicIPAddressVersion: 'IPv4',
      publicIPAllocationMethod: 'Dynamic',
      idleTimeoutInMinutes: 4,
      ipTags: [],
      ddosSettings: { protectionMode: 'VirtualNetworkInherited' },
      ...given,
      ...(kept === undefined ? {} : { ipAddress: kept }),
    };
  },
  outerDefaults: (given) => ({ sku: { tier: 'Regional', name: 'Basic', ...objectAt(given, 'sku') } }),
  check,
  checkDelete,
  references: () => [],
  finish: (_id, body, env) => {
    const properties = objectAt(body, 'properties');
    const isStatic = stringAt(properties, 'publicIPAllocationMethod')?.toLowerCase() === 'static';
    if (isStatic && properties['ipAddress'] === undefined)
      properties['ipAddress'] = env.newPublicAddress(stringAt(body, 'location') ?? 'global');
  },
  present: (id, body, env) => {
    const holder = user(id, env);
    if (holder !== undefined) body['properties'] = { ...objectAt(body, 'properties'), ipConfiguration: { id: holder } };
  },
};
