import type { Arm } from '../arm/server.ts';

/** What the product asked of Azure in a stretch of the demo. */
export interface Calls {
  readonly writes: number;
  readonly reads: number;
  readonly polls: number;
  /** Polls before the time Retry-After named. */
  readonly earlyPolls: number;
}

export const isPoll = (label: string): boolean => label === 'Operations_Poll' || label === 'Operations_Result';

/** Counts ARM requests from the `from`th on, as the simulator recorded them; tokens are not ARM's. */
export const callsSince = (arm: Arm, from: number): Calls => {
  const requests = arm.requests.slice(from).filter((request) => !request.label.startsWith('Identity_'));
  const polls = requests.filter((request) => isPoll(request.label));
  return {
    writes: requests.filter((request) => ['PUT', 'PATCH', 'DELETE'].includes(request.method)).length,
    reads: requests.filter((request) => request.method === 'GET' && !isPoll(request.label)).length,
    polls: polls.length,
    earlyPolls: polls.filter((poll) => (poll.earlyBySeconds ?? 0) > 0).length,
  };
};
