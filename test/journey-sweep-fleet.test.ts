import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AutomationError } from '../shared/base/errors.ts';
import { fanOut } from '../shared/fanOut.ts';
import { heartbeat } from '../shared/heartbeat.ts';
import { sweep } from '../shared/sweep.ts';
import { incident, type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { atHome, confirm, failOver } from './support/landing.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

/** A sweep and all it leads to; how often the site itself was read, and how often its subscription was listed. */
const swept = async (journey: Journey) => {
  stage.clock.advance(5 * 60_000);
  journey.mark();
  await sweep(journey.ports, 'the sweep');
  await journey.work();
  const gets = journey.exchanges().filter(({ method, url }) => method === 'GET' && /Microsoft\.Network\//.test(url));
  const own = gets.filter(({ url }) => /resourceGroups\//.test(url)).length;
  return { own, lists: gets.filter(({ url }) => !/resourceGroups\/|locations\//.test(url)).length };
};

describe('a sweep', () => {
  it('visits no site that is as it was proven, and reads by subscription', async () => {
    const journey = await atHome(stage);
    await swept(journey);
    await swept(journey);
    expect(await swept(journey)).toEqual({ own: 0, lists: 4 });
    expect((await swept(journey)).own).toBe(0);
  });

  it('visits no site that only waits for its device, until the table changes or a person speaks', async () => {
    const journey = await atHome(stage);
    await failOver(journey);
    for (let more = 0; more < 3; more += 1) await swept(journey);
    expect(await swept(journey)).toEqual({ own: 0, lists: 4 });
    const table = stage.arm.read(journey.ids.routeTable);
    stage.arm.seed(journey.ids.routeTable, { ...table, tags: { owner: 'somebody' } } as never);
    expect((await swept(journey)).own).toBeGreaterThan(0);
    await confirm(journey);
    expect(await journey.state()).toMatchObject({ run: null, singlyEncryptedSince: null });
  });

  it('visits a site whose device is confirmed although nobody told of it', async () => {
    const journey = await atHome(stage);
    await failOver(journey);
    for (let more = 0; more < 3; more += 1) await swept(journey);
    const { messages } = journey.ports;
    Object.defineProperty(journey.ports, 'messages', {
      value: { ...messages, send: async () => {} },
      configurable: true,
    });
    await journey.word({ action: 'confirmDevice' });
    Object.defineProperty(journey.ports, 'messages', { value: messages, configurable: true });
    await swept(journey);
    expect(await journey.state()).toMatchObject({ run: null, singlyEncryptedSince: null });
  });

  it('visits a site whose table somebody changed', async () => {
    const journey = await atHome(stage);
    for (let more = 0; more < 3; more += 1) await swept(journey);
    const table = stage.arm.read(journey.ids.routeTable) as { properties: { routes: unknown[] } };
    stage.arm.seed(journey.ids.routeTable, {
      ...table,
      properties: { ...table.properties, routes: table.properties.routes.slice(1) },
    } as never);
    expect((await swept(journey)).own).toBeGreaterThan(0);
  });

  it('visits every site again when the hour is over, for its snapshot', async () => {
    const journey = await atHome(stage);
    for (let more = 0; more < 3; more += 1) await swept(journey);
    expect((await swept(journey)).own).toBe(0);
    stage.clock.advance(50 * 60_000);
    expect((await swept(journey)).own).toBeGreaterThan(0);
  });

  it('visits a site of which one list cannot be had', async () => {
    const journey = await atHome(stage);
    for (let more = 0; more < 3; more += 1) await swept(journey);
    const { list } = journey.ports.lists;
    Object.defineProperty(journey.ports, 'lists', {
      value: {
        list: async (...[id, shorten]: Parameters<typeof list>) => {
          if (id.endsWith('azureFirewalls')) return [];
          return list(id, shorten);
        },
      },
    });
    expect((await swept(journey)).own).toBeGreaterThan(0);
  });
});

describe('a sweep after a look that failed', () => {
  const minutes = 60_000;

  /** A site whose look was told to come again in ten minutes; the message that will is lost. */
  const toldToWait = async (journey: Journey, seconds = 600) => {
    const match = { method: 'GET', resource: journey.ids.firewall };
    stage.arm.plantFault({ match, effect: { kind: 'throttle', retryAfterSeconds: seconds } });
    await journey.word({ action: 'resume' });
    await journey.step();
    expect((await journey.state()).attention).toMatchObject({ code: 'ERR_AZURE_THROTTLED', tries: 1 });
    await journey.loseMessages();
  };

  /** Whether a sweep sends the site a message; it is handled. */
  const visits = async (journey: Journey): Promise<boolean> => {
    await sweep(journey.ports, 'the sweep');
    expect(await journey.step()).toMatchObject({ kind: 'look' });
    return (await journey.step()) !== null;
  };

  it('visits the site no sooner than Azure permits, and then only where the look that was promised does not come', async () => {
    const journey = await atHome(stage);
    await toldToWait(journey);
    for (const waited of [5, 4, 3]) {
      stage.clock.advance(waited * minutes);
      expect(await visits(journey)).toBe(false);
    }
    stage.clock.advance(2 * minutes);
    expect(await visits(journey)).toBe(true);
    expect((await journey.state()).attention).toBeNull();
  });

  it('takes a look that was promised in a few seconds for lost when it is three minutes late', async () => {
    const journey = await atHome(stage);
    await toldToWait(journey, 1);
    stage.clock.advance(2 * minutes);
    expect(await visits(journey)).toBe(false);
    stage.clock.advance(2 * minutes);
    expect(await visits(journey)).toBe(true);
  });

  it('visits a site that is promised none: only a person can help', async () => {
    const journey = await atHome(stage);
    const match = { method: 'GET', resource: journey.ids.firewall };
    const body = { error: { code: 'AuthorizationFailed', message: 'no' } };
    stage.arm.plantFault({ match, effect: { kind: 'answer', status: 403, body } });
    await journey.word({ action: 'resume' });
    await journey.step();
    expect((await journey.state()).attention).toMatchObject({ code: 'ERR_AZURE_FORBIDDEN' });
    expect(await visits(journey)).toBe(true);
  });

  it('visits a site whose run is under way all the same, and carries it on where its own message was lost', async () => {
    const journey = await atHome(stage);
    await journey.event(incident(journey.subscriptionId));
    while ((await journey.state()).run === null) await journey.step();
    await journey.loseMessages();
    const { state, token } = await journey.ports.sites.load(journey.site);
    const at = new Date(stage.clock.now()).toISOString();
    const again = new Date(stage.clock.now() + 15 * minutes).toISOString();
    const attention = { why: 'too many requests', code: 'ERR_AZURE_THROTTLED', since: at, tries: 1, again };
    await journey.ports.sites.save({ ...state, attention, lastLook: { at, because: 'a test' } }, token);
    await swept(journey);
    expect((await journey.state()).inPlace).toMatchObject({ mode: 'serviceFailover' });
  });
});

describe('a sweep while Azure is slow', () => {
  /** Twenty sites, each in a subscription of its own, of which Azure takes half a minute to say anything. */
  const slowly = async () => {
    const journey = await startJourney(stage);
    const { sites } = JSON.parse((await journey.ports.config.read('sites.json')) ?? '');
    const more = Array.from({ length: 20 }, (_, index) => ({
      ...sites[0],
      id: `rig-${index}`,
      subscriptionId: `00000000-0000-0000-0000-0000000000${10 + index}`,
    }));
    await journey.ports.config.write('sites.json', JSON.stringify({ cloud: 'AzureGovernment', sites: more }));
    const seen = { asked: 0, atOnce: 0, most: 0, warned: [] as string[] };
    const list = async () => {
      seen.asked += 1;
      seen.atOnce += 1;
      seen.most = Math.max(seen.most, seen.atOnce);
      await new Promise((resolve) => setTimeout(resolve, 5));
      stage.clock.advance(30_000 / 8);
      seen.atOnce -= 1;
      return { items: [], truncated: false };
    };
    const warn = (message: string, detail: object) => seen.warned.push(`${message} ${JSON.stringify(detail)}`);
    const ports = Object.create(journey.ports, {
      healthEvents: { value: { list } },
      log: { value: { ...journey.ports.log, warn } },
    });
    return { journey, ports, seen };
  };

  it('asks eight subscriptions at once', async () => {
    const { ports, seen } = await slowly();
    await sweep(ports, 'the sweep');
    expect(seen).toMatchObject({ asked: 20, most: 8, warned: [] });
  });

  it('has every site looked at and its heart beat although not all was said in time', async () => {
    const { journey, ports, seen } = await slowly();
    const { list } = ports.healthEvents;
    const before = stage.clock.now();
    const slower = async () => {
      stage.clock.advance(26_000);
      return list();
    };
    await sweep(Object.create(ports, { healthEvents: { value: { list: slower } } }), 'the sweep');
    expect(seen.asked).toBeLessThan(20);
    expect(stage.clock.now() - before).toBeLessThan(5 * 60_000);
    expect(seen.warned.join()).toMatch(/did not say in time .*"count":\d+,"first":"00000000-/);
    expect((await heartbeat(journey.ports)).sweep.lastAt).not.toBeNull();
    expect(await journey.step()).toMatchObject({ kind: 'look', sweep: true });
  });

  it('asks in another round those that had no turn behind others that hang', async () => {
    const { ports } = await slowly();
    const asked = new Set<string>();
    const list = async (subscription: string) => {
      asked.add(subscription);
      stage.clock.advance(10_000);
      throw new Error('timeout');
    };
    const round = async (chance: number): Promise<number> => {
      const others = { healthEvents: { value: { list } }, random: { value: () => chance } };
      await sweep(Object.create(ports, others), 'the sweep');
      return asked.size;
    };
    expect(await round(0)).toBeLessThan(15);
    await round(0.3);
    expect(await round(0.6)).toBe(20);
  });

  it('has every site looked at although what was said cannot be remembered', async () => {
    const { journey, ports } = await slowly();
    const lost = new AutomationError('ERR_STORAGE', 'no table', { remedy: 'wait' });
    const list = async () => Promise.reject(lost);
    await expect(sweep(Object.create(ports, { healthEvents: { value: { list } } }), 'the sweep')).rejects.toBe(lost);
    expect(await journey.step()).toMatchObject({ kind: 'look', sweep: true });
  });

  it('wakes sixteen sites at once', async () => {
    const { journey, ports } = await slowly();
    let atOnce = 0;
    let most = 0;
    const send = async (message: unknown) => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise((resolve) => setTimeout(resolve, 5));
      atOnce -= 1;
      return message;
    };
    const slow = Object.create(ports, { messages: { value: { send } } });
    await fanOut({ kind: 'look', because: 'a test', subscriptionIds: null, arrivedAt: stage.clock.now() }, slow);
    expect([most > 8, most <= 16]).toEqual([true, true]);
    await journey.loseMessages();
  });
});
