import { isObject } from './canonical.ts';

/** What is known of somebody who proved who they are. Texts are as the tenant wrote them. */
export type Claims = {
  readonly tenantId: string | null;
  /** The app that asked for the token. */
  readonly appId: string | null;
  /** A person's sign-in name, else the display name; null for an app by itself. */
  readonly name: string | null;
  readonly objectId: string | null;
  readonly roles: readonly string[];
};

/** A caller that is let in: by whom a decision is recorded to be. */
export type Caller = { readonly by: string; readonly verified: boolean };

const longestName = 120;

/** One printable line: what is recorded ends up on pages, terminals and mails. */
const lineOf = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    .replace(/[\u0000-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]+/g, ' ')
    .trim()
    .slice(0, longestName);

const text = (value: unknown): string | null => (typeof value === 'string' && value.trim() !== '' ? value : null);
const texts = (value: unknown): string[] => {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((item): item is string => typeof item === 'string');
};

/** The payload of a verified token of Entra ID, version 1.0 or 2.0. */
export const claimsOfToken = (payload: Readonly<Record<string, unknown>>): Claims => ({
  tenantId: text(payload['tid']),
  appId: text(payload['azp']) ?? text(payload['appid']),
  name:
    text(payload['preferred_username']) ??
    text(payload['upn']) ??
    text(payload['unique_name']) ??
    text(payload['name']),
  objectId: text(payload['oid']),
  roles: texts(payload['roles']),
});

const schemas = 'http://schemas.microsoft.com/identity/claims';
const soap = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';
const longestHeader = 32 * 1024;

/**
 * The header `x-ms-client-principal` of App Service authentication: base64 of
 * `{ "auth_typ": "aad", "claims": [{ "typ": "roles", "val": "..." }], "name_typ": ..., "role_typ": ... }`. Claim types come
 * mapped or as in the token. Null where it is none of Entra ID's.
 */
export const claimsOfPrincipal = (header: string): Claims | null => {
  if (header.length > longestHeader) return null;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(header, 'base64').toString('utf8'));
  } catch {
    return null;
  }
  if (!isObject(value) || value['auth_typ'] !== 'aad' || !Array.isArray(value['claims'])) return null;
  const claims = value['claims'].filter(isObject);
  const all = (...types: unknown[]): string[] =>
    claims.filter(({ typ }) => types.includes(typ)).flatMap(({ val }) => texts(val));
  const first = (...types: string[]): string | null => {
    for (const type of types) for (const found of all(type)) if (text(found) !== null) return found;
    return null;
  };
  return {
    tenantId: first('tid', `${schemas}/tenantid`),
    appId: first('azp', 'appid'),
    name: first(
      'preferred_username',
      'upn',
      `${soap}/upn`,
      'unique_name',
      `${soap}/name`,
      `${soap}/emailaddress`,
      'name',
    ),
    objectId: first('oid', `${schemas}/objectidentifier`),
    roles: all('roles', value['role_typ'] ?? 'roles'),
  };
};

/** Whom a decision is recorded to be by; null where the claims name nobody at all. */
export const nameOfClaims = ({ name, appId, objectId }: Claims): string | null => {
  if (name !== null && lineOf(name) !== '') return lineOf(name);
  if (appId !== null) return `app ${lineOf(appId)}`;
  return objectId === null ? null : `object ${lineOf(objectId)}`;
};

/** Whether a caller says who it is at all. */
export const saysName = (claimed: string | undefined): boolean => lineOf(claimed ?? '') !== '';

/** Whoever holds a function key may call themselves what they like; the record says that nobody checked. */
export const byKey = (claimed: string | undefined): Caller => ({
  by: `${lineOf(claimed ?? '') || 'somebody'} (by key)`,
  verified: false,
});
