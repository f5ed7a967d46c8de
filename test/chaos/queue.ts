import { hiddenSeconds } from '../../shared/azure/messages.ts';
import type { Clock } from '../../shared/base/clock.ts';
import type { Message, Messages } from '../../shared/record/ports.ts';
import type { Turnstile } from './turnstile.ts';
import type { Weather } from './weather.ts';

/** As host.json and the Functions host have it. */
const redeliveredAfterMs = 10_000;
const mostDeliveries = 5;
/** How long the message of a worker that died stays hidden. */
const hiddenAfterDeathMs = 10 * 60_000;

type Entry = { readonly text: string; deliveries: number };

/** Who handles messages. `false`: nobody is free. The promise ends when the message is done with, or never where its worker dies. */
export type Hand = (
  text: string,
  redelivered: boolean,
  ends: { done(): void; failed(): void; died(): void },
) => boolean;

/** A storage queue: at least once, in no order, now and then late, twice or not at all. */
export class ChaosQueue {
  readonly #turnstile: Turnstile;
  readonly #weather: Weather;
  readonly #hand: Hand;
  readonly #bury: (text: string) => void;
  /** Messages that are not done with. */
  open = 0;
  handled = 0;
  poisoned = 0;

  constructor(turnstile: Turnstile, weather: Weather, hand: Hand, bury: (text: string) => void) {
    this.#turnstile = turnstile;
    this.#weather = weather;
    this.#hand = hand;
    this.#bury = bury;
  }

  readonly messages = (clock: Clock): Messages => ({
    send: async (message: Message) => {
      const hiddenMs = message.kind === 'site' ? hiddenSeconds(message.notBefore, clock) * 1_000 : 0;
      const text = JSON.stringify(message);
      const trouble = this.#weather.strikes({ twice: 4, late: 4, lost: 1 });
      if (trouble !== null) this.#weather.count(`queue ${trouble}`);
      if (trouble === 'lost') return;
      const lateMs = trouble === 'late' ? this.#turnstile.random.below(5 * 60_000) : 0;
      this.#show({ text, deliveries: 0 }, hiddenMs + lateMs);
      if (trouble === 'twice') this.#show({ text, deliveries: 0 }, hiddenMs + this.#turnstile.random.below(60_000));
    },
  });

  #show(entry: Entry, afterMs: number): void {
    this.open += 1;
    this.#turnstile.at(this.#turnstile.now() + afterMs, () => this.#deliver(entry));
  }

  #deliver(entry: Entry): void {
    this.open -= 1;
    const redelivered = entry.deliveries > 0;
    let ended = false;
    const once = (then: () => void) => () => {
      if (ended) return;
      ended = true;
      this.open -= 1;
      then();
    };
    this.open += 1;
    const taken = this.#hand(entry.text, redelivered, {
      done: once(() => {
        this.handled += 1;
      }),
      failed: once(() => this.#again(entry, redeliveredAfterMs)),
      died: once(() => this.#again(entry, this.#turnstile.random.below(hiddenAfterDeathMs))),
    });
    entry.deliveries += 1;
    if (taken) return;
    entry.deliveries -= 1;
    ended = true;
    this.open -= 1;
    this.#show(entry, 500);
  }

  #again(entry: Entry, afterMs: number): void {
    if (entry.deliveries < mostDeliveries) {
      this.#show(entry, afterMs);
      return;
    }
    this.poisoned += 1;
    this.#bury(entry.text);
  }
}
