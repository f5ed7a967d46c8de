import type { SiteState } from '../../shared/record/state.ts';
import type { FleetClock } from './fleetClock.ts';

/** Seconds of application time. */
export type Times = {
  /** How many sites are proven. */
  readonly ready: number;
  /** From the event to the last and to the middle site's proof. */
  readonly lastSeconds: number;
  readonly medianSeconds: number;
  /** The longest that a site waited from its first message to its proof; NaN where one was never proven. */
  readonly longestSeconds: number;
};

/** When each site was first asked for, and when it was proven. Made at the moment of the event. */
export const proofTimes = (clock: FleetClock) => {
  const from = clock.now();
  const asked = new Map<string, number>();
  const proven = new Map<string, number>();
  const first = (times: Map<string, number>, site: string): void => {
    if (!times.has(site)) times.set(site, clock.now());
  };
  return {
    asked: (site: string) => first(asked, site),
    saved: ({ site, run }: SiteState) => {
      if (run?.cloudReadyAt) first(proven, site);
    },
    all: (): Times => {
      const times = [...proven.values()].map((at) => (at - from) / 1_000).sort((a, b) => a - b);
      const waits = [...asked].map(([site, at]) => ((proven.get(site) ?? Number.NaN) - at) / 1_000);
      return {
        ready: proven.size,
        lastSeconds: times.at(-1) ?? Number.NaN,
        medianSeconds: times[times.length >> 1] ?? Number.NaN,
        longestSeconds: Math.max(0, ...waits),
      };
    },
  };
};
