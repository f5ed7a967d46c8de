import type { MoveSummary } from './move.ts';
import type { SiteState } from './state.ts';

/** Plans whose bodies, and whose routes of others, may be in place on a side, by digest. */
export type Built = { readonly bodies: readonly string[]; readonly routes: readonly string[] };

/** Moves begun and turned back are remembered up to this; one that is finished stands for all before it. */
const turnedBackKept = 5;

const nothing: Built = { bodies: [], routes: [] };

/**
 * | a move that was         | leaves on its side                                             |
 * | ----------------------- | -------------------------------------------------------------- |
 * | finished                | what it planned, and nothing of those before                   |
 * | a standby, finished     | the same; it writes no routes, so those of before may be there |
 * | begun, and turned back  | perhaps what it planned, besides what was there                |
 */
export const builtAfter = (
  { built }: Pick<SiteState, 'built'>,
  { outcome, startedAt, to, digest, reason }: MoveSummary,
): SiteState['built'] => {
  const before = built?.[to] ?? nothing;
  if (reason === 'teardown') return built;
  if (outcome === 'protected') return { ...built, [to]: { bodies: [digest], routes: [digest] } };
  if (outcome === 'standing') return { ...built, [to]: { ...before, bodies: [digest] } };
  if (startedAt === null) return built;
  const besides = (digests: readonly string[]) => [...digests, digest].slice(-turnedBackKept);
  return { ...built, [to]: { bodies: besides(before.bodies), routes: besides(before.routes) } };
};
