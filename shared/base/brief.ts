/** At most so many characters; what is cut off is marked. */
export const cut = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 6)} [...]` : text;

/** The state is one table row of 480,000 characters, and remembers some dozens of reasons. */
const longestReason = 2_000;

/** A reason as it enters the state: one that did not fit could not be written down, and its work would be done for ever. */
export const brief = (why: string): string => cut(why, longestReason);
