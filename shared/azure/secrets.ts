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
import { jsonIn } from './jsonIn.ts';
import { answerAtMost, everyStatus } from './readAtMost.ts';

const API_VERSION = '7.4';
const TIMEOUT_MS = 30_000;
/** A secret has 25,000 characters at most; its attributes and tags add little. */
const MOST_BYTES = 64 * 1_024;

/** Secrets kept where the operator put them. Nothing of their values is ever logged or put into a message. */
export interface Secrets {
  /** The value of a Key Vault secret by its address. Throws ERR_AZURE_*, naming the address; never shows the value. */
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

/** What a person needs of the address; what else stands in it may be a secret itself. */
const bare = ({ host, pathname }: URL): string => `${host}${pathname}`;

const tooLong = (where: string): AutomationError =>
  new AutomationError('ERR_AZURE_REJECTED', `The Key Vault answers with more than ${MOST_BYTES} bytes about ${where}`, {
    remedy: 'It was not read. See whether this is the address of a secret; a secret has 25,000 characters at most.',
  });

/** What the vault said in place of a value. */
const noValue = (where: string, status: number): AutomationError => {
  if (status === 403 || status === 401)
    return new AutomationError('ERR_AZURE_FORBIDDEN', `The Key Vault refuses reading ${where}`, {
      remedy: "Give the app's identity the role Key Vault Secrets User on this secret.",
    });
  if (status === 404) return refuse(`${where} is not there`);
  const what = status === 200 ? 'what is no secret' : `HTTP ${status}`;
  return new AutomationError('ERR_AZURE_UNAVAILABLE', `The Key Vault answers ${what} about ${where}`, {
    remedy: 'Nothing to do: it is tried again. If it stays, see whether this is the address of a secret.',
    retry: 'later',
  });
};

const requestOf = (url: URL) =>
  createPipelineRequest({
    url: url.href,
    method: 'GET',
    headers: createHttpHeaders({ Accept: 'application/json' }),
    timeout: TIMEOUT_MS,
    streamResponseStatusCodes: everyStatus,
    // The time-out above ends with the answer's headers; what follows them may drip.
    abortSignal: AbortSignal.timeout(TIMEOUT_MS),
  });

export const keyVaultSecrets = (options: SecretsOptions): Secrets => {
  const { vaultSuffix } = options;
  const arm = new URL(options.armOrigin);
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(
    bearerTokenAuthenticationPolicy({ credential: options.credential, scopes: [`https://${vaultSuffix}/.default`] }),
  );
  const httpClient = options.httpClient ?? createDefaultHttpClient();

  const ask = async (url: URL): Promise<{ readonly status: number; readonly text: string | null }> => {
    try {
      const answer = await pipeline.sendRequest(httpClient, requestOf(url));
      return { status: answer.status, text: await answerAtMost(answer, MOST_BYTES) };
    } catch (error) {
      throw transportFailure({ method: 'GET', id: bare(url) }, error);
    }
  };

  return {
    read: async (address) => {
      const url = new URL(address);
      const own = url.hostname.endsWith(`.${vaultSuffix}`) || (isLoopback(arm.hostname) && url.origin === arm.origin);
      // A token for the vaults goes to no other host, whatever the sites file says.
      if (!own) throw refuse(`${url.hostname} is not a Key Vault of this cloud (${vaultSuffix})`);
      url.searchParams.set('api-version', API_VERSION);
      const { status, text } = await ask(url);
      if (status !== 200) throw noValue(bare(url), status);
      if (text === null) throw tooLong(bare(url));
      const body = jsonIn(text);
      if (isObject(body) && typeof body['value'] === 'string') return body['value'];
      throw noValue(bare(url), status);
    },
  };
};
