import type { Journey } from '../support/journey.ts';
import type { Call } from './calls.ts';
import type { Verdict } from './lives.ts';
import { alike } from './normal.ts';
import type { Watch } from './watch.ts';

/** What befalls a run: at which of the calls that change something (from 0), and how; or SIGKILL after so many milliseconds. */
export type Blow = { readonly at: number; readonly how: 'die' | 'lose' | 'sigkill' };

/** One run as it is written down, and its blow. */
export class Trial {
  /** Calls that change something, in order, spelt as of any site. */
  readonly calls: string[] = [];
  /** Kinds of notices people were told, in order. */
  readonly notices: string[] = [];
  /** What did not hold in between. */
  readonly wrong: string[] = [];
  /** All calls, those that change nothing included. */
  all = 0;
  /** The call it was struck at. */
  struck: string | null = null;
  watch: Watch | null = null;
  readonly #blow: Blow | null;
  readonly #names: () => Pick<Journey, 'site' | 'subscriptionId'>;
  /** Operations by id, counted from the first: the id is another in each run. */
  readonly #operations = new Map<string, number>();

  constructor(blow: Blow | null, names: () => Pick<Journey, 'site' | 'subscriptionId'>) {
    this.#blow = blow;
    this.#names = names;
  }

  /** Hears of a call that has been answered, and says what becomes of who made it. */
  judge(call: Call): Verdict {
    this.all += 1;
    if (call.to === 'arm') this.look(` (at call ${this.calls.length})`);
    if (!call.changes) return 'on';
    if (call.to === 'people') this.notices.push(call.on);
    const at = this.calls.length;
    const text = `${call.to} ${call.what} ${this.#subject(call)}${call.failed ? ' (failed)' : ''}`;
    this.calls.push(alike(this.#names(), text));
    const blow = this.#blow;
    if (this.struck !== null || blow === null || blow.how === 'sigkill' || blow.at !== at) return 'on';
    this.struck = this.calls.at(-1) ?? '';
    return blow.how;
  }

  look(when = ''): void {
    for (const text of this.watch?.look() ?? []) this.wrong.push(`${text}${when}`);
  }

  #subject({ what, on }: Call): string {
    if (what !== 'poll') return on;
    const id = new URL(on).pathname.split('/').at(-1) ?? '';
    const number = this.#operations.get(id) ?? this.#operations.size + 1;
    this.#operations.set(id, number);
    return `operation ${number}`;
  }
}
