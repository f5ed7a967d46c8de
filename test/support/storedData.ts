import type { Fact } from '../../shared/scope/fact.ts';
import type { Intent } from '../../shared/scope/intent.ts';

export const fact = (given: Partial<Fact>): Fact => ({
  subscriptionId: 'sub-1',
  trackingId: 'TRACK-1',
  service: 'Storage',
  serviceName: 'Storage',
  known: true,
  region: 'uksouth',
  state: 'open',
  since: '2026-01-01T00:00:00.000Z',
  at: '2026-01-01T00:00:00.000Z',
  heardAt: '2026-01-01T00:01:00.000Z',
  source: 'serviceHealth',
  resourceId: null,
  title: 'Storage is unwell',
  acts: true,
  why: 'an active incident',
  ...given,
});

export const intent = (given: Partial<Intent>): Intent => ({
  id: 'intent-1',
  site: 'rig-07',
  kind: 'failover',
  services: ['Storage'],
  reason: 'a drill',
  by: 'sam',
  at: '2026-01-01T00:00:00.000Z',
  expiresAt: null,
  withdrawnAt: null,
  ...given,
});
