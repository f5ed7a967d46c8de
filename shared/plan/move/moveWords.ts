import { regionOfSide, sideOf } from '../../base/side.ts';
import type { MovePlanInput } from './moveInput.ts';
import type { Mapping } from './movePlan.ts';

/** Every default of the site's `move` that the plan rests on, in plain sentences. */
export const defaultsOf = ({ site, to }: Pick<MovePlanInput, 'site' | 'to'>): string[] => {
  if (to === 'home') return [];
  const { move, target } = site;
  const said = (given: unknown, sentence: string): string[] => (given === undefined ? [] : [sentence]);
  const unsaid = (given: unknown, sentence: string): string[] => (given === undefined ? [sentence] : []);
  return [
    ...unsaid(
      move.targetRegion,
      `The target is ${target.region.displayName}, the failover region; move.targetRegion names none.`,
    ),
    ...unsaid(move.resourceGroup, `The resource group is ${target.resourceGroup}; move.resourceGroup names none.`),
    ...unsaid(
      move.addressSpace,
      "The VNet keeps home's ranges; move.addressSpace gives none. The two VNets cannot be peered then.",
    ),
    ...(site.network.vpn === 'p2s'
      ? unsaid(
          move.clientAddressPool,
          `The client pool stays ${site.network.clientAddressPool}; move.clientAddressPool gives none.`,
        )
      : []),
    ...(move.zones.length === 0 ? ['Public addresses and firewall get no zones; move.zones names none.'] : []),
    ...(site.network.vpn === 's2s'
      ? unsaid(
          move.sharedKey,
          'The shared key is read from the old connection while its region answers; move.sharedKey names no secret.',
        )
      : said(undefined, '')),
    ...(move.retireOld === 'ask' ? ['The old side stays until a person has it taken down.'] : []),
  ];
};

/** What is spelt otherwise in every resource. */
export const standingMappings = ({ site, from, to }: Pick<MovePlanInput, 'site' | 'from' | 'to'>): Mapping[] => [
  {
    resource: 'every resource',
    where: 'location',
    before: regionOfSide(site, from).name,
    after: regionOfSide(site, to).name,
  },
  {
    resource: 'every resource',
    where: 'id',
    before: sideOf(site, from).ids.resourceGroup,
    after: sideOf(site, to).ids.resourceGroup,
  },
];
