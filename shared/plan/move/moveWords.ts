import { regionOfSide, sideOf } from '../../base/side.ts';
import type { Role } from '../snapshot.ts';
import type { MovePlanInput } from './moveInput.ts';
import type { Mapping, MoveStep } from './movePlan.ts';
import { needsRadiusSecret } from './prepareGateway.ts';
import { nameIn, roleOfId } from './resourceIds.ts';

/** Every default of the site's `move` that the plan rests on, in plain sentences. The way back has none: home is said. */
export const defaultsOf = ({ site, to, reason }: Pick<MovePlanInput, 'site' | 'to' | 'reason'>): string[] => {
  if (to === 'home') return [];
  const { move, target, network } = site;
  const p2s = network.vpn === 'p2s';
  const rows: readonly (readonly [taken: boolean, sentence: string])[] = [
    [
      move.targetRegion === undefined,
      `The target is ${target.region.displayName}, the failover region; move.targetRegion names none.`,
    ],
    [move.resourceGroup === undefined, `The resource group is ${target.resourceGroup}; move.resourceGroup names none.`],
    [
      move.addressSpace === undefined,
      "The VNet keeps home's ranges; move.addressSpace gives none. The two VNets cannot be peered then.",
    ],
    [
      p2s && move.clientAddressPool === undefined,
      `The client pool stays ${network.clientAddressPool}; move.clientAddressPool gives none.`,
    ],
    [move.zones.length === 0, 'Public addresses and firewall get no zones; move.zones names none.'],
    [
      move.standby === 'cold' && reason !== 'standbyUp',
      'Nothing is kept ready in the target; move.standby is cold, so all of it is built in the hour of need.',
    ],
    [
      !p2s && move.sharedKey === undefined && Object.keys(move.sharedKeys).length === 0,
      'The shared key is read from the old connection while its region answers; move.sharedKey names no secret.',
    ],
    [move.retireOld === 'ask', 'The old side stays until a person has it taken down; move.retireOld is ask.'],
  ];
  return rows.filter(([taken]) => taken).map(([, sentence]) => sentence);
};

const zonal: readonly (Role | null)[] = ['publicIp', 'firewall'];

/** Home built anew: the sites file names zones of the target only, and what home had was lost with it. */
export const zonesOf = ({ to }: Pick<MovePlanInput, 'to'>, steps: readonly MoveStep[]): string[] => {
  const bare = steps.filter(
    ({ kind, resource, body, leaveAsIs }) =>
      kind === 'put' && leaveAsIs !== true && zonal.includes(roleOfId(resource)) && body?.['zones'] === undefined,
  );
  if (to === 'target' || bare.length === 0) return [];
  return [
    `${bare.map(({ resource }) => nameIn(resource)).join(', ')} get no zones; which home had is not known any more.`,
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

/** No gateway shows the secret that it has, so nobody can tell whether it is the vault's still. */
export const keptSecretNotes = (steps: readonly MoveStep[], kept: ReadonlySet<string>): string[] =>
  steps
    .filter(
      ({ id, resource, body }) => kept.has(id) && roleOfId(resource) === 'gateway' && needsRadiusSecret(body ?? {}),
    )
    .map(
      ({ resource }) =>
        `${nameIn(resource)}: it stands, and keeps the RADIUS secret that it has; where that was changed since, put it there by hand.`,
    );
