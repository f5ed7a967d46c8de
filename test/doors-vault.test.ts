import { Readable } from 'node:stream';
import { createHttpHeaders } from '@azure/core-rest-pipeline';
import { describe, expect, it } from 'vitest';
import { keyVaultSecrets } from '../shared/azure/secrets.ts';
import type { AutomationError } from '../shared/base/errors.ts';

/** Secrets of vaults that all answer so; `read` tells how many bytes of it were taken in. */
const asking = (status = 404, body = '') => {
  const asked: string[] = [];
  const tokens: string[] = [];
  let read = 0;
  const stream = function* () {
    for (let from = 0; from < body.length; from += 1_000) {
      read += 1_000;
      yield Buffer.from(body.slice(from, from + 1_000));
    }
  };
  const secrets = keyVaultSecrets({
    credential: {
      getToken: async (scope) => {
        tokens.push(String(scope));
        return { token: 'not-to-be-seen', expiresOnTimestamp: Date.now() + 3_600_000 };
      },
    },
    vaultSuffix: 'vault.azure.net',
    armOrigin: 'https://management.azure.com',
    httpClient: {
      sendRequest: async (request) => {
        asked.push(request.url);
        const readableStreamBody = Readable.from(stream(), { highWaterMark: 1 });
        return { request, status, headers: createHttpHeaders(), readableStreamBody };
      },
    },
  });
  return { secrets, asked, tokens, read: () => read };
};

describe("the address of a site's secret", () => {
  it.each([
    'https://evil.example/secrets/rig',
    'https://rig.vault.azure.net.evil.example/secrets/rig',
    'https://evilvault.azure.net/secrets/rig',
    'https://rig.vault.azure.cn/secrets/rig',
    'https://rig.vault.azure.net@evil.example/secrets/rig',
    'https://127.0.0.1/secrets/rig',
  ])('that is no vault of the cloud gets no token: %s', async (address) => {
    const { secrets, asked, tokens } = asking();
    await expect(secrets.read(address)).rejects.toMatchObject({ code: 'ERR_AZURE_REJECTED' });
    expect({ asked, tokens }).toEqual({ asked: [], tokens: [] });
  });

  it('that is one is asked, by a token for vaults', async () => {
    const { secrets, asked, tokens } = asking();
    await expect(secrets.read('https://rig.vault.azure.net/secrets/rig')).rejects.toMatchObject({
      code: 'ERR_AZURE_REJECTED',
    });
    expect(asked.map((url) => new URL(url).hostname)).toEqual(['rig.vault.azure.net']);
    expect(tokens).toEqual(['https://vault.azure.net/.default']);
  });
});

describe("a vault's answer", () => {
  const address = 'https://ada:pw-unseen@rig.vault.azure.net/secrets/rig?sig=sig-unseen';
  const value = 'value-unseen';
  const about = 'about rig.vault.azure.net/secrets/rig';

  /** What is thrown for an answer; nothing of the secret, the address's query or its user is in it. */
  const refused = async (status: number, body: string) => {
    const { secrets, read } = asking(status, body);
    const error = await secrets.read(address).catch((thrown: unknown) => thrown as AutomationError);
    if (typeof error === 'string') throw new Error('it was read');
    const { code, message, remedy, retry, cause } = error;
    expect(`${message} ${remedy} ${cause}`).not.toMatch(/unseen/);
    return { code, message, retry, read: read() };
  };

  it('is read where it is a secret, the longest that there may be included', async () => {
    const longest = 'x'.repeat(25_000);
    const { secrets } = asking(200, JSON.stringify({ value: longest, id: address, attributes: { enabled: true } }));
    expect(await secrets.read(address)).toBe(longest);
  });

  it('that is too long is not read to its end, and the error names the address', async () => {
    const answer = await refused(200, JSON.stringify({ value, filling: 'x'.repeat(500_000) }));
    expect(answer).toMatchObject({
      code: 'ERR_AZURE_REJECTED',
      retry: 'never',
      message: `The Key Vault answers with more than 65536 bytes ${about}`,
    });
    expect(answer.read).toBeLessThan(80_000);
  });

  it.each([
    ['a page', `<html>${value}</html>`],
    ['nothing', ''],
    ['a JSON text', JSON.stringify(value)],
    ['a list', JSON.stringify([{ value }])],
    ['a value that is no text', JSON.stringify({ value: { value } })],
    ['null', 'null'],
    ['JSON that is cut off', `{"value":"${value}`],
  ])('that is %s is told as no secret, by its address, and asked for again', async (_, body) => {
    expect(await refused(200, body)).toMatchObject({
      code: 'ERR_AZURE_UNAVAILABLE',
      retry: 'later',
      message: `The Key Vault answers what is no secret ${about}`,
    });
  });

  it.each([
    [401, 'ERR_AZURE_FORBIDDEN'],
    [403, 'ERR_AZURE_FORBIDDEN'],
    [404, 'ERR_AZURE_REJECTED'],
    [429, 'ERR_AZURE_UNAVAILABLE'],
    [500, 'ERR_AZURE_UNAVAILABLE'],
  ])('of HTTP %i names the address, and is not read without end either', async (status, code) => {
    const { message, read, ...rest } = await refused(status, `${value} ${'x'.repeat(500_000)}`);
    expect(rest).toMatchObject({ code });
    expect(message).toContain('rig.vault.azure.net/secrets/rig');
    expect(read).toBeLessThan(80_000);
  });
});
