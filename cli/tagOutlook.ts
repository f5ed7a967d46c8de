import { byCodeUnit } from '../shared/base/canonical.ts';
import { byNumber, counted } from '../shared/base/counted.ts';
import { compareTagFiles } from '../shared/ranges/comparison.ts';
import type { TagTable } from '../shared/ranges/tagTable.ts';
import { heldTags } from '../shared/ranges/witness.ts';

type TagCount = { readonly tag: string; readonly addresses: number };

/** What going from one table in force to another means: what is in at once, what waits, what is gone, what is frozen. */
export type Outlook = {
  readonly newTags: readonly string[];
  /** Addresses that are in at once. */
  readonly flows: readonly TagCount[];
  /** Addresses that stay until the next change lacks them, too, or a person accepts it. */
  readonly waits: readonly (TagCount & { readonly since: number })[];
  /** Addresses that are out: two changes in a row lack them, or a person accepted it. */
  readonly goes: readonly TagCount[];
  /** Tags that stay as change `lastGood` had them until a person accepts what is wrong, or it is mended. */
  readonly frozen: readonly {
    readonly tag: string;
    readonly since: number;
    readonly lastGood: number;
    readonly code: string;
    readonly why: string;
  }[];
};

/** Held tags of the table alone, where there was none before. */
export const outlookOf = (before: TagTable | null, after: TagTable): Outlook => {
  const comparison = before ? compareTagFiles(before, after) : { changes: [], newTags: [] };
  const count = (which: 'added' | 'removed'): TagCount[] =>
    comparison.changes.flatMap((change) =>
      change[which].isEmpty ? [] : [{ tag: change.tag, addresses: change[which].size }],
    );
  const held = heldTags(after);
  return {
    newTags: comparison.newTags,
    flows: count('added'),
    waits: held.flatMap(({ name, hold }) =>
      hold?.kind === 'removal' ? [{ tag: name, addresses: hold.gone.size, since: hold.since }] : [],
    ),
    goes: count('removed'),
    frozen: held.flatMap(({ name, hold }) => {
      if (hold?.kind !== 'frozen') return [];
      const { since, lastGood, code, why } = hold;
      return [{ tag: name, since, lastGood, code, why }];
    }),
  };
};

const most = 6;

const listed = (tags: readonly TagCount[]): string => {
  const largest = [...tags].sort((a, b) => b.addresses - a.addresses || byCodeUnit(a.tag, b.tag)).slice(0, most);
  const more = tags.length - largest.length;
  const named = largest.map(({ tag, addresses }) => `${tag} (${addresses.toLocaleString('en-US')})`).join(', ');
  return more > 0 ? `${named} and ${more} more` : named;
};

const sum = (tags: readonly TagCount[]): string =>
  `${counted(
    tags.reduce((all, { addresses }) => all + addresses, 0),
    'address',
  )} of ${counted(tags.length, 'tag')}: ${listed(tags)}`;

/** In sentences for people: what is as it should be, and what to see to. */
export const outlookText = ({ newTags, flows, waits, goes, frozen }: Outlook) => {
  const shown = frozen.slice(0, most);
  return {
    said: [
      ...(newTags.length > 0
        ? [
            `${counted(newTags.length, 'new tag')}: ${newTags.slice(0, most).join(', ')}${newTags.length > most ? ' ...' : ''}`,
          ]
        : []),
      ...(flows.length > 0 ? [`In at once: ${sum(flows)}`] : []),
      ...(goes.length > 0 ? [`Out: ${sum(goes)}`] : []),
      ...(waits.length > 0
        ? [
            `Waits: ${sum(waits)}; out when the next change lacks ${byNumber(waits.length, 'it', 'them')}, too, or a person accepts it`,
          ]
        : []),
    ],
    warnings: [
      ...shown.map(
        ({ tag, since, lastGood, why }) => `Frozen as change ${lastGood} had it: ${tag} ${why} (change ${since}).`,
      ),
      ...(frozen.length > shown.length ? [`${frozen.length - shown.length} more tags are frozen.`] : []),
    ],
  };
};
