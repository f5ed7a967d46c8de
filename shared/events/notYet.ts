import { nothing, together } from './payload.ts';
import type { Reading } from './signal.ts';

/** Clocks differ by minutes, not by more. */
const mostAheadMs = 10 * 60 * 1_000;

/**
 * The reading without what says that it happens later than now (ms): messages of one incident are ordered by their
 * times, and one of the year 2099 would outweigh all that Azure still has to say.
 */
export const withoutFuture = (reading: Reading, now: number): Reading =>
  together([
    { signals: [], ignored: reading.ignored },
    ...reading.signals.map((signal) =>
      Date.parse(signal.at) <= now + mostAheadMs
        ? { signals: [signal], ignored: [] }
        : nothing(
            `event ${signal.trackingId}`,
            `its time, ${signal.at}, has not come yet; the sweep will find the incident if it is one`,
          ),
    ),
  ]);
