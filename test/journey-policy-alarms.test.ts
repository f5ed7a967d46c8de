import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { questionOf } from '../shared/record/question.ts';
import { sweep } from '../shared/sweep.ts';
import { incident, type Journey, type Stage, startStage } from './support/journey.ts';
import { atHome, confirm, failOver, firewallOf, prefixesOf } from './support/landing.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const hour = 3_600_000;
const swept = async (journey: Journey): Promise<void> => {
  await sweep(journey.ports, 'the sweep');
  await journey.work();
};
const toldOf = (journey: Journey, kind: string): number =>
  journey.notices.filter((notice) => notice.kind === kind).length;

/** Somebody forbids the whole of the failover region in front of our rules. */
const forbid = (journey: Journey): void => {
  const firewall = firewallOf(stage, journey);
  const rule = {
    name: 'nothing',
    protocols: ['Any'],
    sourceAddresses: ['*'],
    destinationAddresses: prefixesOf(stage, journey).slice(0, 1),
    destinationPorts: ['*'],
  };
  const deny = { name: 'lockdown', properties: { priority: 101, action: { type: 'Deny' }, rules: [rule] } };
  const networkRuleCollections = [...firewall.properties.networkRuleCollections, deny];
  stage.arm.seed(journey.ids.firewall, {
    ...firewall,
    properties: { ...firewall.properties, networkRuleCollections },
  } as never);
};

describe('a failover whose proof failed', () => {
  it('is not undone because the incident is told over: that takes a word, as after any failover', async () => {
    const journey = await atHome(stage, { policy: { drift: 'repair' } });
    const home = prefixesOf(stage, journey);
    forbid(journey);
    await failOver(journey);
    const failed = await journey.state();
    expect(failed).toMatchObject({ run: null, inPlace: { mode: 'home' }, attention: { code: 'RUN_FAILED' } });
    const away = prefixesOf(stage, journey);
    expect(away.length).toBeGreaterThan(home.length);
    await journey.event(incident(journey.subscriptionId, { status: 'Resolved', at: '2026-07-20T05:00:00.000Z' }));
    await journey.work();
    await swept(journey);
    expect(prefixesOf(stage, journey)).toEqual(away);
    expect((await journey.state()).lastPlan?.reasons.join('\n')).toContain('no open incident asks for it');
    await journey.word({ action: 'declare', kind: 'home' });
    await journey.work();
    expect(prefixesOf(stage, journey)).toEqual(home);
  });
});

describe('what people are told', () => {
  it('comes once each, and again when the like of it happens again', async () => {
    const journey = await atHome(stage);
    const outage = async (round: number): Promise<void> => {
      stage.clock.advance(hour);
      const start = stage.clock.now();
      const at = (minutes: number) => new Date(start + minutes * 60_000).toISOString();
      const names = ['Storage', 'VPN Gateway'];
      const trackingId = `ROUND-${round}`;
      await journey.event(incident(journey.subscriptionId, { names, trackingId, at: at(0) }));
      await journey.work();
      await journey.event(incident(journey.subscriptionId, { names, trackingId, at: at(1) }));
      await journey.work();
      await swept(journey);
      stage.clock.advance(60_000);
      await confirm(journey);
      await journey.event(incident(journey.subscriptionId, { names, trackingId, at: at(2), status: 'Resolved' }));
      await journey.work();
      await swept(journey);
      const { waiting } = await journey.state();
      // The same plan is asked for in each round: the word is about this very question.
      await journey.word({ action: 'apply', ...(waiting && questionOf(waiting)) });
      await journey.work();
      await swept(journey);
      stage.clock.advance(60_000);
      await confirm(journey);
      expect(await journey.state()).toMatchObject({ run: null, waiting: null, inPlace: { mode: 'home' } });
    };
    const counts = () =>
      ['alarm', 'started', 'cloudReady', 'needsDevice', 'protected', 'needsApproval'].map(
        (kind) => `${kind} ${toldOf(journey, kind)}`,
      );
    const atRest = counts();
    expect(atRest).toEqual(['alarm 0', 'started 1', 'cloudReady 1', 'needsDevice 1', 'protected 1', 'needsApproval 0']);
    await outage(1);
    expect(counts()).toEqual([
      'alarm 1',
      'started 3',
      'cloudReady 3',
      'needsDevice 3',
      'protected 3',
      'needsApproval 1',
    ]);
    await outage(2);
    // One of them is the move of the whole site: by now there is a snapshot that it could be built from.
    expect(counts()).toEqual([
      'alarm 2',
      'started 5',
      'cloudReady 5',
      'needsDevice 5',
      'protected 5',
      'needsApproval 3',
    ]);
  });
});
