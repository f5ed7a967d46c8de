import type { Answer } from '../answer.ts';
import { providerError } from '../answer.ts';
import type { ResourceId } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import { objectAt, referenceAt, stringAt } from '../json.ts';
import { plainLocation } from '../locations.ts';
import type { Env, Kind } from './kind.ts';

const ENDS = ['virtualNetworkGateway1', 'localNetworkGateway2'] as const;

/** The two ends are shown by id with nothing in them. */
function ends(given: JsonObject): JsonObject {
  const shown = ENDS.map((end): [string, JsonObject] => [end, { id: referenceAt(given, end) ?? '', properties: {} }]);
  return Object.fromEntries(shown.filter(([, end]) => end['id'] !== ''));
}

/** Both ends and, for a site, the same region as the gateway; the codes are our guess. */
function check(id: ResourceId, body: JsonObject, env: Env): Answer | undefined {
  const properties = objectAt(body, 'properties');
  const missing = ENDS.find((end) => referenceAt(properties, end) === undefined);
  if (missing !== undefined) {
    const message = `Connection ${id.text} needs ${missing}.`;
    return providerError(400, 'VirtualNetworkGatewayConnectionEndMissing', message);
  }
  const gateway = env.store.get(referenceAt(properties, 'virtualNetworkGateway1') ?? '');
  const there = stringAt(gateway?.body, 'location');
  const here = stringAt(body, 'location') ?? '';
  if (there === undefined || plainLocation(there) === plainLocation(here)) return undefined;
  const message = `Connection ${id.text} must be in the location ${there} of its gateway.`;
  return providerError(400, 'VirtualNetworkGatewayConnectionInDifferentLocation', message);
}

/** A site-to-site tunnel. Its key is kept, and shown only by the address made for it. */
export const connections: Kind = {
  type: 'connections',
  group: 'VirtualNetworkGatewayConnections',
  noun: 'VirtualNetworkGatewayConnection',
  duration: 'connections',
  retryAfter: { put: 10, delete: 10 },
  etagHeader: true,
  guid: true,
  readOnly: ['connectionStatus', 'tunnelConnectionStatus', 'egressBytesTransferred', 'ingressBytesTransferred'],
  children: [],
  defaults: (given, previous) => {
    const key = stringAt(given, 'sharedKey') ?? stringAt(previous, 'sharedKey');
    return {
      connectionProtocol: 'IKEv2',
      routingWeight: 0,
      dpdTimeoutSeconds: 0,
      connectionMode: 'Default',
      enableBgp: false,
      useLocalAzureIpAddress: false,
      usePolicyBasedTrafficSelectors: false,
      ipsecPolicies: [],
      trafficSelectorPolicies: [],
      ingressNatRules: [],
      egressNatRules: [],
      expressRouteGatewayBypass: false,
      ...given,
      ...ends(given),
      connectionStatus: stringAt(previous, 'connectionStatus') ?? 'Unknown',
      ingressBytesTransferred: 0,
      egressBytesTransferred: 0,
      ...(key === undefined ? {} : { sharedKey: key }),
    };
  },
  check,
  references: (body) =>
    ENDS.map((end) => referenceAt(objectAt(body, 'properties'), end)).filter((id) => id !== undefined),
  finish: (_id, body) => {
    const properties = objectAt(body, 'properties');
    if (properties['connectionStatus'] === 'Unknown') properties['connectionStatus'] = 'NotConnected';
  },
  present: (_id, body) => {
    delete objectAt(body, 'properties')['sharedKey'];
  },
};
