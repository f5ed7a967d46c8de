import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
} from '@azure/core-rest-pipeline';
import type { TokenCredential } from '@azure/identity';
import { isObject } from '../base/canonical.ts';
import { AutomationError } from '../base/errors.ts';
import { transportFailure } from './failures.ts';

const API_VERSION = '7.4';
const TIMEOUT_MS = 30_000;

/** Secrets kept where the operator put them. Nothing of their values is ever logged or put into a message. */
export interface Secrets {
  /** The value of a Key Vault secret by its address. Throws ERR_AZURE_*; never shows the value. */
  read(address: string): Promise<string>;
}

export type SecretsOptions = {
  readonly credential: TokenCredential;
  /** Of the cloud's vaults, such as `vault.azure.net`. */
  readonly vaultSuffix: string;
  /** ARM's own origin: where a simulation plays it, it plays the vault, too. */
  readonly armOrigin: string;
  readonly httpClient?: HttpClient;
};

const isLoopback = (host: string): boolean => host === '127.0.0.1' || host === 'localhost';

const refuse = (message: string): AutomationError =>
  new AutomationError('ERR_AZURE_REJECTED', message, {
    remedy:
      "Give it in the sites file (move.sharedKey, move.radiusSecret) as the address of a secret in this cloud's Key Vault.",
  });

export const keyVaultSecrets = (options: SecretsOptions): Secrets => {
  const { vaultSuffix } = options;
  const arm = new URL(options.armOrigin);
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(
    bearerTokenAuthenticationPolicy({ credential: options.credential, scopes: [`https://${vaultSuffix}/.default`] }),
  );
  const httpClient = options.httpClient ?? createDefaultHttpClient();
  return {
    read: async (address) => {
      const url = new URL(address);
      const own = url.hostname.endsWith(`.${vaultSuffix}`) || (isLoopback(arm.hostname) && url.origin === arm.origin);
      // A token for the vaults goes to no other host, whatever the sites file says.
      if (!own) throw refuse(`${url.hostname} is not a Key Vault of this cloud (${vaultSuffix})`);
      url.searchParams.set('api-version', API_VERSION);
      const asked = { method: 'GET', id: url.pathname } as const;
      const request = createPipelineRequest({
        url: url.href,
        method: 'GET',
        headers: createHttpHeaders({ Accept: 'application/json' }),
        timeout: TIMEOUT_MS,
      });
      const answer = await pipeline.sendRequest(httpClient, request).catch((error: unknown) => {
        throw transportFailure(asked, error);
      });
      if (answer.status === 200) {
        const body: unknown = JSON.parse(answer.bodyAsText ?? 'null');
        if (isObject(body) && typeof body['value'] === 'string') return body['value'];
      }
      if (answer.status === 403 || answer.status === 401)
        throw new AutomationError('ERR_AZURE_FORBIDDEN', `The Key Vault refuses reading ${url.pathname}`, {
          remedy: "Give the app's identity the role Key Vault Secrets User on this secret.",
        });
      if (answer.status === 404) throw refuse(`${url.hostname}${url.pathname} is not there`);
      throw new AutomationError('ERR_AZURE_UNAVAILABLE', `The Key Vault answered ${answer.status}`, {
        remedy: 'Nothing to do: it is tried again.',
        retry: 'later',
      });
    },
  };
};
