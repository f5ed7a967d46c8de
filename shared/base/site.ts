import { z } from 'zod';
import { meets, readAddress, readPrefix } from './address.ts';
import type { CloudName } from './clouds.ts';
import { withArticle } from './counted.ts';
import { AutomationError } from './errors.ts';
import { findRegion, type Region, regionsOf, similarRegions } from './geography.ts';
import { type SiteEntry, type SitesFile, sitesFileSchema } from './sites.ts';

/** A landing zone whose names and ranges have been checked: regions resolved, ARM ids built (lower-case is for comparing). */
export type Site = SiteEntry & {
  readonly cloud: CloudName;
  readonly home: Region;
  readonly failover: Region;
  readonly ids: SiteIds;
  /** Where the whole site goes if its region fails, defaults filled in. */
  readonly target: {
    readonly region: Region;
    readonly resourceGroup: string;
  };
};

export type SiteIds = {
  readonly resourceGroup: string;
  readonly routeTable: string;
  /** null where the site names none. */
  readonly onPremRouteTable: string | null;
  readonly firewall: string;
  readonly gateway: string;
  readonly virtualNetwork: string;
};

const refuse = (message: string, remedy: string, cause?: unknown): AutomationError =>
  new AutomationError('ERR_SITES_FILE', message, { remedy, cause });

/** A region of the very cloud: a name of another would lead astray. */
const exampleIn = (cloud: CloudName): string => regionsOf(cloud).find(({ pair }) => pair !== null)?.name ?? '';

const regionOf = (cloud: CloudName, siteId: string, field: string, spelling: string): Region => {
  const region = findRegion(cloud, spelling);
  if (region) return region;
  const similar = similarRegions(cloud, spelling);
  throw refuse(
    `Site ${siteId}: ${field} "${spelling}" is not a region of ${cloud}.`,
    similar.length > 0 ? `Did you mean ${similar.join(', ')}?` : `Use the ARM name, such as '${exampleIn(cloud)}'.`,
  );
};

const failoverOf = (cloud: CloudName, entry: SiteEntry, home: Region): Region => {
  const wanted = entry.failoverRegion ?? home.pair;
  if (wanted === null) {
    throw refuse(
      `Site ${entry.id}: ${home.name} has no paired region, and the site names no failoverRegion.`,
      'Set failoverRegion to the region its services fail over to.',
    );
  }
  const failover = regionOf(cloud, entry.id, 'failoverRegion', wanted);
  if (failover.name === home.name) {
    throw refuse(`Site ${entry.id}: failoverRegion is the home region ${home.name}.`, 'Name another region.');
  }
  return failover;
};

const checkRanges = (entry: SiteEntry): void => {
  const { network, id } = entry;
  const field = (name: string) => `Site ${id}: ${name}`;
  const pool = network.clientAddressPool && readPrefix(field('clientAddressPool'), network.clientAddressPool);
  if (network.vpn === 'p2s' && !pool) {
    throw refuse(`Site ${id}: a point-to-site VPN needs a clientAddressPool.`, 'Set network.clientAddressPool.');
  }
  for (const text of network.gatewayPublicIpAddresses ?? []) readAddress(field('gatewayPublicIpAddresses'), text);
  const onPrem = network.onPremAddressPrefixes.map((text) => readPrefix(field('onPremAddressPrefixes'), text));
  const firewall =
    network.firewallPrivateIpAddress &&
    readAddress(field('firewallPrivateIpAddress'), network.firewallPrivateIpAddress);
  const others = [...onPrem, ...(firewall ? [firewall] : [])];
  if (pool && others.some((other) => meets(pool, other))) {
    throw refuse(
      `Site ${id}: clientAddressPool ${network.clientAddressPool} overlaps the firewall's address or an on-premises range.`,
      'Give the VPN clients a pool of their own; Azure refuses one that overlaps.',
    );
  }
  for (const text of entry.alwaysRoute) readPrefix(field('alwaysRoute'), text);
};

const resolve = (cloud: CloudName, entry: SiteEntry): Site => {
  const home = regionOf(cloud, entry.id, 'homeRegion', entry.homeRegion);
  const failover = failoverOf(cloud, entry, home);
  checkRanges(entry);
  const target = targetOf(cloud, entry, home, failover);
  return { ...entry, cloud, home, failover, target, ids: idsIn(entry, entry.resourceGroup) };
};

/** The ARM ids of a site's resources in a resource group; both sides of a move call them alike. */
export const idsIn = (entry: SiteEntry, resourceGroup: string): SiteIds => {
  const group = `/subscriptions/${entry.subscriptionId}/resourceGroups/${resourceGroup}`;
  const id = (type: string, name: string) => `${group}/providers/Microsoft.Network/${type}/${name}`;
  const { onPremRouteTable } = entry.network;
  return {
    resourceGroup: group,
    routeTable: id('routeTables', entry.network.routeTable),
    onPremRouteTable: onPremRouteTable === undefined ? null : id('routeTables', onPremRouteTable),
    firewall: id('azureFirewalls', entry.network.firewall),
    gateway: id('virtualNetworkGateways', entry.network.gateway),
    virtualNetwork: id('virtualNetworks', entry.network.virtualNetwork),
  };
};

