import { AutomationError } from '../base/errors.ts';
import { scanPrefix, whyNotPrefix } from './prefix.ts';
import { isPrefix6 } from './prefix6.ts';

/** IPv4 prefixes as two columns: row n starts at `starts[n]` and has `lengths[n]`. */
export class PrefixRows {
  readonly starts: Uint32Array;
  readonly lengths: Uint8Array;

  constructor(capacity: number) {
    this.starts = new Uint32Array(capacity);
    this.lengths = new Uint8Array(capacity);
  }

  /**
   * Reads a tag's published prefixes from row `at` on and returns the next free row; IPv6 ones are checked and take
   * none. Throws ERR_TAG_FILE at the first that is not a prefix; `place` names it by its index.
   */
  read(published: readonly unknown[], at: number, place: (index: number) => string): number {
    let row = at;
    for (let i = 0; i < published.length; i += 1) {
      const text = published[i];
      if (typeof text === 'string' && scanPrefix(text, this.starts, this.lengths, row)) row += 1;
      else if (typeof text !== 'string' || !isPrefix6(text)) throw badPrefix(text, place(i));
    }
    return row;
  }
}

const badPrefix = (text: unknown, place: string): AutomationError => {
  const shown = (JSON.stringify(text) ?? 'nothing').slice(0, 80);
  const isIpv6 = typeof text === 'string' && text.includes(':');
  const why = isIpv6 ? 'is not an IPv6 prefix, or has host bits set' : whyNotPrefix(String(text));
  return new AutomationError('ERR_TAG_FILE', `${place}: ${shown} ${why}.`, { remedy: newFile });
};

/** What to do about any bad service tags file. */
export const newFile =
  "Download the cloud's current ServiceTags file again and put that one; the last good one stays in use.";
