import { type SideName, sideOf } from '../../base/side.ts';
import type { Site } from '../../base/site.ts';
import type { Blocker } from '../blocker.ts';
import { connectionKey, sharingOneKey } from '../connectionKey.ts';
import type { Role, Snapshot, SnapshotResource } from '../snapshot.ts';
import type { CarriedSide } from './carriedSide.ts';
import { staysBehind } from './leftBehind.ts';
import type { MovePlanInput } from './moveInput.ts';
import { nameIn } from './resourceIds.ts';
import type { TablePreview } from './tablePreview.ts';

/** Checks whose failing makes a move end half-way; the others are told, and the table is planned here anew. */
const decisive = new Set(['quota', 'sku', 'zones', 'names', 'overlap', 'restricted', 'permissions']);

const essential: readonly Role[] = ['virtualNetwork', 'routeTable', 'firewall', 'gateway', 'publicIp'];

/** Of everything else that could not be read, what names it says so: but a policy without a group of rules looks whole. */
const mustBeRead: readonly Role[] = [...essential, 'ruleCollectionGroup'];

const words: Readonly<Partial<Record<Role, string>>> = {
  virtualNetwork: 'virtual network',
  routeTable: 'route table',
  publicIp: 'public addresses',
};

/** Connections that go along. */
const tunnelsIn = (snapshot: Snapshot | null): readonly SnapshotResource[] =>
  (snapshot?.resources ?? []).filter((one) => one.role === 'connection' && !staysBehind(one));

const snapshotBlockers = (input: MovePlanInput): Blocker[] => {
  const { snapshot, site, from } = input;
  const remedy = 'Let a sweep take a snapshot while that side answers.';
  const where = sideOf(site, from).home.displayName;
  if (snapshot === null) return [{ code: 'MOVE_SNAPSHOT', message: `There is no good snapshot of ${where}.`, remedy }];
  const roles = new Set(snapshot.resources.map(({ role }) => role));
  const lost = essential.filter((role) => !roles.has(role)).map((role) => words[role] ?? role);
  const unread = snapshot.unread ?? [];
  return [
    ...(lost.length > 0
      ? [{ code: 'MOVE_SNAPSHOT' as const, message: `The snapshot of ${where} has no ${lost.join(', no ')}.`, remedy }]
      : []),
    ...(site.network.vpn === 's2s' && tunnelsIn(snapshot).length === 0
      ? [
          {
            code: 'MOVE_SNAPSHOT' as const,
            message: `The snapshot of ${where} has no connection to the device.`,
            remedy,
          },
        ]
      : []),
    ...unread
      .filter(({ role }) => mustBeRead.includes(role))
      .map(({ id, why }) => ({
        code: 'MOVE_SNAPSHOT' as const,
        message: `${nameIn(id)} could not be read for the snapshot of ${where}: ${why}`,
        remedy,
      })),
  ];
};

/** The key of a connection can be read back as long as its region answers; in an outage it must come from elsewhere. */
const secretBlockers = ({ site, from, reason, snapshot }: MovePlanInput): Blocker[] => {
  const ids = tunnelsIn(snapshot).map(({ id }) => id);
  const sharing = sharingOneKey(site, ids);
  const unknown = reason === 'outage' ? ids.filter((id) => connectionKey(site, id) === undefined) : [];
  return [
    ...(sharing.length === 0
      ? []
      : [
          {
            code: 'MOVE_SECRET' as const,
            message: `${sharing.map(nameIn).join(', ')} would all get the one key of move.sharedKey.`,
            remedy: "Name the secret of each connection in move.sharedKeys, by the connection's name.",
          },
        ]),
    ...(unknown.length === 0 ? [] : [keyUnknown(site, from, unknown)]),
  ];
};

const keyUnknown = (site: Site, from: SideName, ids: readonly string[]): Blocker => ({
  code: 'MOVE_SECRET',
  message: `The shared key of ${ids.map(nameIn).join(', ')} cannot be read while ${sideOf(site, from).home.displayName} answers nothing.`,
  remedy:
    'Put it into a Key Vault outside that region and name the secret in move.sharedKey, or of several in move.sharedKeys.',
});

const preflightBlockers = ({ preflight, to }: MovePlanInput): Blocker[] =>
  preflight?.side !== to
    ? []
    : preflight.checks
        .filter(({ id, ok }) => !ok && decisive.has(id))
        .map(({ id, text, remedy }) => ({
          code: 'MOVE_PREFLIGHT' as const,
          message: `${id}: ${text}`,
          remedy: `${remedy} Then run the preflight again.`,
        }));

/** Why the move may not be made. Of a standby the table is not asked yet: nothing is routed there. */
export const moveBlockers = (
  input: MovePlanInput,
  carried: CarriedSide | null,
  preview: TablePreview | null,
): Blocker[] => [
  ...snapshotBlockers(input),
  ...(carried?.blockers ?? []),
  ...input.desired.blockers,
  ...(input.reason === 'standbyUp' ? [] : secretBlockers(input)),
  ...(input.reason === 'standbyUp' ? [] : (preview?.blockers ?? [])),
  ...preflightBlockers(input),
];
