import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { View } from '../shared/record/view.ts';
import { alertOf, makeScene } from '../simulator/stage/scene.ts';
import { openStage, type Stage } from '../simulator/stage/stage.ts';
import type { PlanJson } from './cliPlanData.ts';
import { type Folder, newFolder, run } from './cliRun.ts';
import { operationEvent } from './eventsData.ts';

/** The product on its embedded default: the command line speaks to the real doors of the real functions. */
const scene = makeScene();
let stage: Stage;
let folder: Folder;
beforeAll(async () => {
  folder = newFolder();
  stage = await openStage({ scene, speed: 2_000, runTimers: false, port: 0, logLevel: 'error' });
});
afterAll(async () => {
  folder.remove();
  await stage.close();
});

const cli = async (...words: readonly string[]): Promise<string> => {
  const env = {
    ASEFO_APP_URL: stage.host.url,
    ASEFO_APP_KEY: stage.key,
    ASEFO_APP_SYSTEM_KEY: stage.systemKey,
    AzureWebJobsStorage: process.env['AzureWebJobsStorage'],
  };
  const { code, out, err } = await run(words, { cwd: folder.path, env });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out;
};

const siteView = async () => {
  const view = JSON.parse(await cli('status', '--json')) as View;
  return view.sites[0];
};

/** Asks until it is so; the stage's own time limit ends a wait for nothing. */
const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 100));
};

const site = scene.siteId;

it('a person adopts a site, sends an outage, reads the ledger and confirms the device', async () => {
  expect(await cli('status')).toContain(`${site}  SHADOW`);
  const planned = JSON.parse(await cli('plan-now', '--site', site, '--json')) as PlanJson;
  expect(planned).toMatchObject({ site, decision: { mode: 'home' }, applyable: true });
  expect(planned.approval?.why).toContain('in shadow');

  expect(await cli('adopt', '--site', site, '--reason', 'the plan looks right')).toBe(`${site}: adopted\n`);
  await until(async () => (await siteView())?.cloudReady.ready === true);

  const alert = folder.write('alert.json', alertOf(scene, 'Active', stage.clock.now()));
  expect(await cli('events', 'send', alert)).toBe('Service Health: 1 taken up (HTTP 202)\n');
  await until(async () => {
    const view = await siteView();
    return view?.mode === 'serviceFailover' && view.run?.steps.at(-1)?.status === 'waiting';
  });

  const got = JSON.parse(await cli('device-file', '--site', site, '--out', 'device.json', '--json')) as Record<
    string,
    string
  >;
  const file = readFileSync(got['file'] ?? '');
  expect(`sha256:${createHash('sha256').update(file).digest('hex')}`).toBe(got['checksum']);
  expect(got).toMatchObject({ site, onDevice: false });
  const over = await cli('status');
  expect(over).toContain('Singly encrypted since');
  expect(over).toContain('also in US Gov Texas');

  expect(await cli('confirm-device', '--site', site)).toMatch(/^rig-07: confirmed\s+sha256:[0-9a-f]{64}\n$/);
  await until(async () => (await siteView())?.protected.state === 'yes');
  const ledger = await cli('ledger', '--site', site);
  expect(ledger).toContain('run started');
  expect(ledger).toContain('all 294,300 wanted addresses');

  const said = await cli('declare', '--site', site, '--kind', 'hold', '--reason', 'works on the wall');
  expect(said).toContain('declared hold of all services');
  expect(await cli('withdraw', '--site', site)).toContain('withdrew');
}, 60_000);

it('hands an event of Event Grid to its webhook', async () => {
  const event = folder.write('grid.json', operationEvent({ type: 'Microsoft.Resources.ResourceWriteSuccess' }));
  expect(await cli('events', 'send', event)).toBe('Event Grid: taken (HTTP 202)\n');
});
