import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clouds } from '../shared/base/clouds.ts';
import type { EntraSettings } from '../shared/base/doorSettings.ts';
import { readSettings } from '../shared/base/settings.ts';
import { tokenCheck } from '../shared/bearer.ts';
import { alertsApp, startTenant, type Tenant, type TokenChange } from './support/tenant.ts';

let tenant: Tenant;
beforeAll(async () => {
  tenant = await startTenant();
});
afterAll(() => tenant.close());

const storage = { AzureWebJobsStorage: 'UseDevelopmentStorage=true' };
const entraOf = (more: Record<string, string> = {}): EntraSettings => {
  const { entra } = readSettings({ ...storage, ...tenant.settings, ...more }).doors;
  if (entra === null) throw new Error('Entra ID is not set up');
  return entra;
};

describe('a token', () => {
  it('of the tenant, made out to the app, says who asked for it', async () => {
    const token = await tenant.token({ claims: alertsApp });
    expect(await tokenCheck(entraOf())(token)).toMatchObject({
      claims: { tenantId: tenant.id, appId: alertsApp.azp, roles: alertsApp.roles },
    });
  });

  it('of version 1.0 is believed too: issuer and app are spelled otherwise there', async () => {
    const claims = { iss: `${clouds.Public.tokenIssuer}/${tenant.id}/`, ver: '1.0', appid: alertsApp.azp };
    const token = await tenant.token({ claims: { ...claims, roles: alertsApp.roles } });
    expect(await tokenCheck(entraOf())(token)).toMatchObject({ claims: { appId: alertsApp.azp } });
  });

  const foreign = '99999999-2222-4333-8444-555555555555';
  const refusals: readonly [string, TokenChange, string][] = [
    ['signed by somebody else', { forged: true }, 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'],
    ['of a key nobody published', { header: { kid: 'unheard-of' } }, 'ERR_JWKS_NO_MATCHING_KEY'],
    ['made out to another app', { claims: { aud: 'api://payroll' } }, 'aud'],
    ['of another issuer', { claims: { iss: 'https://login.evil.example/v2.0' } }, 'iss'],
    ['of another tenant', { claims: { tid: foreign } }, 'another tenant'],
    ['of no tenant', { without: ['tid'] }, 'tid'],
    ['that has ended', { lasts: -600 }, 'EXPIRED'],
    ['that never ends', { without: ['exp'] }, 'exp'],
    ['not good yet', { claims: { nbf: Math.floor(Date.now() / 1_000) + 3_600 } }, 'nbf'],
    ['longer than any of the tenant', { claims: { groups: Array(1_000).fill(foreign) } }, 'too long'],
  ];
  it.each(refusals)('%s is not believed', async (_, change, why) => {
    const token = await tenant.token({ ...change, claims: { ...alertsApp, ...change.claims } });
    expect(await tokenCheck(entraOf())(token)).toEqual({ refused: expect.stringContaining(why) });
  });

  it('without a signature, or signed with the public key as a secret, is not believed', async () => {
    const [, payload] = (await tenant.token({ claims: alertsApp })).split('.');
    const coded = (header: object) => Buffer.from(JSON.stringify(header)).toString('base64url');
    for (const alg of ['none', 'HS256']) {
      const checked = await tokenCheck(entraOf())(`${coded({ alg, kid: 'first' })}.${payload}.AAAA`);
      expect(checked).toEqual({ refused: expect.stringMatching(/ERR_JOSE_ALG_NOT_ALLOWED/) });
    }
  });

  it('of any other form is refused, and nothing is thrown', async () => {
    const check = tokenCheck(entraOf());
    const good = (await tenant.token()).split('.');
    const part = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc.constantFrom(...good),
      fc.json().map((text) => Buffer.from(text).toString('base64url')),
    );
    const forms = fc.oneof(
      fc.string(),
      fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('.')),
    );
    await fc.assert(
      fc.asyncProperty(
        forms.filter((text) => text !== good.join('.')),
        async (text) => {
          expect(await check(text)).toHaveProperty('refused');
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("the tenant's keys", () => {
  it('are fetched once, and again when a token names a new one', async () => {
    const own = await startTenant();
    try {
      const check = tokenCheck(entraOf(own.settings), 0);
      const old = await own.token();
      for (let count = 0; count < 3; count += 1) expect(await check(old)).toHaveProperty('claims');
      expect(own.asked()).toBe(1);
      await own.newKey();
      expect(await check(await own.token())).toHaveProperty('claims');
      expect(await check(old)).toHaveProperty('refused');
    } finally {
      await own.close();
    }
  });

  it('once fetched outlive an outage of the tenant; never fetched, the caller is asked to come again', async () => {
    const own = await startTenant();
    try {
      const check = tokenCheck(entraOf(own.settings));
      const token = await own.token();
      own.fails(true);
      await expect(check(token)).rejects.toMatchObject({ code: 'ERR_AZURE_UNAVAILABLE' });
      own.fails(false);
      expect(await check(token)).toHaveProperty('claims');
      own.fails(true);
      expect(await check(token)).toHaveProperty('claims');
    } finally {
      await own.close();
    }
  });
});

describe('the settings of the doors', () => {
  const doors = (more: Record<string, string>) => readSettings({ ...storage, ...more }).doors;

  it('ask for a function key alone where nothing is set', () => {
    expect(doors({})).toMatchObject({ entra: null, appService: false, requireIdentity: false });
  });

  it.each([
    ['AzureGovernment', 'https://login.microsoftonline.us', 'https://sts.windows.net'],
    ['China', 'https://login.chinacloudapi.cn', 'https://sts.chinacloudapi.cn'],
  ])('of %s trust the authority of that cloud', (cloud, authority, issuer) => {
    const id = '11111111-2222-4333-8444-555555555555';
    const { entra } = doors({ ASEFO_CLOUD: cloud, ASEFO_ENTRA_TENANT_ID: id, ASEFO_ENTRA_AUDIENCE: 'a, b' });
    expect(entra).toMatchObject({
      audiences: ['a', 'b'],
      issuers: [`${authority}/${id}/v2.0`, `${issuer}/${id}/`],
      keysUrl: `${authority}/${id}/discovery/v2.0/keys`,
    });
  });

  it.each([
    [{ ASEFO_ENTRA_TENANT_ID: '11111111-2222-4333-8444-555555555555' }, 'ASEFO_ENTRA_AUDIENCE'],
    [{ ASEFO_ENTRA_AUDIENCE: 'api://x' }, 'ASEFO_ENTRA_TENANT_ID'],
    [{ ASEFO_ENTRA_TENANT_ID: 'contoso', ASEFO_ENTRA_AUDIENCE: 'x' }, 'ASEFO_ENTRA_TENANT_ID'],
    [
      { ASEFO_ENTRA_TENANT_ID: '11111111-2222-4333-8444-555555555555', ASEFO_ENTRA_AUDIENCE: ' , ' },
      'ASEFO_ENTRA_AUDIENCE',
    ],
    [{ ASEFO_REQUIRE_IDENTITY: 'on' }, 'ASEFO_REQUIRE_IDENTITY'],
    [{ ASEFO_APP_SERVICE_AUTH: 'maybe' }, 'ASEFO_APP_SERVICE_AUTH'],
    [{ ASEFO_APP_SERVICE_AUTH: 'on', WEBSITE_AUTH_ENABLED: 'False' }, 'ASEFO_APP_SERVICE_AUTH'],
  ])('half set are refused by name: %j', (given, name) => {
    expect(() => doors(given as Record<string, string>)).toThrow(name);
  });
});
