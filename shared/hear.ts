import { iso } from './base/clock.ts';
import { asAutomationError } from './base/errors.ts';
import { withoutFuture } from './events/notYet.ts';
import type { Reading, Signal } from './events/signal.ts';
import type { Ports } from './ports.ts';
import { sitesInForce } from './record/configuration.ts';
import { factsOf } from './scope/factsOf.ts';

/** A message of storage's queue holds 64 KiB: beyond so many subscriptions every site is looked at. */
const mostNamed = 300;

/** So much of what was left aside is told one by one: a body of one megabyte can hold half a million strangers. */
const mostTold = 20;

const shortened = (ignored: Reading['ignored']): Reading['ignored'] =>
  ignored.length <= mostTold
    ? ignored
    : [
        ...ignored.slice(0, mostTold),
        { what: `${ignored.length - mostTold} more`, reason: 'not told one by one; the first ones are above' },
      ];

/** What the door answers: what was taken up, and what was left aside and why. */
export type Heard = {
  readonly accepted: number;
  readonly recordedOnly: number;
  readonly ignored: Reading['ignored'];
};

/** Service names the sites add to the built-in table; a broken sites file adds none. */
const addedNames = async (ports: Ports): Promise<Readonly<Record<string, string>>> => {
  try {
    const { sites } = await sitesInForce(ports.config);
    return Object.assign({}, ...sites.map((site) => site.serviceNames));
  } catch (error) {
    // Storage that says nothing would not keep the facts either: who calls is not kept waiting twice.
    if (asAutomationError(error).code === 'ERR_STORAGE') throw error;
    return {};
  }
};

/** Remembers signals as facts; safe to repeat, in any order. */
export const remember = async (signals: readonly Signal[], ports: Ports): Promise<void> => {
  if (signals.length === 0) return;
  const heardAt = iso(ports.clock.now());
  const names = await addedNames(ports);
  await ports.facts.remember(signals.flatMap((signal) => factsOf(signal, heardAt, names)));
};

/**
 * Takes in an event: persist first, then one message that says when to look. What acts on nothing is recorded and
 * shown, and wakes nobody. Throws ERR_STORAGE where it cannot be persisted.
 */
export const hear = async (reading: Reading, because: string, ports: Ports): Promise<Heard> => {
  const arrivedAt = ports.clock.now();
  const { signals, ignored } = withoutFuture(reading, arrivedAt);
  await remember(signals, ports);
  const acting = signals.filter((signal) => signal.acts);
  if (acting.length > 0) {
    const named = [...new Set(acting.map((signal) => signal.subscriptionId))].sort();
    const subscriptionIds = named.length > mostNamed ? null : named;
    await ports.messages.send({ kind: 'look', because, subscriptionIds, arrivedAt });
  }
  return { accepted: acting.length, recordedOnly: signals.length - acting.length, ignored: shortened(ignored) };
};
