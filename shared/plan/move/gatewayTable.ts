import type { JsonObject } from '../../base/canonical.ts';
import { listIn, objectIn, textIn } from './json.ts';

/** Has the network's GatewaySubnet this very route table? The device's traffic comes from there; elsewhere it leads nothing. */
export const hasGatewayTable = (network: JsonObject, table: string): boolean => {
  const subnet = listIn(objectIn(network, 'properties'), 'subnets').find(
    (child) => textIn(child, 'name').toLowerCase() === 'gatewaysubnet',
  );
  const attached = textIn(objectIn(objectIn(subnet, 'properties'), 'routeTable'), 'id');
  return attached.toLowerCase() === table.toLowerCase();
};
