import type { RecordedExchange } from '../../simulator/arm/recorded.ts';
import type { Arm } from '../../simulator/arm/server.ts';

/** What went over the wire to ARM. `refused`: 429 for too many requests; `locked`: 429 or 409 of another operation. */
export type Tally = {
  readonly reads: number;
  readonly polls: number;
  readonly writes: number;
  readonly refused: number;
  readonly locked: number;
  readonly early: number;
};

const isPoll = ({ url }: RecordedExchange): boolean => /\/(operations|operationResults|nfvOperations)\//i.test(url);
const isThrottle = ({ responseBody }: RecordedExchange): boolean =>
  /SubscriptionRequestsThrottled|TooManyCalls/.test(JSON.stringify(responseBody ?? null));

/** Counts the simulator's record and lets go of it: a thousand sites' bodies would fill the memory. */
export const fleetTally = (arm: Arm) => {
  const sum = { reads: 0, polls: 0, writes: 0, refused: 0, locked: 0, early: 0 };
  const take = (): void => {
    for (const request of (arm.requests as RecordedExchange[]).splice(0)) {
      if (!request.url.includes('/subscriptions/')) continue;
      if (request.status === 429 || request.status === 409) sum[isThrottle(request) ? 'refused' : 'locked'] += 1;
      else if (request.method !== 'GET') sum.writes += 1;
      else sum[isPoll(request) ? 'polls' : 'reads'] += 1;
      if ((request.earlyBySeconds ?? 0) > 0) sum.early += 1;
    }
  };
  return {
    take,
    all: (): Tally => {
      take();
      return { ...sum };
    },
  };
};
