import { newSite, type SiteState } from '../../shared/record/state.ts';

/** What is asked at the site: that this file is put on the device; by the run that left it. */
export const asked = { checksum: `sha256:${'01234567'.repeat(8)}`, asker: 'run-1' } as const;

const at = '2026-07-20T02:00:00.000Z';

/** A site whose last run is over, and whose file nobody has confirmed yet: there is something to say yes to. */
export const waitingSite = (site: string): SiteState => ({
  ...newSite(site),
  device: {
    offered: {
      checksum: asked.checksum,
      listHash: 'of-the-file',
      blob: 'bundles/x.json',
      at,
      added: 1,
      instruction: [],
    },
    confirmed: null,
  },
  lastRuns: [
    {
      id: asked.asker,
      digest: asked.checksum,
      because: 'an incident',
      by: 'policy',
      outcome: 'cloudReady',
      arrivedAt: at,
      startedAt: at,
      endedAt: at,
      ownOverheadMs: 0,
      costs: { writes: 0, reads: 0, polls: 0, azureMs: 0, waitMs: 0, personMs: 0 },
      why: null,
    },
  ],
});
