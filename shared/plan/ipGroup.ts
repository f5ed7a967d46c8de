import { byCodeUnit, type JsonObject } from '../base/canonical.ts';
import type { Site } from '../base/site.ts';
import type { Blocker } from './blocker.ts';
import { siteTag } from './move/moveTags.ts';
import type { ObservedFirewall, ObservedIpGroup } from './observed.ts';
import { keyOf } from './observePolicy.ts';
import { collectionNameFor } from './ownership.ts';
import { unsettled } from './settled.ts';

/** Addresses and prefixes in one IP group. Source: Azure subscription and service limits, Azure Firewall. */
export const mostInIpGroup = 5_000;

/** What becomes of the site's IP group, to which its rule refers. */
export type IpGroupChange = {
  readonly id: string;
  readonly site: string;
  /** Where it is created; one that is there stays where it is. */
  readonly location: string;
  /** null where there is none. */
  readonly before: readonly string[] | null;
  readonly after: readonly string[];
  readonly changed: boolean;
};

/** The id of the site's IP group, in the resource group of the site. */
export const ipGroupIdOf = (site: Site, namePrefix: string): string =>
  `${site.ids.resourceGroup}/providers/Microsoft.Network/ipGroups/${collectionNameFor(site.id, namePrefix)}`;

const spelling = (address: string): string => address.toLowerCase().replace(/\/32$/, '');

/** The same addresses, whatever their order, and whether one address is spelt with /32 or without. */
export const sameAddresses = (a: readonly string[], b: readonly string[]): boolean => {
  const sorted = (addresses: readonly string[]) => [...new Set(addresses.map(spelling))].sort(byCodeUnit).join();
  return sorted(a) === sorted(b);
};

/** A group that only loses addresses is written when nothing leads there any more. */
export const onlyLoses = ({ before, after }: IpGroupChange): boolean => {
  const known = new Set((before ?? []).map(spelling));
  return before !== null && after.every((address) => known.has(spelling(address)));
};

const isMade = (group: ObservedIpGroup, siteId: string): boolean =>
  Object.entries(group.tags).some(([name, value]) => name.toLowerCase() === siteTag && value === siteId);

export const ipGroupSeen = (firewall: ObservedFirewall | null, id: string): ObservedIpGroup | null =>
  firewall?.ipGroups.get(keyOf(id)) ?? null;

/** The site's IP group with these prefixes in it; null where the site wants none, or they are too many for one. */
export const planIpGroup = (
  site: Site,
  prefixes: readonly string[],
  firewall: ObservedFirewall | null,
  namePrefix: string,
): IpGroupChange | null => {
  if (!site.firewallRule.ipGroup || prefixes.length > mostInIpGroup) return null;
  const id = ipGroupIdOf(site, namePrefix);
  const seen = ipGroupSeen(firewall, id);
  const before = seen?.addresses ?? null;
  const failed = seen !== null && unsettled(seen.provisioningState);
  const changed = before === null || failed || !sameAddresses(before, prefixes);
  return { id, site: site.id, location: site.home.name, before, after: prefixes, changed };
};

/** A group of that name without the site's tag is somebody else's. */
export const ipGroupBlockers = (
  site: Site,
  change: IpGroupChange | undefined,
  firewall: ObservedFirewall | null,
): Blocker[] => {
  const seen = change === undefined ? null : ipGroupSeen(firewall, change.id);
  if (seen === null || isMade(seen, site.id)) return [];
  return [
    {
      code: 'IP_GROUP_TAKEN',
      message: `The IP group ${seen.id} is there and does not carry the tag ${siteTag}: ${site.id}, so it is somebody else's.`,
      remedy: 'Delete or rename it, give it that tag if it is ours after all, or set firewallRule.ipGroup to false.',
    },
  ];
};

/** The body of the PUT that creates the group. */
export const ipGroupBody = ({ site, location, after }: IpGroupChange): JsonObject => ({
  location,
  tags: { [siteTag]: site },
  properties: { ipAddresses: after },
});

/** What a reader should know of an IP group that is not as the site says. */
export const ipGroupNotes = (site: Site, prefixes: number, before: readonly string[]): string[] => {
  if (site.firewallRule.ipGroup) {
    return prefixes > mostInIpGroup
      ? [
          `The ${prefixes} destinations are more than the ${mostInIpGroup} an IP group holds: our rules list them themselves.`,
        ]
      : [];
  }
  return before.map(
    (id) => `Our rules no longer refer to the IP group ${id}; it stays, and may be deleted after this plan.`,
  );
};
