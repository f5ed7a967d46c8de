import { carriesTheTunnel, type ServiceNames, serviceTagFor } from '../base/services.ts';
import type { Impact, Signal } from '../events/signal.ts';
import type { Fact } from './fact.ts';
import { factKey } from './mergeFact.ts';

/** Stands for every service and every region of an incident. */
export const WHOLE = '*';

/** The tag a name stands for; a name that carries the tunnel has none and is known all the same. */
const serviceOf = (signal: Signal, impact: Impact, names: ServiceNames): Pick<Fact, 'service' | 'known'> => {
  // An operation names a resource type, and that names the tag itself.
  if (signal.source === 'eventGrid') return { service: impact.serviceName, known: true };
  const tag = serviceTagFor(impact.serviceName, names);
  return { service: tag ?? impact.serviceName, known: tag !== undefined || carriesTheTunnel(impact.serviceName) };
};

/** An operation happens to a resource, wherever that is; an incident happens in a region. */
const regionOf = (signal: Signal, impact: Impact): Pick<Fact, 'region' | 'acts' | 'why'> => {
  const { acts, why } = signal;
  if (signal.resourceId !== null) return { region: WHOLE, acts, why };
  if (impact.region === null) {
    return { region: impact.regionName, acts: false, why: acts ? 'no table knows the name of its region' : why };
  }
  if (impact.region === 'global') {
    return { region: 'global', acts: false, why: acts ? 'its region is Global, which no failover helps' : why };
  }
  return { region: impact.region, acts, why };
};

const closing = (state: Fact['state'], at: string): Pick<Fact, 'closedAt'> =>
  state === 'closed' ? { closedAt: at } : {};

/**
 * What a signal leaves to remember: one fact for the incident as a whole and one for each service and region.
 * Two names of one service tag in one region are one fact, open while one of them is.
 * `heardAt` is our own time, ISO.
 */
export const factsOf = (signal: Signal, heardAt: string, names: ServiceNames = {}): readonly Fact[] => {
  const { subscriptionId, trackingId, since, at, source, resourceId, title } = signal;
  const common = { subscriptionId, trackingId, since, at, heardAt, source, resourceId, title };
  const incident: Fact = {
    ...common,
    service: WHOLE,
    serviceName: WHOLE,
    known: true,
    region: WHOLE,
    state: signal.state,
    acts: signal.acts,
    why: signal.why,
    ...closing(signal.state, at),
  };
  const facts = new Map([[factKey(incident), incident]]);
  for (const impact of signal.impacts) {
    const state = signal.state === 'closed' ? 'closed' : impact.state;
    const service = serviceOf(signal, impact, names);
    const told = { serviceName: impact.serviceName, state, ...closing(state, at) };
    const fact: Fact = { ...common, ...service, ...regionOf(signal, impact), ...told };
    const key = factKey(fact);
    const before = facts.get(key);
    if (before === undefined || preferred(fact, before)) facts.set(key, fact);
  }
  return [...facts.values()];
};

/** Among names of one tag in one message: the open one, then the first by code unit, whatever the order they came in. */
const preferred = (fact: Fact, before: Fact): boolean =>
  fact.state === before.state ? fact.serviceName < before.serviceName : fact.state === 'open';
