import type { Answer } from './answer.ts';
import { gatewayError, providerError } from './answer.ts';
import type { ResourceId } from './ids.ts';
import { stringAt } from './json.ts';
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
  readonly #usages = new Map<string, UsageOverride>();
  readonly #closed = new Map<string, readonly string[] | 'all'>();

  /** Sets a usage of a location: `StandardSkuPublicIpAddresses`, `VirtualNetworks`, ... */
  setUsage(location: string, name: string, usage: UsageOverride): void {
    const key = `${plainLocation(location)} ${name.toLowerCase()}`;
    this.#usages.set(key, { ...this.#usages.get(key), ...usage });
  }

  usage(location: string, name: string): UsageOverride {
    return this.#usages.get(`${plainLocation(location)} ${name.toLowerCase()}`) ?? {};
  }

  limit(location: string, name: string): number {
    return this.usage(location, name).limit ?? LIMITS[name] ?? 1_000;
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
    if (kind.usage === undefined) return undefined;
    const current = this.usage(location, kind.usage).current ?? countOf(kind.type, id.subscription, location, world);
    const limit = this.limit(location, kind.usage);
    if (current < limit) return undefined;
    // The wording of public addresses is known; the code of the others is formed after it.
    const [code, what] =
      kind.type === 'publicIPAddresses'
        ? ['PublicIPCountLimitReached', 'public IP addresses']
        : [`${kind.noun}CountLimitReached`, `resources of type ${kind.type}`];
    const message = `Cannot create more than ${limit} ${what} for this subscription in this region.`;
    return providerError(400, code, message);
  }
}

/** How many resources of a type a subscription has in a location. */
export function countOf(type: string, subscription: string, location: string, world: World): number {
  return world.env.store
    .ofType(type, { subscription })
    .filter(({ body }) => plainLocation(stringAt(body, 'location') ?? '') === plainLocation(location)).length;
}
