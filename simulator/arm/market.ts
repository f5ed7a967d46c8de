import type { Answer } from './answer.ts';
import { gatewayError, providerError } from './answer.ts';
import type { ResourceId } from './ids.ts';
import { stringAt } from './json.ts';
import { KINDS } from './kinds/all.ts';
import type { Kind } from './kinds/kind.ts';
import { DEFAULT_LOCATIONS, plainLocation } from './locations.ts';
import type { World } from './world.ts';

/** Limit and current value of one usage, set by a test over what is counted. */
export interface UsageOverride {
  readonly limit?: number;
  readonly current?: number;
}

// Azure's defaults per region and subscription (azure-subscription-service-limits); gateways and firewalls are a guess.
const LIMITS: Readonly<Record<string, number>> = {
  VirtualNetworks: 1_000,
  PublicIPAddresses: 1_000,
  StandardSkuPublicIpAddresses: 1_000,
  AzureFirewalls: 100,
  VirtualNetworkGateways: 100,
};

/** What a subscription may have where: quotas, and regions that are closed to it. */
export class Market {
  readonly #usages = new Map<string, { readonly limit?: number; readonly others?: number }>();
  readonly #closed = new Map<string, readonly string[] | 'all'>();

  /**
   * Sets a usage of a location: `StandardSkuPublicIpAddresses`, `VirtualNetworks`, ... What `current` is more than what
   * can be counted now belongs to others and stays.
   */
  setUsage(location: string, name: string, { limit, current }: UsageOverride, world: World): void {
    const others = current === undefined ? undefined : current - counted(name, undefined, location, world);
    this.#usages.set(keyOf(location, name), {
      ...this.#usages.get(keyOf(location, name)),
      ...(limit === undefined ? {} : { limit }),
      ...(others === undefined ? {} : { others }),
    });
  }

  current(subscription: string, location: string, name: string, world: World): number {
    const { others = 0 } = this.#usages.get(keyOf(location, name)) ?? {};
    return others + counted(name, subscription, location, world);
  }

  limit(location: string, name: string, world: World): number {
    const own = this.#usages.get(keyOf(location, name))?.limit ?? LIMITS[name];
    if (own !== undefined) return own;
    const { routeTablesPerSubscription, routesPerTable } = world.env.limits;
    return name === 'RouteTables'
      ? routeTablesPerSubscription
      : name === 'RoutesPerRouteTable'
        ? routesPerTable
        : 1_000;
  }

  /** Closes a region to new resources of these types (`virtualNetworkGateways`), or of all; the function returned opens it. */
  close(location: string, types: readonly string[] | 'all'): () => void {
    this.#closed.set(plainLocation(location), types);
    return () => this.#closed.delete(plainLocation(location));
  }

  isClosed(location: string, type: string): boolean {
    const closed = this.#closed.get(plainLocation(location));
    return closed === 'all' || closed?.some((each) => each.toLowerCase() === type.toLowerCase()) === true;
  }

  /** Names of the regions where a type can be created. */
  openTo(type: string): string[] {
    return DEFAULT_LOCATIONS.filter(({ name }) => !this.isClosed(name, type)).map(({ displayName }) => displayName);
  }

  /** Refuses to create one more resource of a kind. */
  refuse(kind: Kind, id: ResourceId, location: string, world: World): Answer | undefined {
    if (this.isClosed(location, kind.type)) {
      const open = this.openTo(kind.type)
        .map((name) => plainLocation(name))
        .join(',');
      const message = `The provided location '${location}' is not available for resource type 'Microsoft.Network/${kind.type}'. List of available regions for the resource type is '${open}'.`;
      return gatewayError(400, 'LocationNotAvailableForResourceType', message);
    }
    const full = usagesOf(kind).find(
      (name) => this.current(id.subscription, location, name, world) >= this.limit(location, name, world),
    );
    if (full === undefined) return undefined;
    const limit = this.limit(location, full, world);
    const [code, message] = refusal(kind, id, limit);
    return providerError(400, code, message);
  }
}

/** The wording of addresses and tables is known from public threads; the code of the others is formed after the first. */
function refusal(kind: Kind, id: ResourceId, limit: number): readonly [string, string] {
  if (kind.type === 'routeTables') {
    const message = `Subscription ${id.subscription} has a quota of ${limit} for resources of type RouteTable.`;
    return ['ResourceCountExceedsLimitDueToTemplate', message];
  }
  const isAddress = kind.type === 'publicIPAddresses';
  const what = isAddress ? 'public IP addresses' : `resources of type ${kind.type}`;
  const message = `Cannot create more than ${limit} ${what} for this subscription in this region.`;
  return [isAddress ? 'PublicIPCountLimitReached' : `${kind.noun}CountLimitReached`, message];
}

function keyOf(location: string, name: string): string {
  return `${plainLocation(location)} ${name.toLowerCase()}`;
}

/** The usages a kind counts for; every address counts twice. */
function usagesOf(kind: Kind): string[] {
  if (kind.usage === undefined) return [];
  return kind.type === 'publicIPAddresses' ? ['PublicIPAddresses', kind.usage] : [kind.usage];
}

/** How many resources of a subscription (or of all) count for a usage of a location. */
function counted(name: string, subscription: string | undefined, location: string, world: World): number {
  const type = KINDS.find((kind) => usagesOf(kind).some((usage) => usage.toLowerCase() === name.toLowerCase()))?.type;
  if (type === undefined) return 0;
  return world.env.store
    .ofType(type, subscription === undefined ? undefined : { subscription })
    .filter(({ body }) => plainLocation(stringAt(body, 'location') ?? '') === plainLocation(location)).length;
}
