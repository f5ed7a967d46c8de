import { type Claims, claimsOfToken } from './base/caller.ts';
import type { EntraSettings } from './base/doorSettings.ts';
import { AutomationError } from './base/errors.ts';

/** A token's claims, or why it is not believed: for the log, never for the caller. */
export type Checked = { readonly claims: Claims } | { readonly refused: string };
export type TokenCheck = (token: string) => Promise<Checked>;

/** A token of Entra ID has 1-4 KB, with many roles or groups more. */
const longestToken = 16 * 1024;
/** What clocks may differ; Microsoft's own libraries allow as much. */
const clockToleranceS = 300;
const keysKeptMs = 24 * 60 * 60 * 1_000;
/** A key that is not known is asked for at once, but not more often, or strangers could have the tenant asked all day. */
const keysAgainAfterMs = 30_000;
const keysTimeoutMs = 4_000;

type Jose = {
  readonly jose: typeof import('jose');
  readonly remote: ReturnType<typeof import('jose').createRemoteJWKSet>;
};

const unavailable = (cause: unknown): AutomationError =>
  new AutomationError('ERR_AZURE_UNAVAILABLE', 'The keys that tokens are checked with could not be fetched.', {
    remedy: 'Nothing to do: send it again. If it stays, check the network path from the app to Microsoft Entra ID.',
    retry: 'later',
    cause,
  });

/**
 * Checks tokens of one tenant: signature (RS256 by a key that the tenant publishes), issuer, audience, times, tenant.
 * Throws ERR_AZURE_UNAVAILABLE where no key could ever be fetched; keys once fetched outlive an outage of the tenant's.
 */
export const tokenCheck = (entra: EntraSettings, againAfterMs = keysAgainAfterMs): TokenCheck => {
  let loading: Promise<Jose> | undefined;
  const load = async (): Promise<Jose> => {
    const jose = await import('jose');
    const options = { cacheMaxAge: keysKeptMs, cooldownDuration: againAfterMs, timeoutDuration: keysTimeoutMs };
    return { jose, remote: jose.createRemoteJWKSet(new URL(entra.keysUrl), options) };
  };
  return async (token) => {
    if (token.length > longestToken) return { refused: 'the token is too long' };
    loading ??= load();
    const { jose, remote } = await loading;
    const verify = (keys: Parameters<typeof jose.jwtVerify>[1]) =>
      jose.jwtVerify(token, keys, {
        algorithms: ['RS256'],
        issuer: [...entra.issuers],
        audience: [...entra.audiences],
        requiredClaims: ['exp', 'tid'],
        clockTolerance: clockToleranceS,
      });
    /** Of jose's errors these are about the token; all others are about fetching the keys. */
    const aboutToken = (error: unknown): string | undefined => {
      if (error instanceof jose.errors.JWTClaimValidationFailed) return `${error.claim}: ${error.reason}`;
      const { JWTExpired, JWSInvalid, JWTInvalid, JWSSignatureVerificationFailed, JOSEAlgNotAllowed } = jose.errors;
      const { JWKSNoMatchingKey, JWKSMultipleMatchingKeys, JOSENotSupported } = jose.errors;
      const kinds = [JWTExpired, JWSInvalid, JWTInvalid, JWSSignatureVerificationFailed, JOSEAlgNotAllowed];
      const ofKeys = [JWKSNoMatchingKey, JWKSMultipleMatchingKeys, JOSENotSupported];
      return [...kinds, ...ofKeys].some((kind) => error instanceof kind) ? (error as { code: string }).code : undefined;
    };
    const judge = async (keys: Parameters<typeof verify>[0]): Promise<Checked> => {
      try {
        const claims = claimsOfToken((await verify(keys)).payload);
        return claims.tenantId?.toLowerCase() === entra.tenantId ? { claims } : { refused: 'another tenant' };
      } catch (error) {
        const refused = aboutToken(error);
        if (refused !== undefined) return { refused };
        throw error;
      }
    };
    try {
      return await judge(remote);
    } catch (cause) {
      const known = remote.jwks();
      if (known === undefined) throw unavailable(cause);
      return judge(jose.createLocalJWKSet(known));
    }
  };
};
