import type { Answer } from './answer.ts';
import { gatewayError } from './answer.ts';
import { isObject } from './json.ts';

export type Cloud = 'Public' | 'AzureGovernment' | 'China';

/** The audiences ARM accepts in each cloud, without a trailing slash. */
export const AUDIENCES: Readonly<Record<Cloud, readonly string[]>> = {
  Public: ['https://management.core.windows.net', 'https://management.azure.com'],
  AzureGovernment: ['https://management.core.usgovcloudapi.net', 'https://management.usgovcloudapi.net'],
  China: ['https://management.core.chinacloudapi.cn', 'https://management.chinacloudapi.cn'],
};

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * A bearer token for `audience`, good for `lifetimeSeconds` of wall-clock time. It says itself what it is for and is not
 * signed: the identity client caches tokens per process, so one server's token must be good at the next server, too.
 */
export function issueToken(audience: string, wallNowMs: number, lifetimeSeconds: number, objectId: string): string {
  const now = Math.floor(wallNowMs / 1_000);
  const claims = { aud: audience, iss: 'simulated', oid: objectId, nbf: now - 60, exp: now + lifetimeSeconds };
  return `${encode({ typ: 'JWT', alg: 'none' })}.${encode(claims)}.`;
}

function claimsOf(token: string): Record<string, unknown> | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return isObject(claims) ? claims : undefined;
  } catch {
    return undefined;
  }
}

function challenge(description: string): Record<string, string> {
  return {
    'www-authenticate': `Bearer authorization_uri="https://login.windows.net/", error="invalid_token", error_description="${description}"`,
  };
}

/** Refuses a request without a token, with a broken or expired one, or with one for another audience. */
export function checkBearer(
  authorization: string | undefined,
  audiences: readonly string[],
  wallNowMs: number,
): Answer | undefined {
  if (authorization === undefined) {
    const message = "Authentication failed. The 'Authorization' header is missing.";
    return gatewayError(401, 'AuthenticationFailed', message, challenge(message));
  }
  const claims = claimsOf(/^Bearer (.+)$/i.exec(authorization)?.[1] ?? '');
  if (claims === undefined) return invalidToken('The access token is invalid.');
  if (typeof claims['exp'] !== 'number' || claims['exp'] * 1_000 <= wallNowMs) {
    const message = 'The access token expiry UTC time is earlier than current UTC time.';
    return gatewayError(401, 'ExpiredAuthenticationToken', message, challenge(message));
  }
  const audience = String(claims['aud']);
  if (audiences.includes(audience.replace(/\/$/, ''))) return undefined;
  const allowed = audiences.map((each) => `'${each}/','${each}'`).join(',');
  const message = `The access token has been obtained for wrong audience or resource '${audience}'. It should exactly match with one of the allowed audiences ${allowed}.`;
  return gatewayError(401, 'InvalidAuthenticationTokenAudience', message, challenge('wrong audience'));
}

export function invalidToken(message: string): Answer {
  return gatewayError(401, 'InvalidAuthenticationToken', message, challenge(message));
}
