import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { askedDigest, regionFails, settledAtHome, targetOf, untilDevice } from './support/moves.ts';
import { moveOf, quickMoves } from './support/moveTrouble.ts';
import { keepSecret } from './support/secrets.ts';

const secret = keepSecret('a RADIUS secret', 'a-radius-secret-that-nobody-may-see');

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

/** A site whose gateway has a RADIUS server let the device in. */
const start = async (move: Record<string, unknown> = {}): Promise<Journey> => {
  const journey = await startJourney(stage, { site: { move } });
  const gateway = stage.arm.read(journey.ids.gateway) as { properties: { vpnClientConfiguration: object } };
  const { properties } = gateway;
  const vpnClientConfiguration = {
    ...properties.vpnClientConfiguration,
    vpnAuthenticationTypes: ['Radius'],
    vpnClientRootCertificates: [],
    radiusServerAddress: '10.80.0.9',
  };
  stage.arm.seed(journey.ids.gateway, { ...gateway, properties: { ...properties, vpnClientConfiguration } } as never);
  await settledAtHome(journey);
  return journey;
};

/** Its secret is in a vault that the site names. */
const startWithVault = async (): Promise<Journey> => {
  const address = 'https://rigs.vault.usgovcloudapi.net/secrets/radius';
  const played = stage.arm.setSecret('rigs', 'radius', secret);
  const journey = await start({ radiusSecret: address });
  const { secrets } = journey.ports;
  // The simulation plays every vault on its own host.
  const read = (asked: string) => secrets.read(asked === address ? played : asked);
  Object.defineProperty(journey.ports, 'secrets', { value: { read } });
  return journey;
};

const fails = async (journey: Journey): Promise<void> => {
  await regionFails(journey, { at: new Date(stage.clock.now()).toISOString() });
  await journey.step();
  await journey.step();
};

/** All that is kept of a site, but for the vault and ARM themselves. */
const kept = async ({ ports, state, notices }: Journey): Promise<string> => {
  const blobs = await ports.archive.list('');
  const texts = await Promise.all(blobs.map((name) => ports.archive.read(name)));
  return [...texts, JSON.stringify(await state()), JSON.stringify(notices)].join('\n');
};

describe('a gateway that has a RADIUS server let its clients in', () => {
  it('is built anew with the secret out of the vault that the site names, which is kept nowhere', async () => {
    const journey = await startWithVault();
    await fails(journey);
    await journey.word({ action: 'apply', digest: await askedDigest(journey) });
    await untilDevice(journey);
    expect((await moveOf(journey)).trouble).toBeNull();
    const { ids } = await targetOf(journey);
    expect(JSON.stringify(stage.arm.read(ids.gateway))).toContain('10.80.0.9');
    const puts = journey.exchanges().filter(({ method, url }) => method === 'PUT' && url.includes(ids.gateway));
    // Not compared by the matcher, which would print it.
    const held = puts.map(({ requestBody }) =>
      JSON.stringify(requestBody).includes(`"radiusServerSecret":"${secret}"`),
    );
    expect(held).toEqual([true]);
    expect((await kept(journey)).includes(secret)).toBe(false);
  });

  it('has its secret left out where Azure repeats it, be it at once or where the operation ends', async () => {
    const journey = await startWithVault();
    const { ids } = await targetOf(journey);
    const message = `The secret ${secret} is too weak.`;
    const match = { method: 'PUT', resource: ids.gateway };
    const code = 'InvalidRadiusSecret';
    stage.arm.plantFault({ match, effect: { kind: 'answer', status: 400, body: { error: { code, message } } } });
    await fails(journey);
    await journey.word({ action: 'apply', digest: await askedDigest(journey) });
    await untilDevice(journey);
    const refused = (await moveOf(journey)).trouble?.why ?? '';
    const ends = stage.arm.plantFault({ match, times: 'always', effect: { kind: 'operationFails', code, message } });
    await journey.word({ action: 'retryMove' });
    await untilDevice(journey);
    ends.remove();
    const ended = (await moveOf(journey)).trouble?.why ?? '';
    expect([refused, ended].map((why) => why.replaceAll(secret, 'THE SECRET'))).toEqual([
      expect.stringContaining('InvalidRadiusSecret: The secret [left out] is too weak.'),
      'Azure ended the operation: InvalidRadiusSecret (its words are left out: a secret went along)',
    ]);
    expect((await kept(journey)).includes(secret)).toBe(false);
  });

  it('blocks the move where the site names no vault, with a remedy that can be followed', async () => {
    const journey = await start();
    await fails(journey);
    const digest = await askedDigest(journey);
    await expect(journey.word({ action: 'apply', digest })).rejects.toMatchObject({ code: 'ERR_PLAN_BLOCKED' });
    expect(journey.notices.find((notice) => notice.digest === digest)?.text).toContain('move.radiusSecret');
  });
});
