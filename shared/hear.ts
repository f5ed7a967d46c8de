import { iso } from './base/clock.ts';
import { withoutFuture } from './events/notYet.ts';
import type { Reading, Signal } from './events/signal.ts';
import type { Ports } from './ports.ts';
import { sitesInForce } from './record/configuration.ts';
import { factsOf } from './scope/factsOf.ts';

/** What the door answers: what was taken up, and what was left aside and why. */
export type Heard = {
  readonly accepted: number;
  readonly recordedOnly: number;
  readonly ignored: readonly { readonly what: string; readonly reason: string }[];
};

/** Service names the sites add to the built-in table; a broken sites file adds none. */
const addedNames = async (ports: Ports): Promise<Readonly<Record<string, string>>> => {
  try {
    const { sites } = await sitesInForce(ports.config);
    return Object.assign({}, ...sites.map((site) => site.serviceNames));
  } catch {
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
    const subscriptionIds = [...new Set(acting.map((signal) => signal.subscriptionId))].sort();
    await ports.messages.send({ kind: 'look', because, subscriptionIds, arrivedAt });
  }
  return { accepted: acting.length, recordedOnly: signals.length - acting.length, ignored };
};
