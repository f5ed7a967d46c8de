import { isObject, type JsonObject } from '../../base/canonical.ts';
import { findRegion, type Region } from '../../base/geography.ts';
import { isRestricted } from '../../base/restrictedRegions.ts';
import { regionOfSide } from '../../base/side.ts';
import { listIn, objectIn, textIn } from './json.ts';
import type { MoveStep } from './movePlan.ts';
import { type Check, failed, noPlan, type PreflightFacts, passed, unknown } from './preflightFacts.ts';

/** `virtualNetworkGateways`, of a whole resource of Microsoft.Network; null of groups and of children. */
export const typeOf = (id: string): string | null =>
  /\/providers\/microsoft\.network\/([^/]+)\/[^/]+$/i.exec(id)?.[1] ?? null;

/** The resources the move would create: those that do not stand there yet. */
export const toCreate = ({ plan, standing }: PreflightFacts): readonly MoveStep[] =>
  plan.steps.filter(
    ({ kind, resource }) =>
      (kind === 'put' || kind === 'sharedKey') &&
      !('value' in standing && standing.value.get(resource.toLowerCase()) != null),
  );

const isIn = (region: Region, spelling: unknown): boolean =>
  typeof spelling === 'string' && findRegion(region.cloud, spelling)?.name === region.name;

const usageOf = (items: readonly JsonObject[], name: string): JsonObject | undefined =>
  items.find((item) => textIn(objectIn(item, 'name'), 'value').toLowerCase() === name.toLowerCase());

/** Does the subscription have anything of the network there? Then it has access. */
const isUsed = ({ usages }: PreflightFacts): boolean =>
  'value' in usages &&
  ['VirtualNetworks', 'PublicIPAddresses'].some(
    (name) => Number(usageOf(usages.value, name)?.['currentValue'] ?? 0) > 0,
  );

/** Is the region one this subscription may use at all? */
export const restrictedCheck = (facts: PreflightFacts): Check => {
  const id = 'restricted';
  const region = regionOfSide(facts.site, facts.to);
  const { regions } = facts;
  const listed = 'value' in regions ? regions.value.find((item) => isIn(region, item['name'])) : undefined;
  if ('value' in regions && listed === undefined) {
    return failed(
      id,
      `${region.displayName} is not among the regions of this subscription.`,
      'Set move.targetRegion to one that is, or ask Azure to open the region to the subscription.',
    );
  }
  if (isRestricted(region) && !isUsed(facts)) {
    return failed(
      id,
      `${region.displayName} is an access-restricted region, and the subscription has nothing there that would show it may use it.`,
      'Ask Azure support for access now; or set move.targetRegion to another region. Where it has access already, an empty virtual network there shows that.',
    );
  }
  if ('why' in regions) return unknown(id, `whether ${region.displayName} is open to this subscription`, regions.why);
  return passed(id, `${region.displayName} is open to this subscription.`);
};

const typesOf = (facts: PreflightFacts): string[] => [
  ...new Set(facts.plan.steps.flatMap(({ kind, resource }) => (kind === 'put' ? (typeOf(resource) ?? []) : []))),
];

const offerOf = (items: readonly JsonObject[], type: string): JsonObject | undefined =>
  items.find((item) => textIn(item, 'resourceType').toLowerCase() === type.toLowerCase());

/** Is every kind of resource sold in the region, and the SKU sold at all? */
export const skuCheck = (facts: PreflightFacts): Check => {
  const id = 'sku';
  const region = regionOfSide(facts.site, facts.to);
  const { resourceTypes, plan } = facts;
  const unsold = plan.blockers.filter(({ code }) => code === 'MOVE_SKU');
  const [first] = unsold;
  if (first) return failed(id, unsold.map(({ message }) => message).join(' '), first.remedy);
  if ('why' in resourceTypes) return unknown(id, `what is offered in ${region.displayName}`, resourceTypes.why);
  const missing = typesOf(facts).filter((type) => {
    const offer = offerOf(resourceTypes.value, type);
    const places = offer === undefined ? [] : listIn(offer, 'locations');
    return places.length > 0 && !places.some((place) => isIn(region, place));
  });
  return missing.length === 0
    ? passed(id, `All kinds of resources it needs are offered in ${region.displayName}.`)
    : failed(
        id,
        `Not offered in ${region.displayName}: ${missing.join(', ')}.`,
        'Set move.targetRegion to a region that has them.',
      );
};

