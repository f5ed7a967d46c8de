import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { overview } from '../shared/overview.ts';
import { ledgerBlob } from '../shared/record/progress.ts';
import { renderStatusText } from '../shared/record/statusText.ts';
import { incident, type Journey, recordedDurations, type Stage, startStage } from './support/journey.ts';
import { atHome, confirm, failOver } from './support/landing.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(recordedDurations);
});
afterAll(() => stage.close());

type Line = { readonly at: string; readonly event: string; readonly [member: string]: unknown };

const ledgerText = async (journey: Journey, run: string): Promise<string> =>
  (await journey.ports.archive.read(ledgerBlob(journey.site, run))) ?? '';

const lines = (text: string): Line[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

const siteView = async (journey: Journey) => {
  const [view] = (await overview(journey.ports)).sites;
  if (view === undefined) throw new Error('no site in view');
  return view;
};

const endsIn = async (journey: Journey, run: string): Promise<string[]> =>
  lines(await ledgerText(journey, run))
    .map(({ event }) => event)
    .filter((event) => /^run (?!started)/.test(event));

describe('the end of a run', () => {
  it('is not in its ledger while another worker carries the run on', async () => {
    const journey = await atHome(stage);
    await failOver(journey);
    const run = String((await journey.state()).run?.id);
    const { sites } = journey.ports;
    let overtaken = false;
    const save: typeof sites.save = async (state, token) => {
      if (!overtaken && state.run === null) {
        overtaken = true;
        const other = await sites.load(journey.site);
        await sites.save({ ...other.state, generation: other.state.generation + 1 }, other.token);
        expect(await endsIn(journey, run)).toEqual([]);
      }
      return sites.save(state, token);
    };
    Object.defineProperty(journey.ports, 'sites', { value: { load: sites.load, list: sites.list, save } });
    await journey.word({ action: 'confirmDevice' });
    await expect(journey.step()).rejects.toMatchObject({ code: 'ERR_STATE_CONFLICT' });
    expect((await journey.state()).run?.id).toBe(run);
    expect(await endsIn(journey, run)).toEqual([]);
    await journey.work();
    expect(await endsIn(journey, run)).toEqual(['run protected']);
    expect(await journey.state()).not.toHaveProperty('closing');
  });

  it('is written by whoever comes next where a worker died before it could', async () => {
    const journey = await atHome(stage);
    await failOver(journey);
    const run = String((await journey.state()).run?.id);
    const { archive } = journey.ports;
    let died = false;
    const append: typeof archive.append = async (name, line) => {
      if (died || !line.includes('"run protected"')) return archive.append(name, line);
      died = true;
      throw new Error('the worker died');
    };
    Object.defineProperty(journey.ports, 'archive', { value: { ...archive, append } });
    await journey.word({ action: 'confirmDevice' });
    await expect(journey.step()).rejects.toThrow('the worker died');
    expect([(await journey.state()).run, await endsIn(journey, run)]).toEqual([null, []]);
    await journey.work();
    expect(await endsIn(journey, run)).toEqual(['run protected']);
    expect(await journey.state()).not.toHaveProperty('closing');
  });
});

describe('the ledger of a run', () => {
  it('reads like the run: the decision, each step, the proof, the end and what it cost', async () => {
    const journey = await atHome(stage);
    await failOver(journey);
    const { run } = await journey.state();
    const half = await ledgerText(journey, String(run?.id));
    stage.clock.advance(600_000);
    await confirm(journey);
    const whole = await ledgerText(journey, String(run?.id));
    // Only ever added to.
    expect(whole.startsWith(half)).toBe(true);
    expect(whole.length).toBeGreaterThan(half.length);

    const told = lines(whole);
    const turns = told.map(({ event }) => event).filter((event, index, all) => event !== all[index - 1]);
    expect(turns).toEqual([
      'run started',
      'step firewall running',
      'step firewall done',
      'step routeTable running',
      'step routeTable done',
      'proof',
      'step verify done',
      'step deviceBundle done',
      'step deviceConfirm waiting',
      'step deviceConfirm done',
      'run protected',
    ]);
    expect(told[0]).toMatchObject({ digest: run?.digest, by: 'policy', because: 'an event' });
    expect(String(told[0]?.['reasons'])).toContain('since it is unwell at home');
    expect(told.map(({ at }) => at)).toEqual(told.map(({ at }) => at).toSorted());
    const proof = told.find(({ event }) => event === 'proof');
    expect(proof?.['ok']).toBe(true);
    expect(JSON.stringify(proof?.['checks'])).toContain('wanted addresses go to the firewall 172.16.1.4');
    const { lastRuns } = await journey.state();
    const end = told.at(-1);
    expect(end).toMatchObject({ ...lastRuns[0]?.costs, ownOverheadMs: lastRuns[0]?.ownOverheadMs });
    expect(end).toMatchObject({ writes: 2, personMs: 600_000 });
  });

  it('accounts for all of the time: what is not Azure, a permitted wait or a person is our own, and here that is nothing', async () => {
    const journey = await atHome(stage);
    await journey.event(incident(journey.subscriptionId));
    stage.arm.plantFault({
      match: { method: 'PUT', resource: journey.ids.firewall },
      effect: { kind: 'lock', retryAfterSeconds: 11 },
    });
    await journey.work();
    const { run } = await journey.state();
    // On a clock that moves only when somebody waits, the sum of the waits is the time that went by.
    const went = Date.parse(String(run?.cloudReadyAt)) - Date.parse(String(run?.arrivedAt));
    expect(went).toBeGreaterThan(200_000);
    expect(Number(run?.costs.waitMs) + Number(run?.costs.azureMs)).toBe(went);
    expect(run?.costs).toMatchObject({ writes: 3, personMs: 0 });
    expect(journey.calls()).toMatchObject({ writes: 3, early: 0 });
  });
});

describe('who waits for whom', () => {
  it('is said at each turn of a failover and of the way back', async () => {
    const journey = await atHome(stage);
    const said: string[] = [];
    const look = async () => {
      const { headline, waits, singlyEncrypted } = await siteView(journey);
      const first = waits[0]
        ? `${waits[0].who}: ${waits[0].text.replace(/sha256:\S+/, 'X').replace(/, next look.*/, '')}`
        : 'nobody';
      said.push(`${headline}${singlyEncrypted ? ' (singly encrypted)' : ''} | ${first}`);
    };
    await look();
    await journey.event(incident(journey.subscriptionId));
    for (let messages = 0; messages < 3; messages += 1) await journey.step();
    await look();
    await journey.work();
    await look();
    stage.clock.advance(1_000);
    await confirm(journey);
    await look();
    await journey.event(incident(journey.subscriptionId, { status: 'Resolved', at: '2026-07-20T09:00:00.000Z' }));
    await journey.work();
    await look();
    await journey.word({ action: 'apply', digest: (await journey.state()).waiting?.digest });
    await journey.work();
    await look();
    stage.clock.advance(1_000);
    await confirm(journey);
    await look();
    expect(said).toEqual([
      'home | nobody',
      'failing over (singly encrypted) | Azure: waiting for the firewall operation',
      'waits for the device (singly encrypted) | A person: put the file X on the device, then confirm',
      'failed over | nobody',
      expect.stringMatching(/^waits for approval \| A person: approve X \(home: \d+ removed/),
      'waits for the device | A person: put the file X on the device, then confirm',
      'home | nobody',
    ]);
    const text = renderStatusText(await overview(journey.ports));
    expect(text).toContain(journey.site);
    expect(text.split('\n').every((line) => line.length <= 80)).toBe(true);
  });
});
