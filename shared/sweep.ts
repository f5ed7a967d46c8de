import { asAutomationError } from './base/errors.ts';
import { placementTroubles } from './base/placement.ts';
import { sideBySide } from './base/sideBySide.ts';
import { sitesToServe, tellConfigTrouble } from './configTrouble.ts';
import { readHealthEvents } from './events/healthEvents.ts';
import { withoutFuture } from './events/notYet.ts';
import { together } from './events/payload.ts';
import { remember } from './hear.ts';
import { beat } from './heartbeat.ts';
import { resourceSubscriptions } from './look.ts';
import type { Ports } from './ports.ts';
import { refreshTags } from './tagSources.ts';

/** How far back events are asked for: longer than any fact is believed without word. */
const lookBackMs = 7 * 24 * 60 * 60 * 1_000;

/** What Azure itself says of one subscription's incidents, remembered as if it had been delivered. */
const listen = async (subscriptionId: string, ports: Ports): Promise<void> => {
  const { items, truncated } = await ports.healthEvents.list(subscriptionId, ports.clock.now() - lookBackMs);
  if (truncated) ports.log.warn('the list of health events was cut', { subscriptionId });
  const reading = together(items.map((item) => readHealthEvents(subscriptionId, item)));
  const { signals, ignored } = withoutFuture(reading, ports.clock.now());
  const [first] = ignored.slice(reading.ignored.length);
  if (first) ports.log.warn('a health event was left aside', { subscriptionId, ...first });
  await remember(signals, ports);
};

/** So many subscriptions are asked at once. */
const mostAtOnce = 8;
/** In application time; the host ends a function after five minutes, and one call may take half of one. */
const listenMs = 75_000;

/** From any of them on, all round: those that hang must not keep the same others from being asked each time. */
const fromAnyOf = <T>(items: readonly T[], chance: number): T[] => {
  const first = Math.floor(chance * items.length);
  return [...items.slice(first), ...items.slice(0, first)];
};

/** A subscription that does not answer costs only its own facts, and all that are slow together no more than `listenMs`. */
const listenToAll = async (subscriptionIds: readonly string[], ports: Ports): Promise<void> => {
  const unheard = new Set(subscriptionIds);
  const until = ports.clock.now() + listenMs;
  const isLate = (): boolean => ports.clock.now() >= until;
  const all = sideBySide(subscriptionIds, mostAtOnce, async (subscriptionId) => {
    if (isLate()) return;
    try {
      await listen(subscriptionId, ports);
    } catch (error) {
      const { code, message } = asAutomationError(error);
      if (code === 'ERR_STORAGE') throw error;
      ports.log.warn('health events could not be listed', { subscriptionId, code, message });
    }
    unheard.delete(subscriptionId);
  });
  await withinBudget(all, listenMs / ports.clock.speed);
  if (unheard.size === 0) return;
  const first = [...unheard].slice(0, 20);
  ports.log.warn('subscriptions did not say in time what is wrong', { count: unheard.size, first: first.join() });
};

/** Whatever comes first: the end of the work, or of so much time (wall). What goes on then is nobody's any more. */
const withinBudget = async (work: Promise<unknown>, wallMs: number): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  work.catch(() => {});
  const up = new Promise<void>((resolve) => {
    timer = wallMs > 0 ? setTimeout(resolve, wallMs) : undefined;
  });
  await Promise.race([work, up]);
  clearTimeout(timer);
};

/**
 * The guarantee behind the events: asks Azure for incidents no event told of, and has every site looked at afresh, also
 * where Azure is slow to say.
 */
export const sweep = async (ports: Ports, because: string): Promise<void> => {
  const sites = await sitesToServe(ports);
  for (const text of placementTroubles(sites, ports.appRegion ?? null)) ports.log.warn(text, {});
  const subscriptions = sites.flatMap((site) => [site.subscriptionId.toLowerCase(), ...resourceSubscriptions(site)]);
  try {
    await listenToAll(fromAnyOf([...new Set(subscriptions)].sort(), ports.random?.() ?? 0), ports);
  } finally {
    // Whatever Azure, or the storage of facts, does: what is known is looked at, and the timer has come round.
    await ports.messages.send({
      kind: 'look',
      because,
      subscriptionIds: null,
      arrivedAt: ports.clock.now(),
      sweep: true,
    });
    await beat(ports);
  }
  await refreshTags(sites, ports);
  // Last: a notice that cannot be told must not cost the look.
  await tellConfigTrouble(sites, ports);
};
