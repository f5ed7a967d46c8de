/** The least time between two looks at an empty queue, in milliseconds. */
export const minimumPollingMs = 100;

/**
 * The host's delays between looks at a queue: 100 ms after a message was found, then 100 ms more, doubled each time and
 * spread by a fifth, up to `maximumMs`. `random` gives a number from 0 up to 1.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger#polling-algorithm
 */
export function createBackoff(maximumMs: number, random: () => number): (found: boolean) => number {
  let current = minimumPollingMs;
  let exponent = 0;
  return (found) => {
    if (found) {
      current = minimumPollingMs;
      exponent = 1;
    } else if (current < maximumMs || exponent === 0) {
      const spread = 0.8 + random() * 0.4;
      const extra = exponent === 0 ? 0 : spread * 2 ** (exponent - 1) * minimumPollingMs;
      current = Math.min(maximumMs, minimumPollingMs + extra);
      exponent += 1;
    }
    return current;
  };
}
