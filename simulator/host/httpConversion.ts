import type { IncomingMessage } from 'node:http';
import type { Nullable, RpcHttpCookie, RpcHttpData, RpcTypedData } from './core.ts';

/** An answer as the server writes it. */
export interface Answer {
  readonly status: number;
  readonly headers?: ReadonlyArray<readonly [string, string]>;
  readonly body?: Uint8Array | string;
}

/**
 * App Service authentication in front of the app, anonymous callers let through: whom a request's session names, as
 * claims of Entra ID, or undefined.
 */
export type SignIn = (header: (name: string) => string | undefined) => readonly PrincipalClaim[] | undefined;
export interface PrincipalClaim {
  readonly typ: string;
  readonly val: string;
}

const roleType = 'roles';
const nameType = 'preferred_username';

/** Its headers come from it alone: whatever a caller sends under such names is dropped. */
function withPrincipal(
  sent: ReadonlyArray<readonly [string, string]>,
  signIn: SignIn,
): ReadonlyArray<readonly [string, string]> {
  const own = sent.filter(([key]) => !key.startsWith('x-ms-client-principal'));
  const claims = signIn((name) => own.find(([key]) => key === name)?.[1]);
  if (claims === undefined) return own;
  const principal = { auth_typ: 'aad', claims, name_typ: nameType, role_typ: roleType };
  const value = (typ: string): string => claims.find((claim) => claim.typ === typ)?.val ?? '';
  return [
    ...own,
    ['x-ms-client-principal', Buffer.from(JSON.stringify(principal)).toString('base64')],
    ['x-ms-client-principal-id', value('oid')],
    ['x-ms-client-principal-name', value(nameType)],
    ['x-ms-client-principal-idp', 'aad'],
  ];
}

const nullable = (entries: Iterable<readonly [string, string]>): Record<string, Nullable<string>> =>
  Object.fromEntries([...entries].map(([key, value]) => [key, { value }]));

/** Repeated query parameters reach the function joined by commas, as from the real host. */
function queryOf(url: URL): Array<readonly [string, string]> {
  return [...new Set(url.searchParams.keys())].map((key) => [key, url.searchParams.getAll(key).join(',')] as const);
}

/** The request as the worker would get it from the host. */
export function toRpcRequest(
  request: IncomingMessage,
  url: URL,
  params: Readonly<Record<string, string>>,
  body: Uint8Array,
  signIn?: SignIn,
): RpcHttpData {
  const sent = Object.entries(request.headers).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, Array.isArray(value) ? value.join(', ') : value] as const],
  );
  const headers = signIn === undefined ? sent : withPrincipal(sent, signIn);
  return {
    method: request.method ?? 'GET',
    url: url.href,
    nullableHeaders: nullable(headers),
    nullableQuery: nullable(queryOf(url)),
    nullableParams: nullable(Object.entries(params)),
    ...(body.length === 0 ? {} : { body: { bytes: body } }),
  };
}

const sameSites = { none: undefined, lax: 'Lax', strict: 'Strict', explicitNone: 'None' } as const;

function expiry(value: unknown): string | undefined {
  const seconds = (value as { seconds?: unknown } | undefined)?.seconds;
  return typeof seconds === 'number' || typeof seconds === 'string'
    ? new Date(Number(seconds) * 1000).toUTCString()
    : undefined;
}

function setCookie(cookie: RpcHttpCookie): string {
  const sameSite = sameSites[cookie.sameSite ?? 'none'];
  const expires = expiry(cookie.expires?.value);
  return [
    `${encodeURIComponent(cookie.name)}=${encodeURIComponent(cookie.value)}`,
    cookie.maxAge?.value === undefined ? '' : `Max-Age=${Math.floor(cookie.maxAge.value)}`,
    cookie.domain?.value === undefined ? '' : `Domain=${cookie.domain.value}`,
    cookie.path?.value === undefined ? '' : `Path=${cookie.path.value}`,
    expires === undefined ? '' : `Expires=${expires}`,
    cookie.httpOnly?.value ? 'HttpOnly' : '',
    cookie.secure?.value ? 'Secure' : '',
    sameSite === undefined ? '' : `SameSite=${sameSite}`,
  ]
    .filter((part) => part !== '')
    .join('; ');
}

/** The function's answer; a function that returned nothing answers 204, as the host documents. */
export function toAnswer(returned: RpcTypedData | null | undefined): Answer {
  const http = returned?.http;
  if (http === undefined) return { status: 204 };
  const cookies = (http.cookies ?? []).map((cookie) => ['set-cookie', setCookie(cookie)] as const);
  const body = http.body?.bytes ?? http.body?.string;
  return {
    status: Number(http.statusCode ?? 200),
    headers: [...Object.entries(http.headers ?? {}), ...cookies],
    ...(body === undefined ? {} : { body }),
  };
}
