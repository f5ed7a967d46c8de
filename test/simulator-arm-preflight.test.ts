import { describe, expect, it } from 'vitest';
import { objectsAt } from '../simulator/arm/json.ts';
import type { Arm } from '../simulator/arm/server.ts';
import { issueToken } from '../simulator/arm/tokens.ts';
import { call, codes, GROUP, SUBSCRIPTION, startTestArm, TABLE, TOKEN, table } from './support/rawArm.ts';

const SUB = `/subscriptions/${SUBSCRIPTION}`;

describe('what a preflight asks', () => {
  it('is where a type is sold, and a closed region is not among it', async () => {
    await using running = await startTestArm({ subscriptions: [SUBSCRIPTION] });
    const { arm } = running;
    const where = async (type: string) => {
      const { body } = await call(arm, 'GET', `${SUB}/providers/Microsoft.Network?api-version=2022-12-01`);
      return objectsAt(body, 'resourceTypes').find(({ resourceType }) => resourceType === type)?.['locations'];
    };
    expect(await where('virtualNetworkGateways')).toContain('UK West');
    const open = arm.closeRegion('ukwest', ['virtualNetworkGateways']);
    expect(await where('virtualNetworkGateways')).not.toContain('UK West');
    expect(await where('azureFirewalls')).toContain('UK West');
    open();
    expect(await where('virtualNetworkGateways')).toContain('UK West');
  });

  it('is what the caller may do, which is everything that is not denied there or above', async () => {
    await using running = await startTestArm();
    const { arm } = running;
    arm.seed(TABLE, table());
    const may = async (scope: string) =>
      objectsAt((await call(arm, 'GET', `${scope}/providers/Microsoft.Authorization/permissions`)).body, 'value')[0];
    expect(await may(SUB)).toMatchObject({ actions: ['*'], notActions: [] });
    const lift = arm.deny({ kind: 'scope', resource: GROUP, actions: ['write', 'delete'] });
    expect(await may(SUB)).toMatchObject({ notActions: [] });
    expect(await may(GROUP)).toMatchObject({ actions: ['*'], notActions: ['*/write', '*/delete'] });
    expect(await may(TABLE)).toMatchObject({ notActions: ['*/write', '*/delete'] });
    lift();
    expect(await may(GROUP)).toMatchObject({ notActions: [] });
  });

  it('is not told of a group that is not there', async () => {
    await using running = await startTestArm({ subscriptions: [SUBSCRIPTION] });
    const answer = await call(running.arm, 'GET', `${GROUP}/providers/Microsoft.Authorization/permissions`);
    expect([answer.status, ...codes(answer)]).toEqual([404, 'ResourceGroupNotFound']);
  });
});

describe('a vault', () => {
  const token = (audience: string) => ({ authorization: `Bearer ${issueToken(audience, Date.now(), 60, 'x')}` });
  const ask = (arm: Arm, url: string, headers = token('https://vault.azure.net')) =>
    call(arm, 'GET', `${url}?api-version=7.4`, undefined, headers);

  it('gives a secret to whoever has a token for vaults, and does not record it', async () => {
    await using running = await startTestArm();
    const { arm } = running;
    const url = arm.setSecret('kv-asefo', 'psk', 'swordfish');
    expect(url).toBe(`${arm.endpoint}/vaults/kv-asefo/secrets/psk`);
    const { status, body } = await ask(arm, url);
    expect([status, body['value']]).toEqual([200, 'swordfish']);
    expect((await ask(arm, String(body['id']))).status).toBe(200);
    expect(JSON.stringify(arm.requests)).not.toContain('swordfish');
  });

  it('refuses a token for ARM, and does not know what it has not', async () => {
    await using running = await startTestArm();
    const { arm } = running;
    const url = arm.setSecret('kv-asefo', 'psk', 'swordfish');
    const wrong = await ask(arm, url, { authorization: `Bearer ${TOKEN}` });
    expect([wrong.status, ...codes(wrong)]).toEqual([401, 'Unauthorized']);
    expect(wrong.headers['www-authenticate']).toContain('resource="https://vault.azure.net"');
    arm.setSecret('kv-asefo', 'psk', null);
    expect(codes(await ask(arm, url))).toEqual(['SecretNotFound']);
  });

  it('is silent with its region', async () => {
    await using running = await startTestArm();
    const { arm } = running;
    const url = arm.setSecret('kv-asefo', 'psk', 'swordfish', 'UK South');
    arm.silence('uksouth');
    await expect(ask(arm, url)).rejects.toThrow(/socket hang up|ECONNRESET/);
  });
});
