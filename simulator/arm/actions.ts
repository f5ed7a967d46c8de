import type { Answer } from './answer.ts';
import { methodNotAllowed, missingGroup, resourceNotFound } from './found.ts';
import type { ResourceId } from './ids.ts';
import { listConnections, sharedKey } from './tunnels.ts';
import { clientHealth, disconnectClients } from './vpnClients.ts';
import { generatePackage, lastPackage } from './vpnProfiles.ts';
import type { Call, World } from './world.ts';

/** Something done to a resource that is neither a read nor a write of it. */
export interface Action {
  readonly type: string;
  /** The last part of its address. */
  readonly name: string;
  /** The published operation per method; other methods are refused. */
  readonly labels: Readonly<Record<string, string>>;
  readonly run: (id: ResourceId, call: Call, world: World) => Answer;
}

const GATEWAY = 'virtualNetworkGateways';

const ACTIONS: readonly Action[] = [
  {
    type: GATEWAY,
    name: 'getVpnClientConnectionHealth',
    labels: { POST: 'VirtualNetworkGateways_GetVpnclientConnectionHealth' },
    run: clientHealth,
  },
  {
    type: GATEWAY,
    name: 'disconnectVirtualNetworkGatewayVpnConnections',
    labels: { POST: 'VirtualNetworkGateways_DisconnectVirtualNetworkGatewayVpnConnections' },
    run: disconnectClients,
  },
  {
    type: GATEWAY,
    name: 'generatevpnclientpackage',
    labels: { POST: 'VirtualNetworkGateways_Generatevpnclientpackage' },
    run: generatePackage,
  },
  {
    type: GATEWAY,
    name: 'generatevpnprofile',
    labels: { POST: 'VirtualNetworkGateways_GenerateVpnProfile' },
    run: generatePackage,
  },
  {
    type: GATEWAY,
    name: 'getvpnprofilepackageurl',
    labels: { POST: 'VirtualNetworkGateways_GetVpnProfilePackageUrl' },
    run: lastPackage,
  },
  {
    type: GATEWAY,
    name: 'connections',
    labels: { GET: 'VirtualNetworkGateways_ListConnections' },
    run: listConnections,
  },
  {
    type: 'connections',
    name: 'sharedkey',
    labels: {
      GET: 'VirtualNetworkGatewayConnections_GetSharedKey',
      PUT: 'VirtualNetworkGatewayConnections_SetSharedKey',
    },
    run: sharedKey,
  },
];

export function actionOf(id: Pick<ResourceId, 'types'>, name: string): Action | undefined {
  const type = id.types.join('/').toLowerCase();
  return ACTIONS.find(
    (action) => action.type.toLowerCase() === type && action.name.toLowerCase() === name.toLowerCase(),
  );
}

export function act(action: Action, id: ResourceId, call: Call, world: World): Answer {
  if (action.labels[call.method] === undefined) return methodNotAllowed(call);
  const gone = missingGroup(id, world);
  if (gone !== undefined) return gone;
  return world.env.store.get(id.text) === undefined ? resourceNotFound(id) : action.run(id, call, world);
}
