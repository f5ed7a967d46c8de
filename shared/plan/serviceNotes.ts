import type { Site } from '../base/site.ts';
import type { TagTable } from '../ranges/tagTable.ts';

const isKnown = (service: string, tags: TagTable): boolean => {
  const name = service.toLowerCase();
  return tags.tags.some((tag) => {
    const other = tag.name.toLowerCase();
    return other === name || other.startsWith(`${name}.`);
  });
};

/**
 * What a failover would find missing, while nothing is failed over and nobody would notice: services of the site that
 * no tag of the file is named after, and those without a tag in the failover region. One sentence each kind.
 */
export const serviceNotes = (site: Site, tags: TagTable): string[] => {
  const missing = [...new Set(site.services)].filter((service) => tags.regional(service, site.failover) === undefined);
  const unknown = missing.filter((service) => !isKnown(service, tags));
  const elsewhere = missing.filter((service) => !unknown.includes(service));
  return [
    ...(unknown.length > 0
      ? [
          `No service tag is named after ${unknown.join(', ')} (services of site ${site.id}): a failover would add nothing for it. Check the spelling; tags are named like Storage or AzureKeyVault.`,
        ]
      : []),
    ...(elsewhere.length > 0
      ? [
          `No tag in ${site.failover.name} for ${elsewhere.join(', ')} (services of site ${site.id}): a failover there would add nothing for it.`,
        ]
      : []),
  ];
};