/** Has the region the zones the site asks for? */
export const zonesCheck = (facts: PreflightFacts): Check => {
  const id = 'zones';
  const { site, to, resourceTypes } = facts;
  const region = regionOfSide(site, to);
  const { zones } = site.move;
  if (to === 'home' || zones.length === 0) return passed(id, 'No availability zones are asked for.');
  if ('why' in resourceTypes) return unknown(id, `the zones of ${region.displayName}`, resourceTypes.why);
  const zoned = ['publicIPAddresses', 'azureFirewalls'].flatMap((type) => {
    const mappings = listIn(offerOf(resourceTypes.value, type) ?? {}, 'zoneMappings');
    if (mappings.length === 0) return [];
    const here = mappings.find((mapping) => isObject(mapping) && isIn(region, mapping['location']));
    const there = listIn(here ?? {}, 'zones').map(String);
    return [{ type, lacking: zones.filter((zone) => !there.includes(zone)) }];
  });
  if (zoned.length === 0) return unknown(id, `the zones of ${region.displayName}`, 'Azure lists none of any region.');
  const lacking = zoned.filter((one) => one.lacking.length > 0);
  return lacking.length === 0
    ? passed(id, `${region.displayName} has the zones ${zones.join(', ')}.`)
    : failed(
        id,
        `${region.displayName} has not zone ${[...new Set(lacking.flatMap((one) => one.lacking))].join(', ')} for ${lacking.map(({ type }) => type).join(', ')}.`,
        'Take them out of move.zones: without zones the addresses and the firewall are regional.',
      );
};

/** Names that usages go by; a Standard address counts under several. */
const usageNames: Readonly<Record<string, readonly string[]>> = {
  publicipaddresses: ['PublicIPAddresses', 'StandardSkuPublicIpAddresses', 'StaticPublicIPAddresses'],
  virtualnetworks: ['VirtualNetworks'],
  routetables: ['RouteTables'],
  networksecuritygroups: ['NetworkSecurityGroups'],
  azurefirewalls: ['AzureFirewalls'],
  virtualnetworkgateways: ['VirtualNetworkGateways'],
  ipgroups: ['IpGroups'],
};

/** Is there room for what is to be created? */
export const quotaCheck = (facts: PreflightFacts): Check => {
  const id = 'quota';
  const region = regionOfSide(facts.site, facts.to);
  const { usages } = facts;
  if ('why' in usages) return unknown(id, `what may still be created in ${region.displayName}`, usages.why);
  if (facts.plan.steps.length === 0) return unknown(id, 'what the move would create', noPlan);
  const needed = new Map<string, number>();
  for (const { resource } of toCreate(facts)) {
    for (const name of usageNames[typeOf(resource)?.toLowerCase() ?? ''] ?? [])
      needed.set(name, (needed.get(name) ?? 0) + 1);
  }
  // A quota that Azure does not list, or lists as -1, limits nothing that we could know of.
  const limits = [...needed].flatMap(([name, count]) => {
    const item = usageOf(usages.value, name);
    const limit = Number(item?.['limit'] ?? -1);
    const used = Number(item?.['currentValue'] ?? 0);
    return limit >= 0
      ? [
          {
            text: `${name}: ${count} needed, ${Math.max(0, limit - used)} of ${limit} free`,
            fits: used + count <= limit,
          },
        ]
      : [];
  });
  const short = limits.filter(({ fits }) => !fits);
  if (short.length > 0) {
    return failed(
      id,
      `The quota of ${region.displayName} has no room for the move. ${short.map(({ text }) => text).join('; ')}.`,
      'Ask Azure for a higher quota of the region now, or remove what is no longer used there.',
    );
  }
  return passed(
    id,
    needed.size === 0
      ? `Nothing has to be created in ${region.displayName}.`
      : `The quota of ${region.displayName} has room. ${limits.map(({ text }) => text).join('; ')}.`,
  );
};
