import { byKey, type Caller, type Claims, claimsOfPrincipal, nameOfClaims, saysName } from './base/caller.ts';
import { type DoorSettings, type MachineCaller, openDoors } from './base/doorSettings.ts';
import { AutomationError } from './base/errors.ts';
import type { TokenCheck } from './bearer.ts';
import type { Ports } from './ports.ts';

/** Who may come in, and what checks a token; `wire.ts` builds it once. */
export type Doors = DoorSettings & { readonly checkToken: TokenCheck | null };

type Headers = { get(name: string): string | null };
type Request = { readonly headers: Headers };

/** The same words for every reason: whoever tries tokens learns nothing of which was nearly right. The log says why. */
const unknown = (): AutomationError =>
  new AutomationError('ERR_CALLER_UNKNOWN', 'It is not known who calls.', {
    remedy: "Send a token of the app's own tenant, made out to this app.",
  });

const refused = (message = 'This caller may not do that.'): AutomationError =>
  new AutomationError('ERR_CALLER_REFUSED', message, {
    remedy: "Ask whoever looks after the app's registration for its role.",
  });

const bearerOf = (headers: Headers): string | null => {
  const value = headers.get('authorization');
  return /^bearer +(\S+)$/i.exec(value ?? '')?.[1] ?? null;
};

const doorsOf = ({ doors }: Pick<Ports, 'doors'>): Doors => doors ?? { ...openDoors, checkToken: null };

const turnAway = (ports: Ports, door: string, why: string, error: AutomationError): AutomationError => {
  // Reasons hold names of claims and our own words; nothing that was sent.
  ports.log.warn('a caller was refused', { door, why, code: error.code });
  return error;
};

/** A token's claims. Throws ERR_CALLER_UNKNOWN where there is none that is believed. */
const claimsFrom = async (request: Request, check: TokenCheck, door: string, ports: Ports): Promise<Claims> => {
  const token = bearerOf(request.headers);
  if (token === null) throw turnAway(ports, door, 'no bearer token', unknown());
  const checked = await check(token);
  if ('refused' in checked) throw turnAway(ports, door, checked.refused, unknown());
  // An ID token is for a page that shows a name, and names no app that may call; only access tokens do.
  if (checked.claims.appId === null) throw turnAway(ports, door, 'no access token', unknown());
  return checked.claims;
};

/**
 * Lets a machine in at a webhook: with Entra ID set up only the app and role named, else whoever has the key that the
 * host asks for. Throws ERR_CALLER_UNKNOWN, ERR_CALLER_REFUSED, ERR_AZURE_UNAVAILABLE.
 */
export const admit = async (request: Request, door: 'alerts' | 'events', ports: Ports): Promise<void> => {
  const { entra, checkToken } = doorsOf(ports);
  if (entra === null || checkToken === null) return;
  const { appId, role }: MachineCaller = entra[door];
  const claims = await claimsFrom(request, checkToken, door, ports);
  if (claims.appId?.toLowerCase() !== appId) throw turnAway(ports, door, 'another app', refused());
  if (!claims.roles.includes(role)) throw turnAway(ports, door, 'without the role', refused());
};

/** Whether a door that can see no token has to stay shut. */
export const needsToken = (ports: Pick<Ports, 'doors'>): boolean => doorsOf(ports).entra !== null;

/** Whom the header of App Service names: claims, why they do not count, or null where it names nobody. */
const signedIn = (request: Request, doors: Doors): { readonly claims: Claims } | { readonly why: string } | null => {
  const principal = doors.appService ? request.headers.get('x-ms-client-principal') : null;
  if (principal === null) return null;
  const claims = claimsOfPrincipal(principal);
  if (claims === null) return { why: 'a principal that cannot be read' };
  const foreign = doors.entra !== null && claims.tenantId?.toLowerCase() !== doors.entra.tenantId;
  return foreign ? { why: 'another tenant' } : { claims };
};

const named = (claims: Claims, role: string, ports: Ports): Caller => {
  const by = nameOfClaims(claims);
  if (by === null) throw turnAway(ports, 'manual', 'claims that name nobody', unknown());
  if (!claims.roles.includes(role)) throw turnAway(ports, 'manual', 'without the role', refused());
  return { by, verified: true };
};

/**
 * Who decides: whom App Service authentication names, else whom a token names, else `claimed`, marked as the word of a
 * key's holder. A proof that fails is never passed over for the key. Throws ERR_CALLER_UNKNOWN, ERR_CALLER_REFUSED.
 */
export const callerOf = async (request: Request, claimed: string | undefined, ports: Ports): Promise<Caller> => {
  const doors = doorsOf(ports);
  const session = signedIn(request, doors);
  if (session !== null) {
    if ('why' in session) throw turnAway(ports, 'manual', session.why, unknown());
    return named(session.claims, doors.operatorRole, ports);
  }
  if (doors.checkToken !== null && request.headers.get('authorization') !== null)
    return named(await claimsFrom(request, doors.checkToken, 'manual', ports), doors.operatorRole, ports);
  return byKey(claimed);
};

/**
 * Stops a decision that nobody can be held to: one by nobody at all, and where the settings ask for more, one by a name
 * that nobody checked. Throws ERR_USAGE, ERR_CALLER_REFUSED.
 */
export const mayDecide = (caller: Caller, claimed: string | undefined, ports: Ports): void => {
  if (caller.verified) return;
  if (!doorsOf(ports).requireIdentity) {
    if (saysName(claimed)) return;
    throw new AutomationError('ERR_USAGE', 'by: a decision needs the name of whoever makes it.', {
      remedy: 'Send "by" with your name, or sign in; it is recorded with the decision.',
    });
  }
  const message = 'A function key alone decides nothing here: sign in.';
  throw turnAway(ports, 'manual', 'a key alone', refused(message));
};

/**
 * Who looks at a page, and whether a form on it would be taken from them. Refuses nobody and asks nobody: looking needs
 * no name, and a page that is refreshed all day must not fill the log with refusals.
 */
export const readerOf = (
  request: Request,
  ports: Pick<Ports, 'doors'>,
): { readonly name: string | null; readonly mayDecide: boolean } => {
  const doors = doorsOf(ports);
  const session = signedIn(request, doors);
  if (session === null) return { name: null, mayDecide: !doors.requireIdentity };
  if ('why' in session || !session.claims.roles.includes(doors.operatorRole)) return { name: null, mayDecide: false };
  const name = nameOfClaims(session.claims);
  return { name, mayDecide: name !== null };
};
