import type { RangeSet } from './rangeSet.ts';
import type { TagFaultCode } from './tagFault.ts';

/** Why the value of a tag that is in force is not the newest file's. `since` is the change number it began with. */
export type Hold =
  /** The newest word lacks these addresses; they stay until the next one lacks them too, or a person accepts it. */
  | { readonly kind: 'removal'; readonly since: number; readonly gone: RangeSet }
  /** The newest word cannot be believed; the tag stays as change `lastGood` had it. `why` follows the tag's name. */
  | {
      readonly kind: 'frozen';
      readonly since: number;
      readonly lastGood: number;
      readonly code: TagFaultCode;
      readonly why: string;
    };

export type Frozen = Extract<Hold, { readonly kind: 'frozen' }>;
