import type { Answer } from './answer.ts';
import { gatewayError } from './answer.ts';
import { plainLocation } from './locations.ts';
import { checkBearer } from './tokens.ts';

/** What tokens for a vault are for, in each of the three clouds. */
const AUDIENCES = ['https://vault.azure.net', 'https://vault.usgovcloudapi.net', 'https://vault.azure.cn'];

interface Secret {
  readonly value: string;
  readonly location: string;
  readonly version: string;
}

/** The secrets of all vaults. A vault is a path here, since everything is on one host. */
export class KeyVaults {
  readonly #secrets = new Map<string, Secret>();

  set(vault: string, name: string, secret: { value: string; location?: string; version: string }): void {
    const { value, version, location = 'global' } = secret;
    this.#secrets.set(keyOf(vault, name), { value, version, location: plainLocation(location) });
  }

  get(vault: string, name: string): Secret | undefined {
    return this.#secrets.get(keyOf(vault, name));
  }

  drop(vault: string, name: string): void {
    this.#secrets.delete(keyOf(vault, name));
  }
}

function keyOf(vault: string, name: string): string {
  return `${vault}/${name}`.toLowerCase();
}

/** `https://host/vaults/<vault>/secrets/<name>`: what stands for `https://<vault>.vault.azure.net/secrets/<name>`. */
export function secretUrl(endpoint: string, vault: string, name: string): string {
  return `${endpoint}/vaults/${vault}/secrets/${name}`;
}

function vaultError(status: number, code: string, message: string, headers: Record<string, string> = {}): Answer {
  return { status, headers, body: { error: { code, message } } };
}

/** GET of a secret (data plane, api-version 7.4): a token for the vault and not for ARM. */
export function getSecret(
  of: { readonly vault: string; readonly name: string; readonly version: string | undefined },
  request: { readonly method: string; readonly url: URL; readonly authorization: string | undefined },
  vaults: KeyVaults,
  endpoint: string,
): Answer {
  if (checkBearer(request.authorization, AUDIENCES, Date.now()) !== undefined) {
    const message = 'AKV10000: Request is missing a Bearer or PoP token.';
    const challenge = `Bearer authorization="https://login.windows.net/common", resource="${AUDIENCES[0]}"`;
    return vaultError(401, 'Unauthorized', message, { 'www-authenticate': challenge });
  }
  if (request.method !== 'GET') return gatewayError(405, 'MethodNotAllowed', 'Only secrets can be read here.');
  if (!/^\d/.test(request.url.searchParams.get('api-version') ?? ''))
    return vaultError(400, 'BadParameter', 'AKV10027: Api version must be specified.');
  const secret = vaults.get(of.vault, of.name);
  if (secret === undefined || (of.version !== undefined && of.version !== secret.version)) {
    const message = `A secret with (name/id) ${of.name} was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command.`;
    return vaultError(404, 'SecretNotFound', message);
  }
  const id = `${secretUrl(endpoint, of.vault, of.name)}/${secret.version}`;
  return { status: 200, body: { value: secret.value, id, attributes: { enabled: true }, tags: {} } };
}
