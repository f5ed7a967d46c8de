import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AutomationError } from '../shared/base/errors.ts';
import { overview } from '../shared/overview.ts';
import type { MovePlan } from '../shared/plan/move/movePlan.ts';
import { globalPauseIn, liftGlobalPause } from '../shared/record/globalPause.ts';
import { renderPage } from '../shared/record/page.ts';
import { renderStatusText } from '../shared/record/statusText.ts';
import { say, wordSchema } from '../shared/words.ts';
import { incident, type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { atHome } from './support/landing.ts';
import { settledAtHome, sweepOnce, untilDevice } from './support/moves.ts';
import { quickMoves } from './support/moveTrouble.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

const hour = 3_600_000;
const pauseAll = (journey: Journey) => journey.word({ action: 'pause', site: '*', reason: 'let me look' });
const resumeAll = (journey: Journey) => journey.word({ action: 'resume', site: '*' });

/** Whatever is heard and however long it lasts. */
const lateAndEarly = async (journey: Journey): Promise<void> => {
  await journey.work();
  await sweepOnce(journey);
  stage.clock.advance(hour);
  await sweepOnce(journey);
};

describe('one pause for every site', () => {
  it('is what pause and resume mean where they name no site', () => {
    expect([wordSchema.parse({ action: 'pause' }), wordSchema.parse({ action: 'resume' })]).toMatchObject([
      { site: '*' },
      { site: '*' },
    ]);
  });

  it('is not lifted by a resume that was meant for an earlier one', async () => {
    const journey = await startJourney(stage);
    const { config } = journey.ports;
    await pauseAll(journey);
    const seen = await globalPauseIn(config);
    stage.clock.advance(1_000);
    await journey.word({ action: 'pause', site: '*', by: 'Grace', reason: 'the table is wrong' });
    expect(await liftGlobalPause(config, seen)).toMatchObject({ by: 'Grace' });
    expect(await globalPauseIn(config)).toMatchObject({ by: 'Grace', reason: 'the table is wrong' });
    await resumeAll(journey);
    expect(await globalPauseIn(config)).toBeNull();
  });

  it('stops a run within one step, says who and why wherever one looks, and resume goes on exactly there', async () => {
    const journey = await atHome(stage);
    await journey.event(incident(journey.subscriptionId, { names: ['Storage'] }));
    while ((await journey.state()).run?.steps[0]?.status !== 'running') await journey.step();
    const { run } = await journey.state();
    expect(await pauseAll(journey)).toEqual({
      site: '*',
      action: 'pause',
      said: 'every site is paused: nothing more is written',
    });
    const before = journey.calls().writes;
    await lateAndEarly(journey);
    expect(journey.calls().writes).toBe(before);
    expect((await journey.state()).run?.id).toBe(run?.id);
    expect((await journey.state()).paused).toBeNull();

    const view = await overview(journey.ports);
    expect(view.paused).toMatchObject({ by: 'Ada', reason: 'let me look' });
    for (const shown of [renderPage(view), renderStatusText(view).replaceAll(/\s+/g, ' ')]) {
      expect(shown).toMatch(/Every site is paused, nothing is written: Ada, .*\(let me look\)/);
    }
    expect(journey.notices.filter(({ site }) => site === 'all').map(({ title }) => title)).toEqual([
      'Ada paused every site',
    ]);

    await resumeAll(journey);
    const [blob] = await journey.ports.archive.list('words/_all/');
    const words = (await journey.ports.archive.read(blob ?? ''))?.trim().split('\n') ?? [];
    expect(words.map((line) => JSON.parse(line)).slice(-2)).toMatchObject([
      { action: 'pause', by: 'Ada', reason: 'let me look' },
      { action: 'resume', by: 'Ada' },
    ]);
    await journey.work();
    expect((await overview(journey.ports)).paused).toBeNull();
    const resumed = await journey.state();
    expect(resumed.run).toMatchObject({ id: run?.id });
    expect(resumed.inPlace?.services).toEqual(['Storage']);
  });

  it('holds between two steps of one message, too', async () => {
    const journey = await atHome(stage);
    const { append } = journey.ports.archive;
    const archive: Journey['ports']['archive'] = Object.assign(Object.create(journey.ports.archive), {
      append: async (name: string, line: string) => {
        await append(name, line);
        if (line.includes('step firewall done')) await pauseAll(journey);
      },
    });
    Object.defineProperty(journey.ports, 'archive', { configurable: true, value: archive });
    await journey.event(incident(journey.subscriptionId, { names: ['Storage'] }));
    await lateAndEarly(journey);
    const { run } = await journey.state();
    expect(run?.steps.map(({ id, status }) => `${id} ${status}`).slice(0, 2)).toEqual([
      'firewall done',
      'routeTable pending',
    ]);
    await resumeAll(journey);
    await journey.work();
    expect((await journey.state()).inPlace?.services).toEqual(['Storage']);
  });

  it('leaves a site paused that was paused on its own', async () => {
    const journey = await atHome(stage);
    await journey.word({ action: 'pause', reason: 'works on the wall' });
    await pauseAll(journey);
    await journey.event(incident(journey.subscriptionId));
    await journey.work();
    await resumeAll(journey);
    await journey.work();
    expect(await journey.state()).toMatchObject({ run: null, paused: { reason: 'works on the wall' } });
    await journey.word({ action: 'resume' });
    await journey.work();
    expect((await journey.state()).inPlace?.mode).toBe('serviceFailover');
  });

  it('stands where its file cannot be read, until somebody says resume', async () => {
    const journey = await atHome(stage);
    await journey.ports.config.write('pause.json', '{"paused":');
    await journey.event(incident(journey.subscriptionId));
    await journey.work();
    expect(journey.calls().writes).toBe(0);
    expect((await overview(journey.ports)).paused?.reason).toContain('cannot be read');
    await resumeAll(journey);
    await journey.work();
    expect((await journey.state()).inPlace?.mode).toBe('serviceFailover');
  });
});

describe('a region move', () => {
  it.each(['*', 'its own'])('stands still while %s is paused, and goes on after resume', async (which) => {
    const journey = await startJourney(stage);
    await settledAtHome(journey);
    const { move: plan } = (await journey.word({ action: 'move', reason: 'a drill' })) as { move: MovePlan };
    await journey.word({ action: 'apply', digest: plan.digest });
    const begun = async () =>
      (await journey.state()).move?.steps.filter(({ status }) => status !== 'pending').length ?? 0;
    while ((await begun()) < 6) expect(await journey.step()).not.toBeNull();
    const site = which === '*' ? '*' : journey.site;

    await journey.word({ action: 'pause', site, reason: 'let me look' });
    journey.mark();
    await lateAndEarly(journey);
    expect(journey.calls().writes).toBe(0);
    expect((await journey.state()).move?.status).toBe('running');

    await journey.word({ action: 'resume', site });
    await untilDevice(journey);
    expect((await journey.state()).move?.steps.find(({ status }) => status === 'waiting')?.id).toBe('confirm');
  });
});

describe('a word that counts already', () => {
  const down = async () => Promise.reject(new AutomationError('ERR_STORAGE', 'down', { remedy: 'wait' }));

  it('is told when one site is paused and goes on, with who and why', async () => {
    const journey = await atHome(stage);
    const told = journey.notices.length;
    await journey.word({ action: 'pause', reason: 'let me look' });
    await journey.word({ action: 'resume' });
    await pauseAll(journey);
    await resumeAll(journey);
    await journey.work();
    const notices = journey.notices.slice(told).map(({ kind, title, text }) => `${kind}: ${title}. ${text}`);
    expect(notices).toEqual([
      `alarm: Ada paused site ${journey.site}. Nothing is written until it is taken back. Why: let me look`,
      `over: Ada resumed site ${journey.site}. What was under way goes on, and it is looked at again.`,
      'alarm: Ada paused every site. Nothing is written until it is taken back. Why: let me look',
      'over: Ada resumed every site. What was under way goes on, and it is looked at again.',
    ]);
  });

  it.each(['archive', 'notices', 'messages'])('never fails, and wakes the site where it can: no %s', async (broken) => {
    const journey = await atHome(stage);
    const parts = { archive: { append: down }, notices: { tell: down }, messages: { send: down } };
    const own = journey.ports[broken as 'archive'];
    const value = { ...own, ...parts[broken as 'archive'] };
    const ports = Object.create(journey.ports, { [broken]: { value } });
    const word = (action: 'pause' | 'resume', site = journey.site) => say({ action, site }, 'Ada', ports);
    expect(await word('pause')).toMatchObject({ said: 'paused: nothing more is written' });
    expect((await journey.state()).paused?.by).toBe('Ada');
    expect(await word('resume')).toMatchObject({ said: 'resumed' });
    expect((await journey.state()).paused).toBeNull();
    expect((await journey.step())?.because).toBe(broken === 'messages' ? undefined : 'Ada said resume');
    await word('pause', '*');
    expect(await word('resume', '*')).toMatchObject({ said: 'resumed: every site is looked at' });
    expect((await journey.step())?.kind).toBe(broken === 'messages' ? undefined : 'look');
    await journey.work();
  });
});
