import type { Forwarding } from './forwarding.ts';
import type { Tag } from './tagTable.ts';

/** How many routes of one table may have a service tag as their prefix (Azure's "virtual-networks-udr-overview"). */
export const tagRoutesPerTable = 25;

/**
 * Which of two routes with the same prefix Azure takes, lower first: an explicit prefix (0, `explicitRank`), a
 * regional tag, a top-level tag, AzureCloud.<region>, AzureCloud.
 */
export const tagRank = (name: string): number => {
  const isRegional = name.includes('.');
  if (/^azurecloud(\.|$)/i.test(name)) return isRegional ? 3 : 4;
  return isRegional ? 1 : 2;
};

export const explicitRank = 0;

/** True where the file says that the tag may be a route's prefix and a firewall's destination, both. */
export const canBeRoute = (tag: Tag): boolean =>
  tag.networkFeatures.includes('UDR') && tag.networkFeatures.includes('FW');

/** A route whose prefix is a tag, as longest prefix match sees it: each prefix as published, with the tag's rank. */
export const forwardingOfTag = (tag: Tag, hop: string): Forwarding[] => {
  const rank = tagRank(tag.name);
  return tag.routed.addressPrefixes.map((addressPrefix) => ({ addressPrefix, hop, rank }));
};
