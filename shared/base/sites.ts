import { z } from 'zod';
import { cloudNames } from './clouds.ts';

/** An ISO 8601 duration of days, hours, minutes and seconds. */
const duration = z
  .string()
  .regex(/^P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?$/, 'is not an ISO 8601 duration such as PT1H');

const shown = (input: unknown): string =>
  typeof input === 'string' ? `"${input.slice(0, 40)}"` : input === null ? 'null' : `of type ${typeof input}`;

const name = z.string().min(1).max(80);
const prefix = z.string().max(43);
const address = z.string().max(39);
const askOrAuto = z.enum(['ask', 'auto']);

/** How routes may be made to fit the table, in `plan/routing.ts`; a site lists them in the order to try. */
export const strategyNames = ['exact', 'longestPrefix', 'serviceTags', 'summarize'] as const;

const network = z
  .object({
    vpn: z.enum(['p2s', 's2s']).default('p2s'),
    virtualNetwork: name,
    gateway: name,
    gatewayPublicIpAddresses: z.array(address).max(8).optional().describe('read from Azure where absent'),
    firewall: name,
    firewallPrivateIpAddress: address.optional().describe('read from Azure where absent'),
    routeTable: name.describe('the route table of the GatewaySubnet'),
    onPremRouteTable: name.optional(),
    clientAddressPool: prefix.optional().describe('point-to-site: where the device gets its address from'),
    onPremAddressPrefixes: z.array(prefix).max(100).default([]).describe('site-to-site: ranges behind the device'),
  })
  .strict();

const firewallRule = z
  .object({
    ports: z.enum(['*', 'services']).default('*'),
    priority: z.int().min(100).max(65_000).default(200).describe('of our rule collection; Azure allows 100-65000'),
    ipGroup: z.boolean().default(false).describe('destinations in an IP group of ours, which our rule refers to'),
  })
  .strict();

const noLimit = 'is neither a whole number from 1 to 10000 nor "discover"';

const routeBudget = z
  .object({
    limit: z
      .union([z.int(noLimit).min(1, noLimit).max(10_000, noLimit), z.literal('discover')], noLimit)
      .default(400)
      .describe('routes in the table; discover: what Azure says (RoutesPerRouteTable), else 400'),
    reserve: z.int().min(0).max(1_000).default(0),
    strategies: z.array(z.enum(strategyNames)).min(1).default(['exact']),
    maxExtraPercent: z.number().min(0).max(100).default(1),
  })
  .strict();

/** What one plan may change without a person; the largest failovers of real regions stay far below. */
const caps = z
  .object({
    routes: z.int().min(1).max(10_000).default(2_000).describe('routes that one plan adds and removes'),
    addresses: z
      .int()
      .min(1)
      .max(2 ** 32)
      .default(2 ** 24)
      .describe('addresses that one plan adds and removes'),
    addedPercent: z.int().min(1).max(100_000).default(400).describe('of our routes or their addresses before'),
    removedPercent: z.int().min(1).max(100).default(50).describe('of the same; a failback is not measured'),
  })
  .strict();

const policy = z
  .object({
    serviceFailover: askOrAuto.default('auto'),
    regionMove: askOrAuto.default('ask'),
    failback: askOrAuto.default('ask'),
    regionFailback: askOrAuto.default('ask').describe('the way back from a region move'),
    soak: duration.default('PT1H'),
    minBetweenRuns: duration
      .default('PT1H')
      .describe('what was taken away is not added again sooner without a person; never delays a first failover'),
    drift: z.enum(['tell', 'repair']).default('tell'),
    tagUpdates: askOrAuto.default('auto'),
    shadow: z.boolean().default(true).describe('plan and tell, write nothing, until a person adopts the site'),
    caps: caps.prefault({}).describe('beyond these a person has to approve the very digest, once'),
  })
  .strict();

const vaultSecret = z
  .string()
  .max(300)
  .regex(/^https:\/\/[^/]+\/secrets\/[^/?#]+(\/[^/?#]+)?$/, 'is not the address of a Key Vault secret');

const move = z
  .object({
    targetRegion: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe(
        'failoverRegion where absent; in any other, services that fail over are outside the tunnel unless globalTags names their tags',
      ),
    resourceGroup: z
      .string()
      .min(1)
      .max(90)
      .optional()
      .describe("of the target side; another than home's; <resourceGroup>-<target region> where absent"),
    addressSpace: prefix.optional().describe("of the target's VNet; home's where absent"),
    clientAddressPool: prefix.optional().describe("in the target; home's where absent"),
    zones: z
      .array(z.enum(['1', '2', '3']))
      .max(3)
      .default([])
      .describe('of public addresses and firewall; none where the region has none'),
    standby: z.enum(['cold', 'warm']).default('cold').describe('warm: VNet, firewall and gateway are kept there'),
    retireOld: z.enum(['ask', 'never']).default('ask').describe('what becomes of the side that was left'),
    sharedKey: vaultSecret.optional().describe('site-to-site: Key Vault secret with the shared key of the connection'),
    sharedKeys: z
      .record(name, vaultSecret)
      .default({})
      .describe('the same for each connection by its name, where there are several'),
    radiusSecret: vaultSecret
      .optional()
      .describe('Key Vault secret with the secret of the RADIUS server that lets clients in'),
  })
  .strict();

const site = z
  .object({
    id: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, 'is not 1-40 of a-z, 0-9 and - inside'),
    subscriptionId: z.string().min(1).max(64),
    resourceGroup: z.string().min(1).max(90),
    homeRegion: z.string().min(1).max(64),
    failoverRegion: z.string().min(1).max(64).optional().describe("the home region's Azure pair where absent"),
    services: z.array(z.string().min(1).max(80)).max(100).describe('service tags without a region, such as Storage'),
    globalTags: z
      .array(z.string().min(1).max(80))
      .max(20)
      .default(['AzureActiveDirectory', 'AzureActiveDirectoryDomainServices']),
    alwaysRoute: z.array(prefix).max(100).default([]),
    resources: z.array(z.string().min(1).max(2_048)).max(1_000).default([]).describe('ARM ids of the services used'),
    serviceNames: z.record(z.string(), z.string()).default({}).describe("Service Health's name -> service tag"),
    network,
    firewallRule: firewallRule.prefault({}),
    routeBudget: routeBudget.prefault({}),
    policy: policy.prefault({}),
    move: move.prefault({}),
  })
  .strict();

export const sitesFileSchema = z
  .object({
    $schema: z.string().optional(),
    cloud: z.enum(cloudNames, {
      error: ({ input }) =>
        `${input === undefined ? 'is missing' : `is ${shown(input)}, which is none we know`}; the clouds are ${cloudNames.join(', ')}`,
    }),
    sites: z.array(site).max(5_000),
  })
  .strict();

/** One landing zone as its operator describes it, defaults filled in; names and regions not yet checked (`checkSites`). */
export type SiteEntry = z.infer<typeof site>;
export type SitesFile = z.infer<typeof sitesFileSchema>;
export type StrategyName = (typeof strategyNames)[number];
