import { readSites, type Site } from '../shared/base/site.ts';
import type { Run, RunSummary, StepRecord } from '../shared/record/run.ts';
import { type InPlace, newSite, type PlanSummary, type SiteState } from '../shared/record/state.ts';
import { type View, type ViewInput, viewOf } from '../shared/record/view.ts';
import type { Fact } from '../shared/scope/fact.ts';
import type { Intent } from '../shared/scope/intent.ts';

export const SUBSCRIPTION = '0d1c2b3a-0000-4000-8000-00000000c0de';
/** 03:12 on a Monday: the hour this page is read at. */
export const now = Date.parse('2026-03-23T03:12:00.000Z');
/** A moment so many minutes before `now`. */
export const ago = (minutes: number): string => new Date(now - minutes * 60_000).toISOString();

export const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

export const siteWith = (id: string, policy: Record<string, unknown> = { shadow: false }): Site => {
  const entry = {
    id,
    subscriptionId: SUBSCRIPTION,
    resourceGroup: `ase-${id}`,
    homeRegion: 'usgovvirginia',
    failoverRegion: 'usgovtexas',
    services: ['Storage', 'AzureKeyVault', 'EventHub', 'ServiceBus'],
    network: {
      virtualNetwork: 'vnet',
      gateway: 'vngw',
      firewall: 'firewall',
      routeTable: `routes-${id}`,
      clientAddressPool: '192.168.150.0/24',
    },
    policy,
  };
  const [site] = readSites(JSON.stringify({ cloud: 'AzureGovernment', sites: [entry] }), 'the test');
  if (!site) throw new Error('the test site is not one');
  return site;
};

export const plan = (parts: Partial<PlanSummary> = {}): PlanSummary => ({
  digest: digest('a'),
  at: ago(10),
  mode: 'home',
  services: [],
  target: null,
  applyable: true,
  changes: 0,
  routes: 129,
  limit: 400,
  headroom: 271,
  reasons: [],
  blockers: [],
  alarms: [],
  notes: [],
  ...parts,
});

/** The plan that fails Storage and Key Vault over. */
export const away = (parts: Partial<PlanSummary> = {}): PlanSummary =>
  plan({
    digest: digest('b'),
    at: ago(5),
    mode: 'serviceFailover',
    services: ['AzureKeyVault', 'Storage'],
    target: 'usgovtexas',
    changes: 26,
    routes: 148,
    headroom: 252,
    ...parts,
  });

export const inPlace = (parts: Partial<InPlace> = {}): InPlace => ({
  mode: 'home',
  services: [],
  target: null,
  digest: digest('a'),
  wantedHash: digest('1'),
  tagsChangeNumber: 1,
  tagsHash: digest('2'),
  at: ago(60),
  routes: 129,
  foreignRoutes: 0,
  retains: false,
  ...parts,
});

export const awayInPlace = (parts: Partial<InPlace> = {}): InPlace =>
  inPlace({
    mode: 'serviceFailover',
    services: ['AzureKeyVault', 'Storage'],
    target: 'usgovtexas',
    digest: digest('b'),
    at: ago(3),
    routes: 148,
    ...parts,
  });

const titles: Readonly<Record<StepRecord['id'], string>> = {
  ipGroup: 'Write our IP group',
  firewall: 'Write our rule collection on the firewall',
  routeTable: 'Write the route table, once and whole',
  deviceBundle: "Prepare the device's file",
  deviceConfirm: 'A person puts the file on the device and confirms',
  verify: 'Read everything again and prove it',
};

export const step = (
  id: StepRecord['id'],
  status: StepRecord['status'],
  parts: Partial<StepRecord> = {},
): StepRecord => ({
  id,
  title: titles[id],
  status,
  startedAt: status === 'pending' ? null : ago(4),
  endedAt: status === 'done' || status === 'failed' ? ago(3) : null,
  operation: null,
  why: null,
  notBefore: null,
  tries: status === 'pending' ? 0 : 1,
  foreignHash: null,
  ...parts,
});

export const run = (steps: readonly StepRecord[], parts: Partial<Run> = {}): Run => ({
  id: 'run-7',
  digest: digest('b'),
  because: 'Service Health told of an incident',
  by: 'policy',
  arrivedAt: ago(5),
  startedAt: ago(5),
  steps,
  costs: { writes: 1, reads: 4, polls: 2, azureMs: 900, waitMs: 60_000, personMs: 0 },
  cloudReadyAt: null,
  ...parts,
});

export const pastRun = (parts: Partial<RunSummary> = {}): RunSummary => ({
  id: 'run-6',
  digest: digest('a'),
  because: 'a person adopted the site',
  by: 'alice',
  outcome: 'protected',
  arrivedAt: ago(80),
  startedAt: ago(80),
  endedAt: ago(60),
  ownOverheadMs: 840,
  costs: { writes: 2, reads: 6, polls: 5, azureMs: 4_000, waitMs: 230_000, personMs: 900_000 },
  why: null,
  ...parts,
});

export const word = (parts: Partial<{ by: string; at: string; reason: string; digest: string | null }> = {}) => ({
  by: 'alice',
  at: ago(120),
  reason: 'checked with the network team',
  digest: null,
  ...parts,
});

export const offered = (letter = 'd') => ({
  checksum: digest(letter),
  listHash: digest('3'),
  blob: 'bundles/rig-07/ServiceTags.json',
  at: ago(2),
  added: 19,
  instruction: ['Copy the file to the device.', 'Import it in the local UI, then confirm here.'],
});

export const confirmed = (letter = 'd') => ({
  checksum: digest(letter),
  listHash: digest('3'),
  by: 'bob',
  at: ago(1),
});

export const fact = (parts: Partial<Fact> = {}): Fact => ({
  subscriptionId: SUBSCRIPTION,
  trackingId: 'VT60-RC0',
  service: 'Storage',
  serviceName: 'Storage',
  known: true,
  region: 'usgovvirginia',
  state: 'open',
  since: ago(30),
  at: ago(20),
  heardAt: ago(6),
  source: 'serviceHealth',
  resourceId: null,
  title: 'Storage in USGov Virginia',
  acts: true,
  why: '',
  ...parts,
});

export const intent = (parts: Partial<Intent> = {}): Intent => ({
  id: 'i1',
  site: 'rig-07',
  kind: 'failover',
  services: ['EventHub'],
  reason: 'drill',
  by: 'alice',
  at: ago(50),
  expiresAt: null,
  withdrawnAt: null,
  ...parts,
});

export const stateOf = (parts: Partial<SiteState> = {}, site = 'rig-07'): SiteState => ({ ...newSite(site), ...parts });

export const viewWith = (parts: Partial<ViewInput> = {}): View =>
  viewOf({ sites: [], states: [], facts: [], intents: [], tags: null, configTrouble: null, now, ...parts });

/** The view of one site, adopted unless its policy says shadow, in the state given. */
export const oneSite = (
  state: Partial<SiteState>,
  parts: Partial<ViewInput> = {},
  policy?: Record<string, unknown>,
) => {
  const view = viewWith({ sites: [siteWith('rig-07', policy)], states: [stateOf(state)], ...parts });
  const site = view.sites[0];
  if (!site) throw new Error('the view has no site');
  return site;
};
