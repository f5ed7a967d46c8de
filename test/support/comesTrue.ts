import { readEvent } from '../../shared/events/readEvent.ts';
import type { JumpClock } from './journey.ts';

/** No event comes before it has happened: the clock is moved to its time, where that is still to come. */
export const comesTrue = (payload: unknown, clock: Pick<JumpClock, 'now' | 'advance'>): void => {
  const ahead = readEvent(payload).signals.map(({ at }) => Date.parse(at) - clock.now());
  clock.advance(Math.max(0, ...ahead));
};
