import { sideBySide } from './base/sideBySide.ts';
import type { Site } from './base/site.ts';
import { sitesToServe } from './configTrouble.ts';
import { makeGood } from './heartbeat.ts';
import { resourceSubscriptions } from './look.ts';
import type { Ports } from './ports.ts';
import type { Message } from './record/ports.ts';
import { needNoVisit } from './seenFromAfar.ts';
import { wake } from './wake.ts';

type LookMessage = Extract<Message, { readonly kind: 'look' }>;

const concerned = (message: LookMessage, site: Site): boolean =>
  message.subscriptionIds === null ||
  [site.subscriptionId.toLowerCase(), ...resourceSubscriptions(site)].some((id) =>
    message.subscriptionIds?.includes(id),
  );

/** A thousand sites, one after the other, are half a minute that somebody waits for. */
const mostAtOnce = 16;

/** One message to all becomes one for each site concerned: those whose subscriptions it names; a sweep's, where it needs one. */
export const fanOut = async (message: LookMessage, ports: Ports): Promise<void> => {
  const sites = await sitesToServe(ports);
  const { because, arrivedAt, sweep, resumes } = message;
  const spared = sweep ? await needNoVisit(sites, ports) : new Set<string>();
  const call = { because, arrivedAt, ...(sweep ? { sweep } : {}), ...(resumes ? { resumes } : {}) };
  const meant = sites.filter((candidate) => concerned(message, candidate) && !spared.has(candidate.id));
  await sideBySide(meant, mostAtOnce, (site) => wake(site.id, call, ports));
  if (sweep) await makeGood(ports);
};
