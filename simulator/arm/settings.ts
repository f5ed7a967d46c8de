/** A token bucket: `burst` calls at once, refilled at `perSecond`. */
export interface BucketLimit {
  readonly burst: number;
  readonly perSecond: number;
}

/** At most `calls` within any window of `seconds`. */
export interface WindowLimit {
  readonly calls: number;
  readonly seconds: number;
}

export interface Limits {
  /** User-defined routes in one table; 400 for years, raised in public regions in 2026. */
  readonly routesPerTable: number;
  /** Routes whose prefix is a service tag (virtual-networks-udr-overview). */
  readonly serviceTagRoutesPerTable: number;
  readonly routeTablesPerSubscription: number;
  /** ARM's own buckets per subscription (request-limits-and-throttling, since 2024). */
  readonly reads: BucketLimit;
  readonly writes: BucketLimit;
  readonly deletes: BucketLimit;
  /** Microsoft.Network on top of them (same page). */
  readonly networkWrites: WindowLimit;
  readonly networkReads: WindowLimit;
  /** The service tags list has its own; people meet it at about one call a second (azure-sdk-for-net#45317). */
  readonly serviceTags: WindowLimit;
  /** Retry-After of a locked resource; 11 and 12 were recorded. */
  readonly lockRetryAfterSeconds: number;
  readonly itemsPerPage: number;
  /** How long the link to a VPN client package is good; not documented. */
  readonly packageLinkMinutes: number;
}

export const DEFAULT_LIMITS: Limits = {
  routesPerTable: 400,
  serviceTagRoutesPerTable: 25,
  routeTablesPerSubscription: 200,
  reads: { burst: 250, perSecond: 25 },
  writes: { burst: 200, perSecond: 10 },
  deletes: { burst: 200, perSecond: 10 },
  networkWrites: { calls: 1_000, seconds: 300 },
  networkReads: { calls: 10_000, seconds: 300 },
  serviceTags: { calls: 300, seconds: 300 },
  lockRetryAfterSeconds: 11,
  itemsPerPage: 100,
  packageLinkMinutes: 60,
};

/** How long, in simulated seconds, the provider works on a write; `lag` more seconds the resource stays Updating. */
export interface Duration {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  readonly lag: number;
}

export type DurationKey =
  | 'resourceGroups'
  | 'routeTables'
  | 'routes'
  | 'networkSecurityGroups'
  | 'azureFirewalls'
  | 'firewallPolicies'
  | 'ruleCollectionGroups'
  | 'ipGroups'
  | 'publicIPAddresses'
  | 'virtualNetworks'
  | 'subnets'
  | 'virtualNetworkGateways'
  | 'localNetworkGateways'
  | 'connections'
  | 'vpnClientConnectionHealth'
  | 'vpnProfiles';

/** As recorded in westus2 in 2026, except where a comment says otherwise. */
export const DEFAULT_DURATIONS: Readonly<Record<DurationKey, Duration>> = {
  resourceGroups: { create: 0, update: 0, delete: 15, lag: 0 },
  routeTables: { create: 2, update: 2, delete: 3, lag: 0 },
  // The first poll comes after 2 s, but the table was free again within one.
  routes: { create: 1, update: 1, delete: 1, lag: 0 },
  // Not recorded; formed after the tables.
  networkSecurityGroups: { create: 2, update: 2, delete: 3, lag: 0 },
  azureFirewalls: { create: 377, update: 215, delete: 484, lag: 0 },
  // With a firewall attached; 4 s without (recorded). Only those of the groups are recorded, the others are formed after them.
  firewallPolicies: { create: 187, update: 187, delete: 190, lag: 0 },
  ruleCollectionGroups: { create: 250, update: 187, delete: 190, lag: 0 },
  ipGroups: { create: 187, update: 187, delete: 190, lag: 0 },
  publicIPAddresses: { create: 1, update: 1, delete: 10, lag: 0 },
  virtualNetworks: { create: 3, update: 3, delete: 10, lag: 0 },
  subnets: { create: 2, update: 2, delete: 10, lag: 0 },
  // The update is a guess ("minutes"); create and delete are recorded.
  virtualNetworkGateways: { create: 2_816, update: 300, delete: 480, lag: 0 },
  // Not recorded.
  localNetworkGateways: { create: 5, update: 5, delete: 5, lag: 0 },
  connections: { create: 30, update: 30, delete: 30, lag: 0 },
  // Not recorded: only that it is a long operation.
  vpnClientConnectionHealth: { create: 10, update: 10, delete: 10, lag: 0 },
  // Not recorded either; people wait about a minute.
  vpnProfiles: { create: 60, update: 60, delete: 60, lag: 0 },
};

export type DurationOverrides = Partial<Record<DurationKey, Partial<Duration>>>;

export function durationsWith(overrides: DurationOverrides): Readonly<Record<DurationKey, Duration>> {
  const merged = { ...DEFAULT_DURATIONS };
  for (const key of Object.keys(merged) as DurationKey[]) merged[key] = { ...merged[key], ...overrides[key] };
  return merged;
}
