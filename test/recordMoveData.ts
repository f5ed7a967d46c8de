import { criticalPath } from '../shared/plan/move/graph.ts';
import type { MovePlan, MoveStep, MoveStepKind } from '../shared/plan/move/movePlan.ts';
import type { Move, MoveStepRecord, MoveSummary } from '../shared/record/move.ts';
import { ago, digest, SUBSCRIPTION } from './recordData.ts';

const group = `/subscriptions/${SUBSCRIPTION}/resourceGroups/ase-rig-07-usgovtexas`;

/** A shared key as a body would hold it: nothing that is shown may. */
export const bodySecret = 'the-very-shared-key';
export const profileAddress = 'profiles/rig-07/of-the-vpn-client';

const step = (
  id: string,
  title: string,
  estimateMinutes: number,
  after: readonly string[],
  parts: Partial<MoveStep> = {},
): MoveStep => ({
  id,
  title,
  kind: 'put' as MoveStepKind,
  resource: `${group}/providers/Microsoft.Network/things/${id.replace(' ', '-')}`,
  body: { properties: { sharedKey: bodySecret } },
  after,
  estimateMinutes,
  stopHere: 'degraded',
  ...parts,
});

/** The graph of a cold move of a point-to-site landing zone. */
export const moveSteps: readonly MoveStep[] = [
  step('resourceGroup', 'Create the resource group ase-rig-07-usgovtexas', 1, []),
  step('publicIp firewall-ip', 'Create the public address firewall-ip', 1, ['resourceGroup']),
  step('publicIp vngw-ip', 'Create the public address vngw-ip', 1, ['resourceGroup']),
  step('routeTable', 'Create the route table routes-rig-07, empty', 1, ['resourceGroup']),
  step('virtualNetwork', 'Create the VNet with its three subnets', 1, ['routeTable', 'resourceGroup']),
  step('firewall', 'Create the firewall with its rules and ours', 8, ['virtualNetwork', 'publicIp firewall-ip'], {
    oneAtATime: 'firewall',
  }),
  step('gateway', 'Create the VPN gateway VpnGw1AZ', 45, ['virtualNetwork', 'publicIp vngw-ip']),
  step('rules', 'Write our rule collection on the firewall', 4, ['firewall'], {
    kind: 'rules',
    oneAtATime: 'firewall',
  }),
  step('routes', 'Write the route table, once and whole', 1, ['firewall', 'routeTable', 'rules'], { kind: 'routes' }),
  step('profile', 'Have the gateway make the VPN client profile', 2, ['gateway'], { kind: 'profile' }),
  step('bundle', "Prepare the device's bundle", 0, ['profile', 'routes'], { kind: 'bundle' }),
  step('proof', 'Read everything again and prove it', 0, ['routes', 'rules', 'gateway'], { kind: 'proof' }),
  step('confirm', 'A person puts the bundle on the device and confirms', 0, ['bundle', 'proof'], {
    kind: 'confirm',
    stopHere: 'works',
  }),
  step('settle', 'The site lives in USGov Texas from now on', 0, ['confirm'], { kind: 'settle', stopHere: 'works' }),
];

export const movePlan = (parts: Partial<MovePlan> = {}): MovePlan => {
  const steps = parts.steps ?? moveSteps;
  return {
    site: 'rig-07',
    reason: 'outage',
    from: 'home',
    to: 'target',
    region: { from: 'usgovvirginia', to: 'usgovtexas' },
    resourceGroup: 'ase-rig-07-usgovtexas',
    why: ['6 different services of USGov Virginia are unwell: the region fails as a whole.'],
    snapshot: { hash: digest('e'), takenAt: ago(50) },
    defaults: ['move.resourceGroup is not said: ase-rig-07-usgovtexas is taken.'],
    mappings: [
      {
        resource: `${group}/providers/Microsoft.Network/routeTables/routes-rig-07`,
        where: 'route to-proxy, nextHopIpAddress',
        before: '10.0.1.4',
        after: "the new firewall's address",
      },
    ],
    carriedRoutes: [
      {
        name: 'to-proxy',
        properties: {
          addressPrefix: '10.9.0.0/16',
          nextHopType: 'VirtualAppliance',
          nextHopIpAddress: '{newFirewall}',
        },
      },
    ],
    secrets: [{ what: 'RADIUS secret', resource: `${group}/gateways/vngw`, source: 'Key Vault, move.sharedKey' }],
    criticalPath: criticalPath(steps),
    writes: steps
      .filter(({ kind }) => kind === 'put' || kind === 'rules' || kind === 'routes')
      .map(({ resource }) => ({ resource, writes: 1 })),
    table: { routes: 131, limit: 400, fits: true, strategy: 'exact' },
    alternatives: [],
    blockers: [],
    applyable: true,
    notes: ['The VPN gateway was VpnGw1, which is no longer sold: VpnGw1AZ is made.'],
    digest: digest('9'),
    ...parts,
    steps,
  };
};

