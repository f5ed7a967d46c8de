import { tagByResourceType } from '../base/services.ts';
import { FAILOVER_PREFIX } from './incident.ts';
import { nothing, oneLine, subscriptionOf } from './payload.ts';
import type { Reading } from './signal.ts';

/**
 * Operations that move a resource to another region -> the resource type that moves.
 * For a failover group or a geo-disaster alias that is the server or namespace above it. Both are run on the
 * side that becomes the primary, so a site has to list both servers or namespaces among its resources.
 */
const moves: ReadonlyMap<string, string> = new Map([
  ['microsoft.storage/storageaccounts/failover/action', 'microsoft.storage/storageaccounts'],
  ['microsoft.sql/servers/failovergroups/failover/action', 'microsoft.sql/servers'],
  ['microsoft.sql/servers/failovergroups/forcefailoverallowdataloss/action', 'microsoft.sql/servers'],
  ['microsoft.documentdb/databaseaccounts/failoverprioritychange/action', 'microsoft.documentdb/databaseaccounts'],
  ['microsoft.eventhub/namespaces/disasterrecoveryconfigs/failover/action', 'microsoft.eventhub/namespaces'],
  ['microsoft.servicebus/namespaces/disasterrecoveryconfigs/failover/action', 'microsoft.servicebus/namespaces'],
  ['microsoft.devices/iothubs/failover/action', 'microsoft.devices/iothubs'],
]);

/** Failovers from one replica to another inside a region: no address leaves it. */
const staysInRegion = new Set([
  'microsoft.sql/servers/databases/failover/action',
  'microsoft.sql/servers/elasticpools/failover/action',
]);

const looksLikeFailover = /(failover|forcefailoverallowdataloss|failoverprioritychange)\/action$/;

const armId = /^(\/subscriptions\/([^/]+)\/resourcegroups\/[^/]+\/providers\/([^/]+\/[^/]+)\/[^/]+)(\/.*)?$/;

/** Why an operation changes no route; undefined for the ones that move a resource. */
export const whyNoMove = (operation: string): string | undefined => {
  const name = operation.toLowerCase();
  if (moves.has(name)) return undefined;
  if (staysInRegion.has(name)) return 'it fails over inside its region, no route change';
  return looksLikeFailover.test(name) ? 'unknown failover operation, no route change' : 'not a failover operation';
};

/**
 * A successful ARM operation, whichever channel told it. A failover opens a fact for the resource's service and
 * a later one renews it: failing back is the same operation, so nothing here ever closes. Neither the old nor the
 * new region is in the event: the impact has no region, and means the home region of the site that owns the resource.
 */
export const readOperation = (told: {
  readonly operation: string;
  /** Where the resource's id may stand; the first that is one counts. */
  readonly resourceIds: readonly string[];
  readonly at: string | undefined;
}): Reading => {
  const operation = oneLine(told.operation);
  const ids = told.resourceIds.map((id) => armId.exec(id.toLowerCase())).filter((id) => id !== null);
  const type = moves.get(operation.toLowerCase());
  const found = ids.find(([, , , ownType]) => ownType === type);
  const what = oneLine(`${operation || 'an operation'} on ${ids[0]?.[0] ?? told.resourceIds[0] ?? 'no resource'}`, 400);
  const reason = whyNoMove(operation);
  if (reason !== undefined || type === undefined) return nothing(what, reason ?? 'not a failover operation');
  const [, resourceId, written] = found ?? [];
  if (resourceId === undefined) return nothing(what, `it names no resource of ${type}`);
  const subscriptionId = subscriptionOf(written);
  if (subscriptionId === undefined) return nothing(what, 'its subscription is none that Azure has');
  if (told.at === undefined) return nothing(what, 'it has no readable time');
  const tag = Object.hasOwn(tagByResourceType, type) ? tagByResourceType[type] : undefined;
  if (tag === undefined) return nothing(what, `no service tag is known for ${type}`);
  const signal = {
    source: 'eventGrid',
    subscriptionId,
    trackingId: `${FAILOVER_PREFIX}${resourceId}`,
    state: 'open',
    impacts: [{ serviceName: tag, region: null, regionName: '', state: 'open' }],
    resourceId,
    at: told.at,
    since: told.at,
    title: oneLine(`${operation} on ${resourceId.slice(resourceId.lastIndexOf('/') + 1)}`),
    acts: true,
    why: 'a failover operation was run on the resource',
  } as const;
  return { signals: [signal], ignored: [] };
};
