import { describe, expect, it } from 'vitest';
import type { Arm } from '../simulator/arm/server.ts';
import { call, GROUP, SUBSCRIPTION, startTestArm, TABLE, table } from './support/rawArm.ts';

const TARGET = `/subscriptions/${SUBSCRIPTION}/resourceGroups/target`;
const THERE = `${TARGET}/providers/Microsoft.Network/routeTables/rt`;
const LOCATIONS = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Network/locations`;

/** A table in each of two regions; the group of each is in the same region. */
async function twoRegions() {
  const running = await startTestArm();
  running.arm.seed(TABLE, { ...table(), location: 'uksouth' });
  running.arm.seed(THERE, { ...table(), location: 'ukwest' });
  return running;
}

const cut = (arm: Arm, method: string, path: string, body?: ReturnType<typeof table>) =>
  expect(call(arm, method, path, body), `${method} ${path}`).rejects.toThrow(/socket hang up|ECONNRESET/);

describe('a dead region', () => {
  it('cuts every connection for what is there, and the others go on', async () => {
    await using running = await twoRegions();
    const { arm, clock } = running;
    const begun = await call(arm, 'PUT', TABLE, { ...table(), location: 'uksouth', tags: { a: 'b' } });
    const back = arm.silence('UK South');
    await cut(arm, 'GET', TABLE);
    await cut(arm, 'DELETE', TABLE);
    await cut(arm, 'GET', `${TABLE}/routes`);
    await cut(arm, 'GET', `${TABLE}/routes/r`);
    await cut(arm, 'PUT', `${GROUP}/providers/Microsoft.Network/routeTables/new`, { ...table(), location: 'uksouth' });
    await cut(arm, 'GET', GROUP);
    await cut(arm, 'GET', `${GROUP}/providers/Microsoft.Network/routeTables`);
    await cut(arm, 'GET', `${LOCATIONS}/uksouth/usages`);
    await cut(arm, 'GET', begun.headers['azure-asyncoperation'] ?? '');
    for (const path of [THERE, TARGET, `${LOCATIONS}/ukwest/usages`, `/subscriptions/${SUBSCRIPTION}/locations`])
      expect((await call(arm, 'GET', path)).status).toBe(200);
    expect((await call(arm, 'PUT', THERE, { ...table(), location: 'ukwest' })).status).toBe(200);
    expect(new Set(arm.requests.filter(({ status }) => status === 0).map(({ fault }) => fault))).toEqual(
      new Set(['deadRegion uksouth']),
    );
    back();
    clock.advance(2_000);
    expect((await call(arm, 'GET', TABLE)).body).toMatchObject({ tags: { a: 'b' } });
  });

  it('keeps the metadata of its groups: what lives elsewhere can be read there and not written', async () => {
    await using running = await twoRegions();
    const { arm } = running;
    const abroad = `${GROUP}/providers/Microsoft.Network/routeTables/abroad`;
    arm.seed(abroad, { ...table(), location: 'ukwest' });
    arm.silence('uksouth');
    expect((await call(arm, 'GET', abroad)).status).toBe(200);
    await cut(arm, 'PUT', abroad, { ...table(), location: 'ukwest' });
  });

  it('can leave the caller waiting until the caller gives up, or the region is back', async () => {
    await using running = await twoRegions();
    const { arm } = running;
    const back = arm.silence('uksouth', 'hanging');
    let over = false;
    const waiting = call(arm, 'GET', TABLE).catch((error: Error) => {
      over = true;
      return error.message;
    });
    await expect.poll(() => arm.requests.length).toBe(1);
    expect((await call(arm, 'GET', THERE)).status).toBe(200);
    expect(over).toBe(false);
    back();
    expect(await waiting).toMatch(/socket hang up|ECONNRESET/);
    expect((await call(arm, 'GET', TABLE)).status).toBe(200);
  });

  it('can answer with the front door page', async () => {
    await using running = await twoRegions();
    const { arm } = running;
    arm.silence('uksouth', 'unavailable');
    expect(await call(arm, 'GET', TABLE)).toMatchObject({ status: 503, headers: { 'content-type': 'text/html' } });
    expect((await call(arm, 'GET', THERE)).status).toBe(200);
  });
});
