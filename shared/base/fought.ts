const firstMs = 5_000;
const longestMs = 60_000;

/**
 * Milliseconds until a write is tried again before which somebody else wrote (412): at once the first two times, since
 * most meet one other writer once; then longer and longer, or two that write by turns would take up the limits of a
 * subscription that others need.
 */
export const waitWhenFought = (tries: number): number => (tries < 2 ? 0 : Math.min(longestMs, firstMs * (tries - 1)));
