/** Names that start with this are ours; everything else in the same resource is foreign and stays. */
export const defaultNamePrefix = 'asefo-';

/** ARM compares names without regard to case. */
export const isOurs = (name: string, namePrefix: string): boolean =>
  name.toLowerCase().startsWith(namePrefix.toLowerCase());

/** Stable per prefix or service tag, never positional; `/` is illegal in a route's name. */
export const routeNameFor = (addressPrefix: string, namePrefix: string): string =>
  `${namePrefix}${addressPrefix.replace('/', '_')}`;

/** Our one collection on a firewall; a shared firewall carries one for each site. */
export const collectionNameFor = (siteId: string, namePrefix: string): string => `${namePrefix}${siteId}`;
