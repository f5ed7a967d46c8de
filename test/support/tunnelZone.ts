import type { JsonObject } from '../../shared/base/canonical.ts';
import type { JsonObjectInput } from '../../simulator/arm/json.ts';
import type { Journey, SiteChange, Stage } from './journey.ts';
import { targetOf } from './moves.ts';

/** A site that its device reaches by a site-to-site tunnel with this key. */
export const tunnelSite = (sharedKey: string, move: Record<string, unknown> = {}): SiteChange => ({
  zone: { siteToSite: { gatewayIpAddress: '198.51.100.9', addressPrefixes: ['10.80.0.0/24'], sharedKey } },
  site: {
    network: {
      vpn: 's2s',
      virtualNetwork: 'vnet',
      gateway: 'vngw',
      firewall: 'firewall',
      routeTable: 'routetable',
      onPremRouteTable: 'routetableonprem',
      onPremAddressPrefixes: ['10.80.0.0/24'],
    },
    move,
  },
});

/** The tunnel's connection as it stands, or would stand, in the target. */
export const targetConnection = async (journey: Journey): Promise<string> =>
  `${(await targetOf(journey)).ids.resourceGroup}/providers/Microsoft.Network/connections/vngw-connection`;

/** The tunnel's connection at home. */
export const homeConnection = ({ ids }: Journey): string => ids.connection ?? '';

/** Somebody writes to Azure past us, and waits until it is over. */
export const writtenByOthers = async (
  stage: Stage,
  { ports }: Journey,
  id: string,
  body: JsonObject,
): Promise<void> => {
  const accepted = await ports.resources.put(id, body, null);
  if (accepted.status === 'done') return;
  for (let polls = 0; polls < 20; polls += 1) {
    stage.clock.advance(60_000);
    if ((await ports.resources.poll(accepted.operationUrl)).status !== 'running') return;
  }
  throw new Error(`the write of ${id} does not end`);
};

/** Somebody gives a connection another key, and tells nobody. */
export const rotateKey = (stage: Stage, journey: Journey, connection: string, value: string): Promise<void> =>
  writtenByOthers(stage, journey, `${connection}/sharedkey`, { value });

/** Members of a resource and of its `properties`, as somebody changed them; its key stays. */
export const changeSeeded = (
  stage: Stage,
  id: string,
  { tags, ...properties }: Record<string, unknown>,
  sharedKey: string,
): void => {
  const raw = stage.arm.read(id) as { tags?: object; properties: object };
  const changed = {
    ...raw,
    tags: { ...raw.tags, ...(tags as object) },
    properties: { ...raw.properties, ...properties, sharedKey },
  };
  stage.arm.seed(id, changed as unknown as JsonObjectInput);
};

/** Whether a device with this key gets its tunnel, two minutes after it dialled in. */
export const tunnelWith = (stage: Stage, { site }: Journey, connectionId: string, sharedKey: string): boolean => {
  stage.arm.dial({ device: site, connectionId, sharedKey });
  stage.clock.advance(120_000);
  const properties = stage.arm.read(connectionId)?.['properties'] as { connectionStatus?: string } | undefined;
  return properties?.connectionStatus === 'Connected';
};

/** Writes to connections since the last `mark`. */
export const connectionWrites = (journey: Journey) =>
  journey.exchanges().filter(({ method, url }) => method === 'PUT' && url.includes('/connections/'));
