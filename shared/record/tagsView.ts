import { byNumber, counted } from '../base/counted.ts';
import { aged, sourceText } from '../ranges/tagSource.ts';
import { heldTags } from '../ranges/witness.ts';
import type { TagsInForce } from './tagsInForce.ts';

/** Service tags in force, as page and status show them. */
export type TagsView = {
  readonly cloud: string;
  readonly changeNumber: number;
  /** When the newest source that is used was put or fetched (ISO); null where unknown. */
  readonly at: string | null;
  /** One sentence for each source: what, how old, used or not, why. */
  readonly sources: readonly string[];
  /** Names of the tags that stay at their last good value. */
  readonly frozen: readonly string[];
  /** How many tags keep what one change alone took away. */
  readonly waiting: number;
};

/** `now` in milliseconds of application time. */
export const tagsViewOf = ({ tags, sources }: TagsInForce, now: number): TagsView => {
  const held = heldTags(tags);
  const newest = sources.filter(({ used }) => used).sort((a, b) => b.changeNumber - a.changeNumber)[0];
  return {
    cloud: tags.cloud,
    changeNumber: tags.changeNumber,
    at: newest?.at ?? null,
    sources: sources.map((source) => `${sourceText(aged(source, now))}.`),
    frozen: held.flatMap(({ name, hold }) => (hold?.kind === 'frozen' ? [name] : [])),
    waiting: held.filter(({ hold }) => hold?.kind === 'removal').length,
  };
};

const mostNames = 8;

/** `A and B stay at their last good value`, for people; null where none is frozen. */
export const frozenText = (frozen: readonly string[]): string | null => {
  if (frozen.length === 0) return null;
  const more = frozen.length - mostNames;
  const names = frozen.slice(0, mostNames).join(', ') + (more > 0 ? ` and ${more} more` : '');
  return `${counted(frozen.length, 'service tag')} ${byNumber(frozen.length, 'stays at its', 'stay at their')} last good value: ${names}. Why: npm run cli -- tags`;
};
