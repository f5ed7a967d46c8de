import { iso } from './base/clock.ts';
import type { Ports } from './ports.ts';
import type { Word } from './words.ts';

/**
 * Every decision about a site, a line each, append-only; readings are not in it. A blob for each month: one that is
 * appended to takes 50,000 lines.
 */
export const wordsBlob = (site: string, at: string): string => `words/${site}/${at.slice(0, 7)}.jsonl`;

/** Writes down whose word it was: `by` is a proven name, or ends in "(by key)". */
export const noteWord = async (
  word: Word,
  taken: { readonly site: string; readonly by: string; readonly said: string },
  ports: Pick<Ports, 'archive' | 'clock'>,
): Promise<void> => {
  const { site: _, by: __, action, reason, ...about } = word;
  const at = iso(ports.clock.now());
  const line = { at, action, by: taken.by, reason: reason ?? '', said: taken.said, about };
  await ports.archive.append(wordsBlob(taken.site, at), JSON.stringify(line));
};