/** Characters in the name of a resource group. Source: naming rules of Azure resources, Microsoft.Resources. */
const longestGroupName = 90;

/** The home group's name with the region's behind it, which is never cut: it tells the two apart. */
const groupIn = (home: string, { name }: Region): string =>
  `${home.slice(0, longestGroupName - name.length - 1)}-${name}`;

const targetOf = (cloud: CloudName, entry: SiteEntry, home: Region, failover: Region): Site['target'] => {
  const { targetRegion, clientAddressPool, addressSpace } = entry.move;
  const region = targetRegion === undefined ? failover : regionOf(cloud, entry.id, 'move.targetRegion', targetRegion);
  if (region.name === home.name) {
    throw refuse(`Site ${entry.id}: move.targetRegion is the home region ${home.name}.`, 'Name another region.');
  }
  const resourceGroup = entry.move.resourceGroup ?? groupIn(entry.resourceGroup, region);
  if (resourceGroup.toLowerCase() === entry.resourceGroup.toLowerCase()) {
    throw refuse(
      `Site ${entry.id}: move.resourceGroup is home's, ${entry.resourceGroup}.`,
      'Give the target a resource group of its own; resources of one name cannot stand in one group twice.',
    );
  }
  const field = (name: string) => `Site ${entry.id}: move.${name}`;
  const pool = clientAddressPool && readPrefix(field('clientAddressPool'), clientAddressPool);
  const space = addressSpace && readPrefix(field('addressSpace'), addressSpace);
  if (pool && space && meets(pool, space)) {
    throw refuse(
      `Site ${entry.id}: move.clientAddressPool ${clientAddressPool} overlaps move.addressSpace ${addressSpace}.`,
      'Give the VPN clients a pool of their own; Azure refuses one that overlaps.',
    );
  }
  return { region, resourceGroup };
};

const checkUnique = (sites: readonly Site[], what: string, key: (site: Site) => string): void => {
  const seen = new Map<string, string>();
  for (const site of sites) {
    const before = seen.get(key(site).toLowerCase());
    if (before !== undefined) {
      throw refuse(
        `Sites ${before} and ${site.id} have one ${what}: ${key(site)}.`,
        `Give each site ${withArticle(what)} of its own; two would undo each other's work.`,
      );
    }
    seen.set(key(site).toLowerCase(), site.id);
  }
};

/** Characters of a sites file; 5,000 sites with every setting written out take half of it. */
export const largestSitesFile = 16 * 1024 * 1024;

const parseJson = (text: string, where: string): unknown => {
  if (text.length > largestSitesFile) {
    const [has, most] = [text.length, largestSitesFile].map((size) => size.toLocaleString('en-US'));
    throw refuse(`${where} has ${has} characters, more than ${most}.`, 'Put the sites file, and no other.');
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw refuse(
      `${where} is not JSON: ${(cause as Error).message}.`,
      'Repair the file, or put the last good one.',
      cause,
    );
  }
};

/** The sites of a sites file (`where` names it in errors). Throws ERR_SITES_FILE or ERR_PREFIX; never half a file. */
export const readSites = (text: string, where: string): readonly Site[] => {
  const parsed = sitesFileSchema.safeParse(parseJson(text, where));
  if (!parsed.success)
    throw refuse(`${where}: ${describe(parsed.error)}`, 'See the JSON Schema docs/sites.schema.json.');
  const file: SitesFile = parsed.data;
  const sites = file.sites.map((entry) => resolve(file.cloud, entry));
  checkUnique(sites, 'id', (site) => site.id);
  checkUnique(sites, 'route table', (site) => site.ids.routeTable);
  checkUnique(sites, 'route table in the target', (site) => idsIn(site, site.target.resourceGroup).routeTable);
  return sites;
};

const describe = (error: z.ZodError): string =>
  error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`)
    .join('; ');

/** The site of that id. Throws ERR_UNKNOWN_SITE with the ids there are. */
export const findSite = (sites: readonly Site[], id: string): Site => {
  const site = sites.find((candidate) => candidate.id === id);
  if (site) return site;
  throw new AutomationError('ERR_UNKNOWN_SITE', `There is no site "${id.slice(0, 60)}".`, {
    remedy: `Known sites: ${
      sites
        .map((candidate) => candidate.id)
        .slice(0, 20)
        .join(', ') || 'none'
    }.`,
  });
};

/** The JSON Schema that a sites file can name in `$schema`. */
export const sitesJsonSchema = (): unknown => z.toJSONSchema(sitesFileSchema, { io: 'input', target: 'draft-2020-12' });
