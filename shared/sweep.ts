import { asAutomationError } from './base/errors.ts';
import { placementTroubles } from './base/placement.ts';
import { sitesToServe, tellConfigTrouble } from './configTrouble.ts';
import { readHealthEvents } from './events/healthEvents.ts';
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
  const readings = items.map((item) => readHealthEvents(subscriptionId, item));
  await remember(
    readings.flatMap((reading) => reading.signals),
    ports,
  );
};

/**
 * The guarantee behind the events: asks Azure for incidents no event told of, and has every site looked at afresh.
 * A subscription that does not answer costs only its own facts.
 */
export const sweep = async (ports: Ports, because: string): Promise<void> => {
  const sites = await sitesToServe(ports);
  for (const text of placementTroubles(sites, ports.appRegion ?? null)) ports.log.warn(text, {});
  const subscriptions = sites.flatMap((site) => [site.subscriptionId.toLowerCase(), ...resourceSubscriptions(site)]);
  for (const subscriptionId of [...new Set(subscriptions)].sort()) {
    try {
      await listen(subscriptionId, ports);
    } catch (error) {
      const { code, message } = asAutomationError(error);
      if (code === 'ERR_STORAGE') throw error;
      ports.log.warn('health events could not be listed', { subscriptionId, code, message });
    }
  }
  await ports.messages.send({
    kind: 'look',
    because,
    subscriptionIds: null,
    arrivedAt: ports.clock.now(),
    sweep: true,
  });
  await beat(ports);
  await refreshTags(sites, ports);
  // Last: a notice that cannot be told must not cost the look.
  await tellConfigTrouble(sites, ports);
};
