import { describe, expect, it } from 'vitest';
import { keyVaultSecrets } from '../shared/azure/secrets.ts';

const asking = () => {
  const asked: string[] = [];
  const tokens: string[] = [];
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
        return { request, status: 404, headers: request.headers };
      },
    },
  });
  return { secrets, asked, tokens };
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
