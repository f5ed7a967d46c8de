import type { Answer } from './answer.ts';
import { gatewayError } from './answer.ts';
import type { Denials } from './denials.ts';
import type { Facts } from './dispatch.ts';
import { dispatch } from './dispatch.ts';
import { isObject, type JsonObject } from './json.ts';
import { getSecret } from './keyVault.ts';
import { permissions } from './preflight.ts';
import type { Target } from './router.ts';
import { operationOf, resourceOf, subscriptionOf } from './router.ts';
import type { Throttles } from './throttle.ts';
import { checkBearer } from './tokens.ts';
import { download } from './vpnProfiles.ts';
import type { Call, Twist, World } from './world.ts';

/** A request as it arrived, before anybody looked at it. */
export interface Incoming {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly target: Target;
}

export interface FrontDoor {
  readonly world: World;
  readonly facts: Facts;
  readonly throttles: Throttles;
  readonly denials: Denials;
  readonly audiences: readonly string[];
  readonly objectId: string;
  readonly knowsSubscription: (subscription: string) => boolean;
}

function checkApiVersion(url: URL): Answer | undefined {
  const version = url.searchParams.get('api-version');
  if (version === null || version === '') {
    const message = 'The api-version query parameter (?api-version=) is required for all requests.';
    return gatewayError(400, 'MissingApiVersionParameter', message);
  }
  if (/^\d{4}-\d{2}-\d{2}(-preview)?$/.test(version)) return undefined;
  return gatewayError(400, 'InvalidApiVersionParameter', `The api-version '${version}' is invalid.`);
}

/** The JSON object of a request; `refused` when there is a body that is none. */
function readBody(incoming: Incoming): { body: JsonObject | undefined } | { refused: Answer } {
  if (incoming.text === '') return { body: undefined };
  if (!/^application\/json\b/i.test(incoming.headers['content-type'] ?? '')) {
    const message = `The content media type '${incoming.headers['content-type'] ?? ''}' is not supported. Only 'application/json' is supported.`;
    return { refused: gatewayError(415, 'UnsupportedMediaType', message) };
  }
  try {
    const body: unknown = JSON.parse(incoming.text);
    if (isObject(body)) return { body };
  } catch {
    // Falls through to the same refusal: not a JSON object.
  }
  const message = 'The request content was invalid and could not be deserialized.';
  return { refused: gatewayError(400, 'InvalidRequestContent', message) };
}

function checkCaller(door: FrontDoor, incoming: Incoming): Answer | undefined {
  const { target, method } = incoming;
  const subscription = subscriptionOf(target);
  const resource = resourceOf(target) ?? `/subscriptions/${subscription ?? ''}`;
  const refused =
    checkBearer(incoming.headers['authorization'], door.audiences, Date.now()) ?? checkApiVersion(incoming.url);
  if (refused !== undefined) return refused;
  if (subscription !== undefined && !door.knowsSubscription(subscription))
    return gatewayError(404, 'SubscriptionNotFound', `The subscription '${subscription}' could not be found.`);
  return door.denials.refuse(method, resource, operationOf(target), door.objectId);
}

function checkProvider(door: FrontDoor, incoming: Incoming, subscription: string, now: number): Answer | undefined {
  if (!/\/providers\/Microsoft\.Network\//i.test(incoming.url.pathname)) return undefined;
  if (incoming.target.kind === 'serviceTags') return door.throttles.serviceTags(subscription, now);
  return door.throttles.network(subscription, incoming.method, now);
}

/** Lets a request in (token, api-version, subscription, permission, throttles) and has it carried out. */
export function serve(door: FrontDoor, incoming: Incoming, twist: Twist): Answer {
  const now = door.world.clock.now();
  // Storage, not ARM: the link itself is the permission.
  if (incoming.target.kind === 'package') return download(incoming.target.name, incoming, door.world);
  if (incoming.target.kind === 'secret') {
    const { method, url, headers } = incoming;
    const request = { method, url, authorization: headers['authorization'] };
    return getSecret(incoming.target, request, door.world.vaults, door.world.endpoint());
  }
  const stopped = checkCaller(door, incoming);
  if (stopped !== undefined) return stopped;
  const subscription = subscriptionOf(incoming.target) ?? '';
  const operation = `${incoming.method}/${operationOf(incoming.target)}`.toUpperCase();
  const verdict = door.throttles.frontDoor(subscription, incoming.method, operation, now);
  if ('refused' in verdict) return verdict.refused;
  const read = readBody(incoming);
  if ('refused' in read) return read.refused;
  const call: Call = {
    method: incoming.method,
    url: incoming.url,
    headers: incoming.headers,
    body: read.body,
    apiVersion: incoming.url.searchParams.get('api-version') ?? '',
    now,
    twist,
  };
  const answer =
    checkProvider(door, incoming, subscription, now) ??
    (incoming.target.kind === 'permissions'
      ? permissions(incoming.target.scope, door.denials, door.world)
      : dispatch(incoming.target, call, door.world, door.facts));
  // The gateway's own 404 carries no quota (recorded).
  if (answer.headers?.['x-ms-failure-cause'] === 'gateway') return answer;
  return { ...answer, headers: { ...verdict.headers, ...answer.headers } };
}
