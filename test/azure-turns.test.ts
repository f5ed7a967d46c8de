import { randomUUID } from 'node:crypto';
import { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowanceTable } from '../shared/azure/allowanceTable.ts';
import { type AllowanceStore, sharedTurns, type Turn, turnOf } from '../shared/azure/turns.ts';
import { unused } from '../shared/base/allowance.ts';
import { type Azurite, startAzurite } from '../simulator/azurite.ts';
import { jumpClock } from './support/journey.ts';

let azurite: Azurite;
let table: TableClient;
beforeAll(async () => {
  azurite = await startAzurite();
  table = TableClient.fromConnectionString(azurite.connectionString, 'turns', { allowInsecureConnection: true });
});
afterAll(() => azurite.close());

const start = '2026-07-20T03:00:00Z';
const putOf = (subscription: string, name: string): Turn => ({
  subscription,
  kind: 'writes',
  network: true,
  call: `PUT ${name}`,
});
const readOf = (subscription: string): Turn => ({ subscription, kind: 'reads', network: true, call: 'GET x' });

/** Two instances of the app over the same storage, and the same time. */
const twoInstances = () => {
  const clock = jumpClock(start);
  const one = () => sharedTurns(allowanceTable(table), clock);
  return { clock, instances: [one(), one()] as const, subscription: randomUUID() };
};

