import type { Region } from './geography.ts';

/**
 * Regions that are open only to subscriptions which asked for access: meant as the other half of a pair, and closed to
 * most when it matters. Source: Azure's list of regions, "restricted access regions". Those of the government clouds
 * are all marked so, which says nothing there.
 */
const restricted = new Set([
  'australiacentral2',
  'brazilsoutheast',
  'chinaeast3',
  'francesouth',
  'germanynorth',
  'koreasouth',
  'norwaywest',
  'southafricawest',
  'swedensouth',
  'switzerlandwest',
  'uaecentral',
]);

export const isRestricted = ({ name }: Region): boolean => restricted.has(name);
