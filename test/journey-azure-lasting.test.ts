import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { overview } from '../shared/overview.ts';
import { sweep } from '../shared/sweep.ts';
import { incident, type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { atHome, failOver, firewallOf, prefixesOf, putsOf, tableOf } from './support/landing.ts';

let stage: Stage;
let right: string[];
beforeAll(async () => {
  stage = await startStage();
  const calm = await startJourney(stage);
  await failOver(calm);
  right = prefixesOf(stage, calm);
});
afterAll(() => stage.close());

const hours = 3_600_000;

const sweepNow = async (journey: Journey): Promise<void> => {
  await sweep(journey.ports, 'the sweep');
  await journey.work();
};

/** Who waits for whom, as every person sees it. */
const waits = async (journey: Journey): Promise<string[]> => {
  const [site] = (await overview(journey.ports)).sites;
  return (site?.waits ?? []).map(({ who, text }) => `${who}: ${text}`);
};

/** Handles messages until the site's run stands at a step. */
const until = async (journey: Journey, step: string, status: string): Promise<void> => {
  for (let done = 0; done < 50; done += 1) {
    const { run } = await journey.state();
    if (run?.steps.some(({ id, status: now }) => id === step && now === status)) return;
    expect(await journey.step()).not.toBeNull();
  }
  throw new Error(`the run never came to ${step} ${status}`);
};

const expectDone = async (journey: Journey): Promise<void> => {
  expect(await journey.state()).toMatchObject({ inPlace: { mode: 'serviceFailover' }, attention: null });
  expect(prefixesOf(stage, journey)).toEqual(right);
};

/** Somebody else's write of what is there, which ends Failed. */
const leaveFailed = async (journey: Journey, id: string): Promise<void> => {
  const effect = { kind: 'operationFails', code: 'InternalServerError', message: 'An error occurred.' } as const;
  const fault = stage.arm.plantFault({ match: { method: 'PUT', resource: id }, effect });
  await journey.ports.resources.put(id, stage.arm.read(id) as never, null);
  stage.clock.advance(hours);
  fault.remove();
  expect(stage.arm.read(id)).toMatchObject({ properties: { provisioningState: 'Failed' } });
  journey.mark();
};

const denyAll = {
  name: 'lockdown',
  properties: {
    priority: 110,
    action: { type: 'Deny' },
    rules: [
      {
        name: 'all',
        protocols: ['Any'],
        sourceAddresses: ['*'],
        destinationAddresses: ['*'],
        destinationPorts: ['*'],
      },
    ],
  },
};

describe('trouble that lasts ends in a stated state, and never with routes before the firewall', () => {
  it('tries a firewall write three times that ends Failed, stops, says so, and goes on at a later sweep', async () => {
    const journey = await atHome(stage);
    const before = prefixesOf(stage, journey);
    const effect = { kind: 'operationFails', code: 'InternalServerError', message: 'Instances are unwell.' } as const;
    const fault = stage.arm.plantFault({
      match: { method: 'PUT', resource: journey.ids.firewall },
      effect,
      times: 'always',
    });
    await failOver(journey);
    const bodies = putsOf(journey, journey.ids.firewall).map(({ requestBody }) => requestBody);
    expect(bodies).toHaveLength(3);
    expect(bodies).toEqual([bodies[0], bodies[0], bodies[0]]);
    expect(putsOf(journey, journey.ids.routeTable)).toEqual([]);
    expect(prefixesOf(stage, journey)).toEqual(before);
    const stopped = await journey.state();
    expect(stopped).toMatchObject({ run: null, inPlace: { mode: 'home' }, attention: { code: 'RUN_FAILED' } });
    expect(stopped.attention?.why).toContain('Instances are unwell.');
    expect(stopped.lastRuns[0]).toMatchObject({ outcome: 'failed' });
    expect(stopped.singlyEncryptedSince).not.toBeNull();
    expect(journey.notices.at(-1)).toMatchObject({
      kind: 'failed',
      text: expect.stringContaining('Instances are unwell.'),
    });
    expect((await waits(journey))[0]).toMatch(/^A person: .*RUN_FAILED/);

    fault.remove();
    await sweepNow(journey);
    await expectDone(journey);
  });

  it('tells the same failure once, however many sweeps meet it', async () => {
    const journey = await startJourney(stage);
    const firewall = firewallOf(stage, journey);
    const withDeny = { ...firewall, properties: { ...firewall.properties, networkRuleCollections: [denyAll] } };
    stage.arm.seed(journey.ids.firewall, withDeny as never);
    await failOver(journey);
    const since = (await journey.state()).attention?.since;
    expect((await journey.state()).attention?.why).toContain('"lockdown" (priority 110) denies before ours');
    await sweepNow(journey);
    await sweepNow(journey);
    expect((await journey.state()).inPlace).toBeNull();
    expect(journey.notices.filter(({ kind }) => kind === 'failed')).toHaveLength(1);
    expect(journey.notices.filter(({ kind }) => kind === 'cloudReady')).toEqual([]);
    expect((await journey.state()).attention?.since).toBe(since);
  });

  it('stops a run whose write is refused with a detail for each route, and is not worn out by the words', async () => {
    const journey = await atHome(stage);
    const details = Array.from({ length: 400 }, (_, index) => ({
      code: 'InvalidRoute',
      message: `Route asefo-${index} of ${journey.ids.routeTable} is not valid: ${'x'.repeat(150)}`,
    }));
    const body = { error: { code: 'InvalidRequestFormat', message: 'Cannot parse the request.', details } };
    const fault = stage.arm.plantFault({
      match: { method: 'PUT', resource: journey.ids.routeTable },
      times: 'always',
      effect: { kind: 'answer', status: 400, body },
    });
    await failOver(journey);
    for (let round = 0; round < 3; round += 1) await sweepNow(journey);
    const state = await journey.state();
    // Once for the plan as it was, once for what was left of it when the firewall was written.
    expect(putsOf(journey, journey.ids.routeTable)).toHaveLength(2);
    expect(state).toMatchObject({ run: null, attention: { code: 'RUN_FAILED' } });
    expect(state.attention?.why).toContain('Route asefo-0 of');
    expect(JSON.stringify(state).length).toBeLessThan(60_000);
    fault.remove();
    await journey.word({ action: 'resume' });
    await journey.work();
    await expectDone(journey);
  });

  it('notices at a sweep that somebody denies what our rules allow, and that they no longer do', async () => {
    const journey = await atHome(stage);
    const calm = firewallOf(stage, journey);
    const networkRuleCollections = [denyAll, ...calm.properties.networkRuleCollections];
    stage.arm.seed(journey.ids.firewall, {
      ...calm,
      properties: { ...calm.properties, networkRuleCollections },
    } as never);
    await sweepNow(journey);
    await sweepNow(journey);
    expect((await journey.state()).attention).toMatchObject({
      code: 'RUN_FAILED',
      why: expect.stringContaining('denies before ours'),
    });
    expect(journey.notices.filter(({ kind }) => kind === 'failed')).toHaveLength(1);
    stage.arm.seed(journey.ids.firewall, calm as never);
    await sweepNow(journey);
    expect(await journey.state()).toMatchObject({ attention: null, run: null, inPlace: { mode: 'home' } });
    expect(journey.calls().writes).toBe(0);
  });

  it('gives an operation that never ends an hour, tells who waits for whom, and writes no route', async () => {
    const journey = await atHome(stage);
    const before = prefixesOf(stage, journey);
    const fault = stage.arm.plantFault({
      match: { method: 'PUT', resource: journey.ids.firewall },
      effect: { kind: 'operationNeverEnds' },
    });
    await journey.event(incident(journey.subscriptionId));
    await until(journey, 'firewall', 'running');
    expect(await waits(journey)).toEqual([
      expect.stringMatching(/^Azure: waiting for the firewall operation, next look /),
    ]);
    const started = stage.clock.now();
    await journey.work();
    expect(stage.clock.now() - started).toBeGreaterThanOrEqual(hours);
    expect(stage.clock.now() - started).toBeLessThan(1.1 * hours);
    expect(journey.calls()).toMatchObject({ writes: 1, early: 0 });
    expect((await journey.state()).attention?.why).toMatch(/Azure is still at work after 6\d minutes/);
    expect((await waits(journey))[0]).toMatch(/^A person: .*RUN_FAILED/);

    await sweepNow(journey);
    expect(putsOf(journey, journey.ids.routeTable)).toEqual([]);
    expect(prefixesOf(stage, journey)).toEqual(before);
    expect((await journey.state()).attention?.why).toContain('Azure is still at work on it (Updating)');

    // Azure gets over it: the firewall is Succeeded with what was asked for.
    stage.arm.seed(journey.ids.firewall, firewallOf(stage, journey) as never);
    fault.remove();
    await sweepNow(journey);
    await expectDone(journey);
    expect(putsOf(journey, journey.ids.firewall)).toHaveLength(1);
  });

  it('does not call a firewall ready that stays Updating, until it is', async () => {
    const journey = await atHome(stage);
    stage.arm.plantFault({
      match: { method: 'PUT', resource: journey.ids.firewall },
      effect: { kind: 'staysUpdating', seconds: 10_000 },
    });
    await failOver(journey);
    expect(await journey.state()).toMatchObject({
      inPlace: { mode: 'home' },
      attention: { code: 'RUN_FAILED' },
      run: null,
    });
    expect((await journey.state()).attention?.why).toContain('firewall Updating');
    stage.clock.advance(3 * hours);
    await sweepNow(journey);
    await expectDone(journey);
    expect(journey.calls().writes).toBe(2);
  });

  it.each(['routeTable', 'firewall'] as const)(
    'repairs a %s that somebody left Failed by the same write, at the next sweep',
    async (which) => {
      const journey = await atHome(stage, { policy: { drift: 'repair' } });
      await sweepNow(journey); // finds nothing to do, and keeps a plan that says so
      await leaveFailed(journey, journey.ids[which]);
      await sweepNow(journey);
      expect(stage.arm.read(journey.ids[which])).toMatchObject({ properties: { provisioningState: 'Succeeded' } });
      expect(putsOf(journey, journey.ids[which])).toHaveLength(1);
      expect(journey.calls().writes).toBe(1);
      expect(await journey.state()).toMatchObject({
        attention: null,
        run: null,
        lastRuns: [{ outcome: 'protected' }, {}],
      });
    },
  );

  it('fails over although firewall and table were left Failed', async () => {
    const journey = await atHome(stage);
    await leaveFailed(journey, journey.ids.firewall);
    await leaveFailed(journey, journey.ids.routeTable);
    await failOver(journey);
    await expectDone(journey);
    expect(journey.calls()).toMatchObject({ writes: 2, early: 0 });
  });

  it("waits for somebody else's long operation on the firewall, and says for whom", async () => {
    const journey = await atHome(stage);
    stage.arm.occupy(journey.ids.firewall, 1_500);
    await journey.event(incident(journey.subscriptionId));
    await until(journey, 'firewall', 'pending');
    await journey.step();
    expect((await waits(journey))[0]).toMatch(
      /^Azure: waiting for the firewall operation \(Another operation holds .*azureFirewalls/,
    );
    expect(putsOf(journey, journey.ids.routeTable)).toEqual([]);
    await journey.work();
    await expectDone(journey);
    const accepted = journey.exchanges().filter(({ method, status }) => method === 'PUT' && status < 300);
    expect(accepted).toHaveLength(2);
  });

  it('stops waiting for a lock of half a day, with nothing written, and goes on at a later sweep', async () => {
    const journey = await atHome(stage);
    const before = prefixesOf(stage, journey);
    stage.arm.occupy(journey.ids.firewall, 12 * 3_600);
    await failOver(journey);
    expect(await journey.state()).toMatchObject({ run: null, attention: { code: 'RUN_FAILED' } });
    expect(prefixesOf(stage, journey)).toEqual(before);
    expect(putsOf(journey, journey.ids.firewall).every(({ status }) => status === 429)).toBe(true);
    stage.clock.advance(12 * hours);
    await sweepNow(journey);
    await expectDone(journey);
  });
});

describe('somebody else writes while a run is under way', () => {
  const route = (name: string, addressPrefix: string, nextHopIpAddress: string) => ({
    name,
    properties: { addressPrefix, nextHopType: 'VirtualAppliance', nextHopIpAddress },
  });

  const seedRoutes = (
    journey: Journey,
    change: (routes: ReturnType<typeof tableOf>['properties']['routes']) => unknown[],
  ): void => {
    const table = tableOf(stage, journey);
    const seeded = { ...table, properties: { ...table.properties, routes: change(table.properties.routes) } };
    stage.arm.seed(journey.ids.routeTable, seeded as never);
  };

  /** Lets somebody write just before our next PUT of a resource, after we read it. */
  const beforePut = (journey: Journey, id: string, write: () => void): void => {
    const { metered } = journey.ports;
    let done = false;
    const value: Journey['ports']['metered'] = (onCall) => {
      const view = metered(onCall);
      const { resources } = view;
      const put: typeof resources.put = (target, body, ifMatch) => {
        if (target === id && !done) {
          done = true;
          write();
        }
        return resources.put(target, body, ifMatch);
      };
      return { ...view, resources: { ...resources, put } };
    };
    Object.defineProperty(journey.ports, 'metered', { value });
  };

  it('reads again when a foreign route changes between read and write; the change survives', async () => {
    const journey = await atHome(stage, { zone: { routes: [route('to-hq', '198.18.7.0/24', '10.0.0.9')] } });
    beforePut(journey, journey.ids.routeTable, () =>
      seedRoutes(journey, (routes) => [
        ...routes.filter(({ name }) => name !== 'to-hq'),
        route('to-hq', '198.18.8.0/24', '10.0.0.8'),
        route('new', '198.18.9.0/24', '10.0.0.8'),
      ]),
    );
    await failOver(journey);
    expect(putsOf(journey, journey.ids.routeTable).map(({ status }) => status)).toEqual([412, 200]);
    const foreign = tableOf(stage, journey).properties.routes.filter(({ name }) => !name.startsWith('asefo-'));
    expect(
      foreign.map(({ name, properties }) => [name, properties['addressPrefix'], properties['nextHopIpAddress']]),
    ).toEqual([
      ['to-hq', '198.18.8.0/24', '10.0.0.8'],
      ['new', '198.18.9.0/24', '10.0.0.8'],
    ]);
    expect((await journey.state()).inPlace?.mode).toBe('serviceFailover');
  });

  it('plans again when one of our routes is deleted and another changed between the steps', async () => {
    const journey = await atHome(stage);
    await journey.event(incident(journey.subscriptionId));
    await until(journey, 'firewall', 'running');
    seedRoutes(journey, ([, second, ...rest]) => [
      { ...second, properties: { ...second?.properties, nextHopIpAddress: '10.9.9.9' } },
      ...rest,
    ]);
    await journey.work();
    await expectDone(journey);
    expect((await journey.state()).lastRuns[0]).toMatchObject({ outcome: 'superseded' });
  });

  it('says what is missing when our rules are deleted after they were written, and puts them back at the sweep', async () => {
    const journey = await atHome(stage);
    // Else the run would be over in the visit that finds the firewall done.
    const table = { method: 'PUT', resource: journey.ids.routeTable };
    stage.arm.plantFault({ match: table, effect: { kind: 'operationTakes', seconds: 60 } });
    await journey.event(incident(journey.subscriptionId));
    await until(journey, 'firewall', 'done');
    const firewall = firewallOf(stage, journey);
    const foreign = firewall.properties.networkRuleCollections.filter(({ name }) => !name.startsWith('asefo-'));
    stage.arm.seed(journey.ids.firewall, {
      ...firewall,
      properties: { ...firewall.properties, networkRuleCollections: foreign },
    } as never);
    await journey.work();
    expect(await journey.state()).toMatchObject({ inPlace: { mode: 'home' }, attention: { code: 'RUN_FAILED' } });
    expect((await journey.state()).attention?.why).toMatch(/the firewall does not allow [\d,]+ wanted addresses/);
    await sweepNow(journey);
    await expectDone(journey);
  });

  it('is blocked by a foreign route that takes one of our prefixes meanwhile, and goes on when it is gone', async () => {
    const journey = await atHome(stage);
    const home = prefixesOf(stage, journey);
    const taken = right.find((prefix) => !home.includes(prefix)) ?? '';
    await journey.event(incident(journey.subscriptionId));
    await until(journey, 'firewall', 'running');
    seedRoutes(journey, (routes) => [...routes, route('rival', taken, '10.0.0.9')]);
    await journey.work();
    const blocked = await journey.state();
    expect(blocked).toMatchObject({
      run: null,
      lastPlan: { applyable: false },
      lastRuns: [{ outcome: 'superseded' }, {}],
    });
    expect(blocked.lastPlan?.blockers).toEqual([
      expect.objectContaining({
        code: 'FOREIGN_ROUTE_CONFLICT',
        message: expect.stringContaining(`"rival" (not ours) leads ${taken}`),
      }),
    ]);
    expect(journey.notices.at(-1)).toMatchObject({ kind: 'blocked' });
    expect(putsOf(journey, journey.ids.routeTable)).toEqual([]);

    seedRoutes(journey, (routes) => routes.filter(({ name }) => name !== 'rival'));
    await sweepNow(journey);
    await expectDone(journey);
  });

  it('leaves a prefix to a foreign route that appears meanwhile and leads it where we want it', async () => {
    const journey = await atHome(stage);
    const home = prefixesOf(stage, journey);
    const taken = right.find((prefix) => !home.includes(prefix)) ?? '';
    await journey.event(incident(journey.subscriptionId));
    await until(journey, 'firewall', 'running');
    seedRoutes(journey, (routes) => [...routes, route('friend', taken, '172.16.1.4')]);
    await journey.work();
    await expectDone(journey);
    expect(tableOf(stage, journey).properties.routes.map(({ name }) => name)).not.toContain(
      `asefo-${taken.replace('/', '_')}`,
    );
  });
});
