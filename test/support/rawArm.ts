import { request } from 'node:https';
import type { Json, JsonObject } from '../../simulator/arm/json.ts';
import { objectAt, objectsAt, stringAt } from '../../simulator/arm/json.ts';
import type { Arm, ArmOptions } from '../../simulator/arm/server.ts';
import { startArm } from '../../simulator/arm/server.ts';
import { AUDIENCES, issueToken } from '../../simulator/arm/tokens.ts';
import { ManualClock } from '../../simulator/clock.ts';

export const SUBSCRIPTION = '00000000-0000-0000-0000-000000000001';
export const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg`;
export const NETWORK = `${GROUP}/providers/Microsoft.Network`;
export const TABLE = `${NETWORK}/routeTables/rt`;

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body where it is a JSON object, else an empty one. */
  readonly body: JsonObject;
}

/** Headers over the usual ones; undefined leaves one out. */
export type RawHeaders = Record<string, string | undefined>;

export const TOKEN = issueToken(AUDIENCES.Public[1] ?? '', Date.now(), 3_600, 'test');

/** Sends one https request and trusts this server's CA only. */
export function call(
  arm: Arm,
  method: string,
  path: string,
  body?: Json,
  headers: RawHeaders = {},
): Promise<RawAnswer> {
  const version = path.includes('api-version') ? '' : `${path.includes('?') ? '&' : '?'}api-version=2025-03-01`;
  const url = path.startsWith('https://') ? path : `${arm.endpoint}${path}${version}`;
  const all = {
    authorization: `Bearer ${TOKEN}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
  };
  const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers: sent, ca: arm.ca, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve(answer(response.statusCode ?? 0, response.headers, Buffer.concat(chunks).toString())),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  });
}

function answer(status: number, raw: NodeJS.Dict<string | string[]>, text: string): RawAnswer {
  const headers = Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, String(value)]));
  const isJson = headers['content-type']?.startsWith('application/json') === true && text.startsWith('{');
  return { status, headers, text, body: isJson ? (JSON.parse(text) as JsonObject) : {} };
}

/** The error code, and the codes of its details. */
export function codes(raw: RawAnswer): string[] {
  const error = objectAt(raw.body, 'error');
  return [
    stringAt(error, 'code') ?? '',
    ...objectsAt(error, 'details').map((detail) => stringAt(detail, 'code') ?? ''),
  ];
}

export function message(raw: RawAnswer): string {
  const error = objectAt(raw.body, 'error');
  return stringAt(objectsAt(error, 'details')[0], 'message') ?? stringAt(error, 'message') ?? '';
}

/** Polls once, after as long as the last answer allowed. */
export async function poll(arm: Arm, clock: ManualClock, accepted: RawAnswer): Promise<RawAnswer> {
  clock.advance(Number(accepted.headers['retry-after'] ?? '0') * 1_000);
  return call(arm, 'GET', accepted.headers['azure-asyncoperation'] ?? '');
}

/** A server on a clock that stands still at 2026-07-20, and what stops it. */
export async function startTestArm(options: Omit<ArmOptions, 'clock'> = {}) {
  const clock = new ManualClock(Date.parse('2026-07-20T08:00:00Z'));
  const arm = await startArm({ clock, ...options });
  return { arm, clock, [Symbol.asyncDispose]: () => arm.close() };
}

/** A route to an appliance. */
export function applianceRoute(name: string, addressPrefix: string, extra: JsonObject = {}): JsonObject {
  return {
    name,
    properties: { addressPrefix, nextHopType: 'VirtualAppliance', nextHopIpAddress: '172.16.1.4', ...extra },
  };
}

export function table(...routes: JsonObject[]): JsonObject {
  return { location: 'usgovvirginia', properties: { routes } };
}
