/** The host cannot do what was asked of it: says what happened, to which function or file, and what to do. */
export class HostError extends Error {
  override readonly name = 'HostError';
}

/** The text of anything that was thrown. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
