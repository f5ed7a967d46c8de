import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sweep } from '../shared/sweep.ts';
import { syntheticGateways } from '../simulator/tags/syntheticTags.ts';
import { type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { confirm, failOver, prefixesOf } from './support/landing.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

type Configured = { properties: { ipConfigurations: { name: string; properties: Record<string, unknown> }[] } };

const first = syntheticGateways.usgovvirginia;
const second = first.replace(/\d+$/, (last) => String(Number(last) + 1));

/** A gateway with two instances, each with a public address of its own. */
const activeActive = async (): Promise<{ readonly journey: Journey; readonly address: string }> => {
  const journey = await startJourney(stage, { policy: { drift: 'repair' } });
  const { ids } = journey;
  const address = `${ids.gatewayPublicIp}2`;
  const own = structuredClone(stage.arm.read(ids.gatewayPublicIp)) as { properties: object };
  stage.arm.seed(address, { ...own, properties: { ...own.properties, ipAddress: second } } as never);
  const gateway = structuredClone(stage.arm.read(ids.gateway)) as never as Configured;
  const [one] = gateway.properties.ipConfigurations;
  const properties = { ...one?.properties, publicIPAddress: { id: address } };
  gateway.properties.ipConfigurations.push({ ...one, name: 'activeActive', properties });
  stage.arm.seed(ids.gateway, gateway as never);
  return { journey, address };
};

describe('a gateway with two public addresses', () => {
  it('keeps both away from the firewall, also while Azure does not say one of them', async () => {
    const { journey, address } = await activeActive();
    await failOver(journey);
    await confirm(journey);
    expect(prefixesOf(stage, journey)).toEqual(expect.arrayContaining([`${first}/32`, `${second}/32`]));
    const whole = stage.arm.read(address) as { properties: Record<string, unknown> };
    const { ipAddress: _, ...rest } = whole.properties;
    const effect = { kind: 'answer', status: 200, body: { ...whole, properties: rest } as never } as const;
    const fault = stage.arm.plantFault({ match: { method: 'GET', resource: address }, times: 'always', effect });
    stage.clock.advance(20 * 60_000);
    await sweep(journey.ports, 'the sweep');
    await journey.work();
    expect(prefixesOf(stage, journey)).toContain(`${second}/32`);
    expect((await journey.state()).network?.unread).toContain('says no address');
    fault.remove();
    stage.clock.advance(20 * 60_000);
    await sweep(journey.ports, 'the sweep');
    await journey.work();
    expect((await journey.state()).network).toMatchObject({ gatewayPublicIpAddresses: [first, second].sort() });
  });

  it('is not read where one of its instances names no address at all', async () => {
    const { journey } = await activeActive();
    const { ids } = journey;
    const gateway = structuredClone(stage.arm.read(ids.gateway)) as never as Configured;
    delete gateway.properties.ipConfigurations[1]?.properties['publicIPAddress'];
    stage.arm.seed(ids.gateway, gateway as never);
    await failOver(journey);
    expect((await journey.state()).network?.unread).toContain('says no address');
  });
});
