import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Effect, Faults, Struck } from './faults.ts';
import { answerOf } from './faults.ts';
import type { FrontDoor, Incoming } from './frontDoor.ts';
import { serve } from './frontDoor.ts';
import type { Json } from './json.ts';
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

/** How many seconds too early a poll comes, by the Retry-After it was last given. */
function earlyBy(parts: Parts, incoming: Incoming): number | undefined {
  const { target } = incoming;
  if (target.kind !== 'operation' && target.kind !== 'operationResult') return undefined;
  const operation = parts.door.world.operations.get(target.operation);
  const early = ((operation?.notBefore ?? 0) - parts.door.world.clock.now()) / 1_000;
  // The results address is asked after the status address said Succeeded, whose last answer has no Retry-After.
  return early > 0 && operation?.status === 'InProgress' ? early : undefined;
}

function record(
  parts: Parts,
  incoming: Incoming,
  rendered: Rendered | undefined,
  struck: Struck | undefined,
  early: number | undefined,
): void {
  const { authorization: _secret, ...requestHeaders } = incoming.headers;
  const fault = struck?.fault.name ?? struck?.fault.effect.kind;
  parts.requests.push({
    at: parts.door.world.clock.now(),
    label: labelOf(incoming.target, incoming.method),
    method: incoming.method,
    url: incoming.url.toString(),
    requestHeaders,
    requestBody: parsed(incoming.text),
    status: rendered?.status ?? 0,
    responseHeaders: rendered?.headers ?? {},
    responseBody: parsed(rendered?.text ?? ''),
    ...(fault === undefined ? {} : { fault }),
    ...(early === undefined ? {} : { earlyBySeconds: early }),
  });
}

/** One request from the first byte to the last: faults, the answer, the recording. */
export async function exchange(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { world } = parts.door;
  const url = new URL(request.url ?? '/', world.endpoint());
  const method = (request.method ?? 'GET').toUpperCase();
  const target = route(decodeURIComponent(url.pathname));
  const incoming: Incoming = { method, url, headers: headersOf(request), text: await readText(request), target };
  world.operations.settle(world.clock.now());
  const seen = { method, url: url.pathname + url.search, resource: resourceOf(target), label: labelOf(target, method) };
  const struck = parts.faults.strike(seen);
  const effect = struck?.fault.effect;
  const early = earlyBy(parts, incoming);
  const cut = effect?.kind === 'connectionReset' ? effect : undefined;
  if (cut?.applied === false) return reset(parts, incoming, request, struck);
  const twist = twistOf(effect);
  if (effect?.kind === 'duplicate') serve(parts.door, incoming, twist);
  const planted = effect === undefined ? undefined : answerOf(effect, seen);
  const answer = planted ?? serve(parts.door, incoming, twist);
  if (cut !== undefined) return reset(parts, incoming, request, struck);
  const rendered = render(answer, parts.newGuid, world.clock.now());
  record(parts, incoming, rendered, struck, early);
  if (effect?.kind === 'hang') await struck?.released;
  if (!response.destroyed) send(response, rendered);
}

function reset(parts: Parts, incoming: Incoming, request: IncomingMessage, struck: Struck | undefined): void {
  record(parts, incoming, undefined, struck, undefined);
  request.socket.destroy();
}
