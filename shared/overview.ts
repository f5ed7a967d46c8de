import { asAutomationError } from './base/errors.ts';
import { placementTroubles } from './base/placement.ts';
import { resourceSubscriptions } from './look.ts';
import type { Ports } from './ports.ts';
import { keptOf } from './readKept.ts';
import { sitesInForce } from './record/configuration.ts';
import { globalPauseIn } from './record/globalPause.ts';
import { tagsViewOf } from './record/tagsView.ts';
import { type View, viewOf } from './record/view.ts';
import { tagsFor } from './visit.ts';

const tagsInView = async (ports: Ports, cloud: Parameters<ReturnType<typeof tagsFor>>[0] | undefined) => {
  if (cloud === undefined) return { tags: null, trouble: null };
  try {
    const found = await tagsFor(ports)(cloud);
    return { tags: tagsViewOf(found, ports.clock.now()), trouble: found.refused[0] ?? null };
  } catch (error) {
    return { tags: null, trouble: asAutomationError(error).message };
  }
};

/** Everything there is to see, from storage alone: no call to Azure, so it answers while Azure does not. */
export const overview = async (ports: Ports): Promise<View> => {
  const { sites, trouble } = await sitesInForce(ports.config);
  const subscriptions = sites.flatMap((site) => [site.subscriptionId.toLowerCase(), ...resourceSubscriptions(site)]);
  const [states, facts, intents, inView, paused] = await Promise.all([
    ports.sites.list(),
    ports.facts.list([...new Set(subscriptions)].sort()),
    Promise.all(sites.map((site) => ports.intents.list(site.id))),
    tagsInView(ports, sites[0]?.cloud),
    globalPauseIn(ports.config),
  ]);
  const kept = new Map(
    await Promise.all(states.map(async (state) => [state.site, await keptOf(state, ports)] as const)),
  );
  return viewOf({
    sites,
    states,
    facts,
    intents: intents.flat(),
    tags: inView.tags,
    configTrouble:
      [trouble, inView.trouble, ...placementTroubles(sites, ports.appRegion ?? null)]
        .filter((part) => part !== null)
        .join(' ') || null,
    kept,
    paused,
    now: ports.clock.now(),
    speed: ports.clock.speed,
  });
};
