import type { PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline';
import type { TokenCredential } from '@azure/identity';
import { createArm } from '../../shared/azure/arm.ts';
import { armHealthEvents } from '../../shared/azure/healthEvents.ts';
import { armLists, armLocations } from '../../shared/azure/locations.ts';
import { armResources } from '../../shared/azure/resources.ts';
import { sharedTurns } from '../../shared/azure/turns.ts';
import type { Clock } from '../../shared/base/clock.ts';
import { AutomationError } from '../../shared/base/errors.ts';
import { silentLog } from '../../shared/base/log.ts';
import type { Settings } from '../../shared/base/settings.ts';
import type { AzureView, Ports } from '../../shared/ports.ts';
import type { Leases, Messages, Notices } from '../../shared/record/ports.ts';
import { aroundPorts } from '../support/aroundPorts.ts';
import { newGuid } from './ids.ts';
import type { Shelves } from './shelves.ts';
import { troubledStorage } from './storageTrouble.ts';
import type { Life, Turnstile } from './turnstile.ts';
import type { Weather } from './weather.ts';

/** One instance of the app: the production adapters to Azure over a wire of its own, storage that everybody shares. */
export type Instance = { readonly life: Life; readonly ports: Ports };

export type InstanceParts = {
  readonly turnstile: Turnstile;
  readonly weather: Weather;
  readonly shelves: Shelves;
  readonly settings: Settings;
  readonly credential: TokenCredential;
  /** Carries requests to the simulated Azure, or loses them. */
  readonly wire: (life: Life) => { sendRequest(request: PipelineRequest): Promise<PipelineResponse> };
  readonly leases: (life: Life) => Leases;
  readonly messages: (clock: Clock) => Messages;
  readonly notices: Notices;
};

/** A clock that is so much ahead of everybody's, or behind. */
const skewedClock = (turnstile: Turnstile, life: Life, skewMs: number): Clock => ({
  now: () => turnstile.now() + skewMs,
  sleepUntil: (until) => turnstile.sleep(life, until - skewMs),
  pause: (ms) => turnstile.sleep(life, turnstile.now() + ms),
  speed: 1,
});

const noDownload = { fetch: async () => null };

const noVault = {
  read: async (address: string): Promise<string> => {
    throw new AutomationError('ERR_AZURE_NOT_FOUND', `${address} is not there`, { remedy: 'There is no vault here.' });
  },
};

export const startInstance = (parts: InstanceParts, name: string, skewMs: number): Instance => {
  const { turnstile, weather, shelves, settings } = parts;
  const life: Life = { name, endedAt: null };
  const clock = skewedClock(turnstile, life, skewMs);
  const arm = createArm({
    endpoint: settings.endpoints.resourceManager,
    audience: settings.endpoints.tokenAudience,
    credential: parts.credential,
    networkApiVersion: settings.networkApiVersion,
    clock,
    turns: sharedTurns(shelves.allowances, clock, () => turnstile.random.next()),
    httpClient: parts.wire(life),
  });
  const view = (client: typeof arm): AzureView => ({
    resources: armResources(client, clock),
    healthEvents: armHealthEvents(client),
    locations: armLocations(client),
    lists: armLists(client),
  });
  const ports: Ports = {
    ...view(arm),
    clock,
    log: silentLog,
    newId: () => newGuid(turnstile.random),
    random: () => turnstile.random.next(),
    namePrefix: settings.namePrefix,
    facts: shelves.facts,
    intents: shelves.intents,
    sites: shelves.sites,
    archive: shelves.archive,
    // A life of its own for each: what one instance has parsed, another has not.
    config: { ...shelves.config },
    leases: parts.leases(life),
    messages: parts.messages(clock),
    notices: parts.notices,
    tagDownload: noDownload,
    secrets: noVault,
    metered: (onCall) => view(arm.metered(onCall)),
  };
  return { life, ports: aroundPorts(ports, troubledStorage(turnstile, weather, life)) };
};
