import type { Move } from '../../shared/record/move.ts';
import type { SiteState } from '../../shared/record/state.ts';
import { incident, type Journey, type Stage, startJourney } from '../support/journey.ts';
import { atHome, confirm, failOver, tableOf } from '../support/landing.ts';
import { askedDigest, loadDevice, settledAtHome, sweepOnce, targetOf } from '../support/moves.ts';
import { finishAtDevice, plannedMove } from '../support/moveTrouble.ts';

/** The app as the outside sees it, whoever dies inside. */
export type Outside = {
  readonly stage: Stage;
  readonly journey: Journey;
  /** Somebody tells the app something, again where it died of it. */
  event(payload: unknown): Promise<void>;
  word(word: Record<string, unknown>): Promise<void>;
  sweep(): Promise<void>;
  /** Messages are handled until `is`; where none is left before, the sweep comes. Throws where that does not help. */
  until(what: string, is: (state: SiteState) => boolean): Promise<void>;
  /** Messages are handled until none is left, and `is` holds; else the sweep comes. */
  rest(what: string, is: (state: SiteState) => boolean): Promise<void>;
};

/** One journey: how its site comes to be (nobody dies there), and what happens. */
export type Script = {
  readonly name: string;
  prepare(stage: Stage, begin: Begin): Promise<Journey>;
  play(outside: Outside): Promise<void>;
};

/** What every site here begins with. */
export type Begin = NonNullable<Parameters<typeof startJourney>[1]>;

const waitsForDevice = (mode: string) => (state: SiteState) =>
  state.run?.steps.some(({ id, status }) => id === 'deviceConfirm' && status === 'waiting') === true &&
  state.inPlace?.mode === mode;

const settledIn = (mode: string) => (state: SiteState) =>
  state.run === null && state.inPlace?.mode === mode && state.waiting === null && state.singlyEncryptedSince === null;

const serviceFailover: Script = {
  name: 'serviceFailover',
  prepare: atHome,
  play: async ({ journey, event, word, rest }) => {
    await event(incident(journey.subscriptionId));
    await rest('waits for the device', waitsForDevice('serviceFailover'));
    await word({ action: 'confirmDevice' });
    await rest('is protected', settledIn('serviceFailover'));
  },
};

const failback: Script = {
  name: 'failback',
  prepare: async (stage, begin) => {
    const journey = await atHome(stage, begin);
    await failOver(journey);
    await confirm(journey);
    return journey;
  },
  play: async ({ stage, journey, event, word, rest }) => {
    const at = new Date(stage.clock.now()).toISOString();
    await event(incident(journey.subscriptionId, { status: 'Resolved', at }));
    await rest('asks for the way back', ({ waiting }) => waiting !== null);
    await word({ action: 'apply', digest: (await journey.state()).waiting?.digest });
    await rest(
      'waits for the device',
      ({ run }) => run?.steps.some(({ id, status }) => id === 'deviceConfirm' && status === 'waiting') === true,
    );
    await word({ action: 'confirmDevice' });
    await rest('is home', settledIn('home'));
  },
};

/** Somebody else leads one of our routes elsewhere, and takes away what another of ours allows. */
const disturb = (stage: Stage, journey: Journey): void => {
  const table = tableOf(stage, journey);
  const victim = table.properties.routes.find(({ name }) => name.startsWith('asefo-'));
  if (victim === undefined) throw new Error('there is no route of ours to lead elsewhere');
  const { addressPrefix } = victim.properties;
  const routes = table.properties.routes.map((route) =>
    route === victim ? { ...route, properties: { addressPrefix, nextHopType: 'Internet' } } : route,
  );
  stage.arm.seed(journey.ids.routeTable, { ...table, properties: { ...table.properties, routes } } as never);
  const firewall = stage.arm.read(journey.ids.firewall) as {
    properties: { networkRuleCollections: { name: string }[] };
  };
  const networkRuleCollections = firewall.properties.networkRuleCollections.filter(
    ({ name }) => !name.startsWith('asefo-'),
  );
  stage.arm.seed(journey.ids.firewall, {
    ...firewall,
    properties: { ...firewall.properties, networkRuleCollections },
  } as never);
};