export const moveRecord = (
  id: string,
  status: MoveStepRecord['status'],
  parts: Partial<MoveStepRecord> = {},
): MoveStepRecord => ({
  id,
  title: moveSteps.find((planned) => planned.id === id)?.title ?? id,
  status,
  startedAt: status === 'pending' ? null : ago(14),
  endedAt: status === 'done' ? ago(13) : null,
  operation: null,
  why: null,
  notBefore: null,
  tries: 0,
  writes: status === 'done' ? 1 : 0,
  foreignHash: null,
  ...parts,
});

/** A move whose steps stand as said; the others have not begun. */
export const moveWith = (
  statuses: Readonly<Record<string, MoveStepRecord['status'] | MoveStepRecord>>,
  parts: Partial<Move> = {},
): Move => ({
  id: 'move-3',
  digest: digest('9'),
  reason: 'outage',
  from: 'home',
  to: 'target',
  title: 'the whole site to USGov Texas: 11 resources',
  status: 'running',
  why: ['6 different services of USGov Virginia are unwell: the region fails as a whole.'],
  askedAt: ago(25),
  expiresAt: null,
  by: 'alice',
  startedAt: ago(15),
  steps: moveSteps.map(({ id }) => {
    const said = statuses[id] ?? 'pending';
    return typeof said === 'string' ? moveRecord(id, said) : said;
  }),
  costs: { writes: 7, reads: 31, polls: 12, azureMs: 9_000, waitMs: 600_000, personMs: 0 },
  cloudReadyAt: null,
  away: null,
  profileBlob: profileAddress,
  trouble: null,
  reminders: 0,
  ...parts,
});

const groundwork = {
  resourceGroup: 'done',
  'publicIp firewall-ip': 'done',
  'publicIp vngw-ip': 'done',
  routeTable: 'done',
  virtualNetwork: 'done',
} as const;

/** When Azure is asked again for a step; the address it is asked at must not be seen. */
export const operation = (notBefore: number) => ({ operationUrl: 'https://arm.test/operations/secret?t=1', notBefore });

/** Fourteen minutes into a cold move: the firewall stands, the gateway is being made. */
export const building = (parts: Partial<Move> = {}): Move =>
  moveWith(
    {
      ...groundwork,
      firewall: moveRecord('firewall', 'done', { startedAt: ago(13), endedAt: ago(4) }),
      gateway: moveRecord('gateway', 'running', { startedAt: ago(13), operation: operation(Date.parse(ago(-1))) }),
      rules: 'unchanged',
    },
    parts,
  );

export const atTheDevice = (parts: Partial<Move> = {}): Move =>
  moveWith(
    {
      ...Object.fromEntries(moveSteps.map(({ id }) => [id, 'done' as const])),
      confirm: moveRecord('confirm', 'waiting', { startedAt: ago(6) }),
      settle: 'pending',
    },
    { cloudReadyAt: ago(7), ...parts },
  );

export const stopped = (parts: Partial<Move> = {}): Move =>
  moveWith(
    { ...groundwork, firewall: 'done', gateway: moveRecord('gateway', 'failed', { endedAt: ago(2) }) },
    {
      status: 'failed',
      trouble: {
        step: 'gateway',
        why: 'Azure ended the operation: SkuNotAvailable.',
        remedy: 'Ask for quota of VPN gateways in USGov Texas, then have it go on.',
      },
      ...parts,
    },
  );

export const awaiting = (parts: Partial<Move> = {}): Move =>
  moveWith(
    {},
    { status: 'awaitingApproval', by: null, startedAt: null, expiresAt: ago(-600), askedAt: ago(4), ...parts },
  );

export const pastMove = (parts: Partial<MoveSummary> = {}): MoveSummary => ({
  id: 'move-2',
  digest: digest('9'),
  reason: 'outage',
  from: 'home',
  to: 'target',
  outcome: 'protected',
  startedAt: ago(3_000),
  endedAt: ago(2_950),
  ownOverheadMs: 6_400,
  costs: { writes: 14, reads: 60, polls: 31, azureMs: 9_000, waitMs: 2_700_000, personMs: 300_000 },
  by: 'alice',
  why: null,
  ...parts,
});
