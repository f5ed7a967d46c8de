import type { IncomingMessage, ServerResponse } from 'node:http';
import { unavailablePage } from './answer.ts';
import type { Effect, Faults, Struck } from './faults.ts';
import { answerOf } from './faults.ts';
import type { FrontDoor, Incoming } from './frontDoor.ts';
import { serve } from './frontDoor.ts';
import type { Json } from './json.ts';
import { isObject } from './json.ts';
import type { RecordedExchange } from './recorded.ts';
import { labelOf, resourceOf, route } from './router.ts';
import type { Rendered } from './wire.ts';
import { headersOf, readText, render, send } from './wire.ts';
import type { Twist } from './world.ts';

interface Parts {
  readonly door: FrontDoor;
  readonly faults: Faults;
  readonly requests: RecordedExchange[];
  readonly newGuid: () => string;
}

function twistOf(effect: Effect | undefined): Twist {
  switch (effect?.kind) {
    case 'operationFails':
      return { failsWith: { code: effect.code, message: effect.message } };
    case 'operationNeverEnds':
      return { neverEnds: true };
    case 'operationTakes':
      return { seconds: effect.seconds };
    case 'staysUpdating':
      return { lagSeconds: effect.seconds };
    default:
      return {};
  }
}

function parsed(text: string): Json | undefined {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** How a poll stands to the Retry-After it was last given. */
interface Punctuality {
  readonly retryAfterSeconds?: number;
  readonly waitedSeconds?: number;
  readonly earlyBySeconds?: number;
}

function punctuality(parts: Parts, incoming: Incoming): Punctuality {
  const { target } = incoming;
  if (!('operation' in target)) return {};
  const operation = parts.door.world.operations.get(target.operation);
  // The results address is asked after the status address said Succeeded, whose last answer has no Retry-After.
  if (operation === undefined || operation.told) return {};
  const waitedSeconds = (parts.door.world.clock.now() - operation.answeredAt) / 1_000;
  const early = operation.retryAfter - waitedSeconds;
  return {
    retryAfterSeconds: operation.retryAfter,
    waitedSeconds,
    ...(early > 0 && operation.status === 'InProgress' ? { earlyBySeconds: early } : {}),
  };
}

/** What befell a request: the fault that struck it or the region it was for, and how punctual it was. */
interface Fate extends Punctuality {
  readonly fault?: string;
}

function record(parts: Parts, incoming: Incoming, rendered: Rendered | undefined, fate: Fate): void {
  const { authorization: _secret, ...requestHeaders } = incoming.headers;
  parts.requests.push({
    at: parts.door.world.clock.now(),
    label: labelOf(incoming.target, incoming.method),
    method: incoming.method,
    url: withoutSignature(incoming.url),
    requestHeaders,
    requestBody: parsed(incoming.text),
    status: rendered?.status ?? 0,
    responseHeaders: rendered?.headers ?? {},
    responseBody: shownBody(incoming, rendered),
    ...fate,
  });
}

function faultNameOf(struck: Struck | undefined): Fate {
  const fault = struck?.fault.name ?? struck?.fault.effect.kind;
  return fault === undefined ? {} : { fault };
}

/** What a region that answers nothing does with a request for it; undefined lets the request through. */
async function dead(parts: Parts, incoming: Incoming, exchanged: Exchanged): Promise<'gone' | undefined> {
  const { world } = parts.door;
  const silence = world.silence.over(incoming.target, incoming.method, parsed(incoming.text), world);
  if (silence === undefined) return undefined;
  const fate = { fault: `deadRegion ${silence.location}`, ...punctuality(parts, incoming) };
  if (silence.mode === 'unavailable') {
    const rendered = render(unavailablePage(), parts.newGuid, world.clock.now());
    record(parts, incoming, rendered, fate);
    send(exchanged.response, rendered);
    return 'gone';
  }
  record(parts, incoming, undefined, fate);
  if (silence.mode === 'hanging') await silence.lifted;
  exchanged.request.socket.destroy();
  return 'gone';
}

interface Exchanged {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** One request from the first byte to the last: faults, the answer, the recording. */
export async function exchange(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { world } = parts.door;
  const url = new URL(request.url ?? '/', world.endpoint());
  const method = (request.method ?? 'GET').toUpperCase();
  const target = route(decodeURIComponent(url.pathname));
  const incoming: Incoming = { method, url, headers: headersOf(request), text: await readText(request), target };
  world.operations.settle(world.clock.now());
  if ((await dead(parts, incoming, { request, response })) === 'gone') return;
  const seen = { method, url: url.pathname + url.search, resource: resourceOf(target), label: labelOf(target, method) };
  const struck = parts.faults.strike(seen);
  const effect = struck?.fault.effect;
  const fate = { ...faultNameOf(struck), ...punctuality(parts, incoming) };
  const cut = effect?.kind === 'connectionReset' ? effect : undefined;
  if (cut?.applied === false) return reset(parts, incoming, request, faultNameOf(struck));
  const twist = twistOf(effect);
  if (effect?.kind === 'duplicate') serve(parts.door, incoming, twist);
  const planted = effect === undefined ? undefined : answerOf(effect, seen);
  const answer = planted ?? serve(parts.door, incoming, twist);
  if (cut !== undefined) return reset(parts, incoming, request, faultNameOf(struck));
  const rendered = render(answer, parts.newGuid, world.clock.now());
  record(parts, incoming, rendered, fate);
  if (effect?.kind === 'hang') await struck?.released;
  if (!response.destroyed) send(response, rendered);
}

function reset(parts: Parts, incoming: Incoming, request: IncomingMessage, fate: Fate): void {
  record(parts, incoming, undefined, fate);
  request.socket.destroy();
}

/** The answer's body; keys in it are not recorded. */
function shownBody({ target }: Incoming, rendered: Rendered | undefined): Json | undefined {
  const body = parsed(rendered?.text ?? '');
  const secret = target.kind === 'secret' || (target.kind === 'action' && target.action.name === 'sharedkey');
  return secret && isObject(body) && 'value' in body ? { ...body, value: 'not kept' } : body;
}

/** A signature that opens a package is a secret. */
function withoutSignature(url: URL): string {
  if (!url.searchParams.has('sig')) return url.toString();
  const shown = new URL(url);
  shown.searchParams.set('sig', 'not-kept');
  return shown.toString();
}