describe('turns that instances share through storage', () => {
  it('are as many as the subscription allows, not as many for each instance', async () => {
    const { clock, instances, subscription } = twoInstances();
    for (let call = 0; call < 280; call += 1) await instances[call % 2]?.take(readOf(subscription));
    const seconds = (clock.now() - Date.parse(start)) / 1_000;
    expect(seconds).toBeGreaterThan(1);
    expect(seconds).toBeLessThan(5);
  });

  it('send a write away when its turn is far off, and keep it for whichever instance it comes back to', async () => {
    const { clock, instances, subscription } = twoInstances();
    const [first, second] = instances;
    await first.refused(putOf(subscription, 'other'), 60_000);
    const early = await first.take(putOf(subscription, 'a')).catch((error: unknown) => error);
    expect(early).toMatchObject({ code: 'ERR_OUR_TURN', retry: 'later', retryAfterMs: 60_000 });
    const later = await second.take(putOf(subscription, 'b')).catch((error: unknown) => error);
    expect(later).toMatchObject({ code: 'ERR_OUR_TURN' });
    expect((later as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(60_000);

    expect(await second.take(putOf(subscription, 'a')).catch(({ retryAfterMs }) => retryAfterMs)).toBe(60_000);
    clock.advance(60_000);
    await second.take(putOf(subscription, 'a'));
    expect(clock.now() - Date.parse(start)).toBeLessThan(61_000);
  });

  it('are taken by nobody while Azure refuses', async () => {
    const { clock, instances, subscription } = twoInstances();
    const [first, second] = instances;
    await first.take(readOf(subscription));
    await first.refused(readOf(subscription), 15_000);
    await second.take(readOf(subscription));
    expect(clock.now()).toBe(Date.parse(start) + 15_000);
  });

  it('that were promised are not kept while Azure refuses, and come one after the other when it permits', async () => {
    const { clock, instances, subscription } = twoInstances();
    const from = clock.now();
    const due: { name: string; at: number }[] = [];
    const ask = async (name: string): Promise<void> => {
      const instance = instances[due.length % 2] ?? instances[0];
      await instance.take(putOf(subscription, name)).then(
        () => made.push(clock.now() - from),
        ({ retryAfterMs }) => due.push({ name, at: clock.now() + retryAfterMs }),
      );
    };
    const made: number[] = [];
    await instances[0].refused(putOf(subscription, 'other'), 10_000);
    for (let call = 0; call < 30; call += 1) await ask(`${call}`);
    expect(due).toHaveLength(30);
    await instances[1].refused(putOf(subscription, 'other'), 120_000);
    const permitted = clock.now() - from + 120_000;
    while (due.length > 0) {
      due.sort((a, b) => b.at - a.at);
      const next = due.pop();
      if (next === undefined) break;
      clock.advance(Math.max(0, next.at - clock.now()));
      await ask(next.name);
    }
    expect(made.filter((at) => at < permitted)).toEqual([]);
    const gaps = made.slice(1).map((at, index) => at - (made[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(90);
  });

  it('come later where others write so often that nobody’s turn can be kept', async () => {
    const store: AllowanceStore = {
      load: async () => ({ allowance: unused, token: null }),
      save: async () => null,
      promised: async () => undefined,
      promise: async () => {},
      keepPromise: async () => {},
    };
    const turns = sharedTurns(store, jumpClock(start));
    await expect(turns.take(putOf('crowded', 'a'))).rejects.toMatchObject({ code: 'ERR_OUR_TURN' });
    await expect(turns.take(readOf('crowded'))).rejects.toMatchObject({ code: 'ERR_OUR_TURN' });
  });

  it('that were promised and never taken are forgotten', async () => {
    const { clock, instances, subscription } = twoInstances();
    const store = allowanceTable(table);
    await instances[0].refused(putOf(subscription, 'other'), 60_000);
    const promised = async (name: string) => {
      await instances[1].take(putOf(subscription, name)).catch(() => {});
      return store.promised(subscription, `PUT ${name}`);
    };
    expect(await promised('dropped')).toBeDefined();
    clock.advance(2 * 3_600_000);
    await instances[0].refused(putOf(subscription, 'other'), 60_000);
    expect(await promised('new')).toBeDefined();
    expect(await store.promised(subscription, 'PUT dropped')).toBeUndefined();
  });

  it('are given where a clock that was a day ahead has used the subscription up until tomorrow', async () => {
    const { instances, subscription, clock } = twoInstances();
    const ahead = jumpClock(start);
    ahead.advance(24 * 3_600_000);
    const wrong = sharedTurns(allowanceTable(table), ahead);
    await wrong.refused(putOf(subscription, 'other'), 60_000);
    await wrong.refused(readOf(subscription), 60_000);
    await wrong.take(putOf(subscription, 'a')).catch(() => {});
    await instances[0].take(readOf(subscription));
    await instances[0].take(putOf(subscription, 'a'));
    await instances[1].take(putOf(subscription, 'b'));
    expect(clock.now() - Date.parse(start)).toBeLessThan(5_000);
  });

  it.each([
    ['nothing', {}],
    ['a text', 'x'],
    ['null', null],
    ['times that are texts', { fullAt: { writes: 'tomorrow' }, cells: [] }],
    ['cells that are none', { fullAt: {}, cells: [1, null] }],
  ])('are given where what is kept is of no form we know: %s', async (_, kept) => {
    const subscription = randomUUID();
    await allowanceTable(table).save(subscription, kept as never, null);
    const turns = sharedTurns(allowanceTable(table), jumpClock(start));
    await expect(turns.take(putOf(subscription, 'a'))).resolves.toBeUndefined();
    const { allowance } = await allowanceTable(table).load(subscription);
    expect(allowance.fullAt.writes).toBeGreaterThan(Date.parse(start));
  });

  it('do not keep a call from Azure where storage does not answer', async () => {
    const dead = TableClient.fromConnectionString(
      azurite.connectionString.replace(/(TableEndpoint=http:\/\/[^:]+:)\d+/, '$11'),
      'turns',
      { allowInsecureConnection: true, retryOptions: { maxRetries: 0 } },
    );
    const turns = sharedTurns(allowanceTable(dead), jumpClock(start));
    await expect(turns.take(putOf(randomUUID(), 'a'))).resolves.toBeUndefined();
  });
});

describe('the turn of a call', () => {
  it('is told by method and address; what belongs to no subscription needs none', () => {
    const table = 'https://arm/subscriptions/AB/resourceGroups/g/providers/Microsoft.Network/routeTables/t';
    expect(turnOf('PUT', table)).toMatchObject({ subscription: 'ab', kind: 'writes', network: true });
    expect(turnOf('DELETE', 'https://arm/subscriptions/ab/resourceGroups/g')).toMatchObject({
      kind: 'deletes',
      network: false,
    });
    expect(turnOf('POST', `${table}/act`)).toMatchObject({ kind: 'writes' });
    expect(turnOf('GET', 'https://arm/tenants')).toBeUndefined();
  });
});
