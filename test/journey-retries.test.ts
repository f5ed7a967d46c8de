import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AutomationError } from '../shared/base/errors.ts';
import type { OnCall, Ports } from '../shared/ports.ts';
import { callBudget } from '../shared/record/callBudget.ts';
import { incident, type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { atHome, failOver } from './support/landing.ts';
import { targetOf, untilDevice } from './support/moves.ts';
import { moveOf, plannedMove, quickMoves, stepOf, untilFailed } from './support/moveTrouble.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

const minute = 60_000;
const polls = (journey: Journey) => ({ url: `/subscriptions/${journey.subscriptionId}/.*/operations/` });

/** Azure answers this way until the journey has handled so many messages; how long that took, in the app's time (ms). */
const timeOf = async (journey: Journey, messages: number): Promise<number> => {
  const from = stage.clock.now();
  for (let done = 0; done < messages; done += 1) expect(await journey.step()).not.toBeNull();
  return stage.clock.now() - from;
};

describe('how long is waited', () => {
  it('is a quarter of an hour at most, though a poll is told to wait for a month', async () => {
    const journey = await atHome(stage);
    const effect = { kind: 'throttle', retryAfterSeconds: 30 * 86_400 } as const;
    stage.arm.plantFault({ match: polls(journey), effect });
    const from = stage.clock.now();
    await failOver(journey);
    expect((await journey.state()).inPlace?.mode).toBe('serviceFailover');
    expect(stage.clock.now() - from).toBeLessThan(30 * minute);
  });

  it('grows from look to look, though Azure says that there is nothing to wait for', async () => {
    const journey = await startJourney(stage);
    const effect = { kind: 'answer', status: 503, headers: { 'Retry-After': '0' } } as const;
    const fault = stage.arm.plantFault({
      match: { method: 'GET', resource: journey.ids.firewall },
      effect,
      times: 'always',
    });
    await journey.word({ action: 'resume' });
    expect(await timeOf(journey, 20)).toBeGreaterThan(10 * minute);
    expect((await journey.state()).attention).toMatchObject({ code: 'ERR_AZURE_UNAVAILABLE', tries: 20 });
    fault.remove();
    await journey.work();
    expect((await journey.state()).attention).toBeNull();
  });

  it('differs from site to site that looked in vain at once', async () => {
    const waits = async (random: number): Promise<number> => {
      const journey = await startJourney(stage);
      Object.assign(journey.ports, { random: () => random });
      const match = { method: 'GET', resource: journey.ids.firewall };
      stage.arm.plantFault({ match, effect: { kind: 'throttle', retryAfterSeconds: 100 } });
      await journey.word({ action: 'resume' });
      return timeOf(journey, 2);
    };
    expect(await waits(1)).toBeGreaterThan((await waits(0)) + 15_000);
  });
});

/** Locked for longer than any deadline, and then at work for less than one. */
const longLock = { kind: 'lock', retryAfterSeconds: 15 * 60 } as const;

describe('the deadline of an operation', () => {
  it('of a run does not count the wait for a lock', async () => {
    const journey = await atHome(stage);
    const match = { method: 'PUT', resource: journey.ids.firewall };
    stage.arm.plantFault({ match, times: 5, effect: longLock });
    stage.arm.plantFault({ match, effect: { kind: 'operationTakes', seconds: 50 * 60 } });
    await failOver(journey);
    expect(await journey.state()).toMatchObject({ inPlace: { mode: 'serviceFailover' }, attention: null });
  });

  it('of a move does not count the wait for a lock', async () => {
    const journey = await startJourney(stage);
    await plannedMove(journey);
    const match = { method: 'PUT', resource: (await targetOf(journey)).ids.firewall };
    stage.arm.plantFault({ match, times: 9, effect: longLock });
    stage.arm.plantFault({ match, effect: { kind: 'operationTakes', seconds: 40 * 60 } });
    const from = stage.clock.now();
    await untilDevice(journey);
    expect(await moveOf(journey)).toMatchObject({ status: 'running', trouble: null });
    expect(stage.clock.now() - from).toBeGreaterThan(120 * minute);
    expect(await stepOf(journey, 'firewall')).toMatchObject({ status: 'done', operationSince: null });
  });
});

describe('an operation that nobody may ask about', () => {
  it('fails the profile of a move after three, with the right that is missing, and goes on with it', async () => {
    const journey = await startJourney(stage);
    await plannedMove(journey);
    const error = { code: 'AuthorizationFailed', message: 'No.' };
    const hidden = stage.arm.plantFault({
      match: { url: `/subscriptions/${journey.subscriptionId}/.*/operation(s|Results)/` },
      times: 'always',
      effect: { kind: 'answer', status: 403, body: { error } },
    });
    const { trouble } = await untilFailed(journey, 'profile');
    expect(trouble?.remedy).toMatch(/right to read operations of Microsoft\.Network.*move retry/);
    expect(journey.notices.filter(({ kind }) => kind === 'failed')).toHaveLength(1);
    const posts = journey.exchanges().filter(({ url }) => /generatevpnprofile/i.test(url));
    expect(posts).toHaveLength(3);
    hidden.remove();
    await journey.word({ action: 'retryMove' });
    await untilDevice(journey);
    expect(await stepOf(journey, 'profile')).toMatchObject({ status: 'done' });
  });
});

describe('the budget of calls', () => {
  it('ends a run that gets nowhere, and tells where to look', async () => {
    const journey = await atHome(stage);
    await journey.event(incident(journey.subscriptionId));
    while ((await journey.state()).run?.steps[0]?.status !== 'running') expect(await journey.step()).not.toBeNull();
    const { state, token } = await journey.ports.sites.load(journey.site);
    const { run } = state;
    if (run === null) throw new Error('the run is over');
    const spent = { ...run.costs, writes: callBudget(run.steps.length, 0).writes + 1 };
    await journey.ports.sites.save({ ...state, run: { ...run, costs: spent } }, token);
    journey.mark();
    await journey.work();
    expect(await journey.state()).toMatchObject({ run: null, inPlace: { mode: 'home' } });
    expect((await journey.state()).attention?.why).toMatch(/The run of \d steps made \d+ writes.*activity log/);
    expect(journey.calls()).toMatchObject({ writes: 0, polls: 0 });
  });

  it('stops a move, until a person has it go on', async () => {
    const journey = await startJourney(stage);
    await plannedMove(journey);
    while ((await stepOf(journey, 'gateway'))?.status !== 'running') expect(await journey.step()).not.toBeNull();
    const { state, token } = await journey.ports.sites.load(journey.site);
    const { move } = state;
    if (!move) throw new Error('the move is over');
    const spent = { ...move.costs, polls: callBudget(move.steps.length, 0).asks + 1 };
    await journey.ports.sites.save({ ...state, move: { ...move, costs: spent } }, token);
    await journey.work();
    const failed = await moveOf(journey);
    expect(failed).toMatchObject({ status: 'failed', trouble: { why: expect.stringContaining('polls, more than') } });
    expect(failed.trouble?.remedy).toMatch(/activity log.*move retry/);
    await journey.word({ action: 'retryMove' });
    await untilDevice(journey);
    expect(await moveOf(journey)).toMatchObject({ status: 'running', trouble: null });
  });
});

it('a turn of our own that comes late is no try in vain', async () => {
  const journey = await atHome(stage);
  const { metered } = journey.ports;
  let late = 3;
  const put: Ports['resources']['put'] = (id, body, ifMatch) => {
    late -= 1;
    if (late < 0) return journey.ports.resources.put(id, body, ifMatch);
    throw new AutomationError('ERR_OUR_TURN', 'not yet', { remedy: 'Wait.', retry: 'later', retryAfterMs: 5_000 });
  };
  Object.defineProperty(journey.ports, 'metered', {
    value: (onCall: OnCall) => {
      const view = metered(onCall);
      return { ...view, resources: { ...view.resources, put } };
    },
  });
  await journey.event(incident(journey.subscriptionId));
  while (late > 0) expect(await journey.step()).not.toBeNull();
  expect((await journey.state()).run?.steps[0]).toMatchObject({ id: 'firewall', status: 'pending', tries: 0 });
  await journey.work();
  expect(await journey.state()).toMatchObject({ inPlace: { mode: 'serviceFailover' }, attention: null });
});