const driftRepair: Script = {
  name: 'driftRepair',
  prepare: async (stage, begin) => {
    const journey = await atHome(stage, { ...begin, policy: { drift: 'repair' } });
    disturb(stage, journey);
    return journey;
  },
  play: async ({ sweep, rest, journey }) => {
    const before = (await journey.state()).lastRuns.length;
    await sweep();
    await rest('is repaired', (state) => settledIn('home')(state) && state.lastRuns.length > before);
  },
};

const regionMove: Script = {
  name: 'regionMove',
  prepare: async (stage, begin) => {
    const journey = await startJourney(stage, begin);
    await settledAtHome(journey);
    await confirm(journey);
    return journey;
  },
  play: async ({ stage, journey, event, word, until, rest }) => {
    const lift = stage.arm.silence('usgovvirginia', 'refused');
    try {
      await event(incident(journey.subscriptionId, { names: ['VPN Gateway', 'Storage'] }));
      await until('asks for the move', ({ move }) => move?.status === 'awaitingApproval');
      await word({ action: 'apply', digest: (await journey.state()).move?.digest });
      await until(
        'waits for the device',
        ({ move }) => move?.steps.some(({ status }) => status === 'waiting') === true,
      );
      await loadDevice(stage, journey, (await targetOf(journey)).ids.gateway);
      await rest('has moved', ({ move, residence, run }) => !move && residence?.side === 'target' && run === null);
    } finally {
      lift();
    }
  },
};

const tunnelFails = (journey: Journey, status: 'Active' | 'Resolved', ms: number): unknown =>
  incident(journey.subscriptionId, { names: ['VPN Gateway', 'Storage'], status, at: new Date(ms).toISOString() });

const asksFor = (reason: Move['reason']) => (state: SiteState) =>
  state.move?.reason === reason && state.move.status === 'awaitingApproval';

/** The event's messages: to look, the site's own, and what was on its way. */
const mostAsking = 10;

/** The longest that a region has to be well before anybody is asked to go back there. */
const soakMs = 2 * 3_600_000;

const regionReturn: Script = {
  name: 'regionReturn',
  prepare: async (stage, begin) => {
    const journey = await startJourney(stage, begin);
    await settledAtHome(journey);
    await confirm(journey);
    const lift = stage.arm.silence('usgovvirginia', 'refused');
    try {
      await journey.event(tunnelFails(journey, 'Active', stage.clock.now()));
      // Messages do not end while a region is silent: it is asked again and again.
      for (let done = 0; done < mostAsking && !asksFor('outage')(await journey.state()); done += 1)
        await journey.step();
      await journey.word({ action: 'apply', digest: await askedDigest(journey) });
      await finishAtDevice(stage, journey);
    } finally {
      lift();
    }
    await sweepOnce(journey);
    // Else home stands as it was left, and nothing would have to be written on the way back.
    disturb(stage, journey);
    return journey;
  },
  play: async ({ stage, journey, event, word, sweep, until, rest }) => {
    await event(tunnelFails(journey, 'Resolved', stage.clock.now()));
    await rest('has heard that all is well', ({ residence }) => residence?.side === 'target');
    await stage.clock.sleepUntil(stage.clock.now() + soakMs);
    await sweep();
    await rest('asks for the way back', asksFor('return'));
    await word({ action: 'apply', digest: (await journey.state()).move?.digest });
    await until('waits for the device', ({ move }) => move?.steps.some(({ status }) => status === 'waiting') === true);
    await loadDevice(stage, journey, journey.ids.gateway);
    await rest('is home again', ({ residence, run }) => residence?.side === 'home' && run === null);
    // Where the sweep had to help it has asked already.
    await sweep();
    await rest('asks to take down the region it was in', asksFor('teardown'));
  },
};

const teardown: Script = {
  name: 'teardown',
  prepare: async (stage, begin) => {
    const journey = await startJourney(stage, begin);
    await plannedMove(journey);
    await finishAtDevice(stage, journey);
    return journey;
  },
  play: async ({ journey, word, sweep, rest }) => {
    await sweep();
    await rest('asks to take down the side it has left', asksFor('teardown'));
    await word({ action: 'apply', digest: (await journey.state()).move?.digest });
    await rest('has it taken down', ({ move, lastMoves }) => !move && lastMoves?.[0]?.outcome === 'removed');
  },
};

export const scripts: readonly Script[] = [serviceFailover, failback, driftRepair, regionMove, regionReturn, teardown];
