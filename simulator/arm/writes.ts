import type { Answer } from './answer.ts';
import { gatewayError } from './answer.ts';
import { etagMismatch } from './faults.ts';
import { missingGroup, parentNotFound, resourceNotFound } from './found.ts';
import type { ResourceId } from './ids.ts';
import { parentId } from './ids.ts';
import type { JsonObject } from './json.ts';
import { objectAt, objectsAt, stringAt } from './json.ts';
import { ipv6InRules } from './kinds/azureFirewalls.ts';
import { checkName } from './kinds/checks.ts';
import type { ChildKind, Kind } from './kinds/kind.ts';
import { checkReferences, locked } from './locks.ts';
import type { Operation } from './operations.ts';
import { operationUrl } from './operations.ts';
import { childOf, presented } from './reads.ts';
import type { Duration } from './settings.ts';
import { build, stamp, weakEtag } from './shape.ts';
import type { Stored } from './store.ts';
import type { Call, World } from './world.ts';

function preconditionFailed(call: Call, current: JsonObject | undefined, resource: string): Answer | undefined {
  const given = call.headers['if-match'];
  const etag = stringAt(current, 'etag');
  if (given === undefined || given === etag || (given === '*' && current !== undefined)) return undefined;
  return etagMismatch(given, etag ?? '', resource);
}

/** `PUT` needs a JSON object, and a location for what is tracked. */
function checkEnvelope(id: ResourceId, body: JsonObject | undefined, stored: Stored | undefined): Answer | undefined {
  if (body === undefined)
    return gatewayError(400, 'InvalidRequestContent', 'The request content was invalid and could not be deserialized.');
  const location = stringAt(body, 'location');
  if (location === undefined || location === '')
    return gatewayError(400, 'LocationRequired', 'The location property is required for this definition.');
  const current = stringAt(stored?.body, 'location');
  if (current === undefined || plain(current) === plain(location)) return undefined;
  const message = `The resource '${id.names[0]}' already exists in location '${current}' in resource group '${id.resourceGroup}'. A resource with the same name cannot be created in location '${location}'. Please select a new resource name.`;
  return gatewayError(409, 'InvalidResourceLocation', message);
}

/** Locations are compared without blanks and case: `US Gov Virginia` is `usgovvirginia`. */
function plain(location: string): string {
  return location.replaceAll(' ', '').toLowerCase();
}

interface Accepted {
  readonly kind: Kind;
  readonly stored: Stored;
  readonly name: string;
  readonly seconds: number;
  readonly duration: Duration;
  readonly retryAfter: number;
  /** Set when one child is written: the others keep saying Succeeded. */
  readonly only?: string;
  /** Carries the end out; returns false when the resource is gone with it. */
  readonly end: (stored: Stored) => boolean;
}

/** Starts the operation of a write that was accepted; what the fault said about it comes first. */
function begin(accepted: Accepted, call: Call, world: World): Operation {
  const { kind, stored } = accepted;
  const { twist } = call;
  const broken = accepted.name.startsWith('Put') ? ipv6InRules(stored.body) : undefined;
  const failsWith =
    twist.failsWith ??
    // The code is our guess; that the firewall fails is documented.
    (broken === undefined
      ? undefined
      : { code: 'AzureFirewallInvalidRule', message: `Address ${broken} in a rule is not an IPv4 address.` });
  return world.operations.start(
    {
      name: accepted.name,
      resource: stored.id.text,
      subscription: stored.id.subscription,
      location: plain(stringAt(stored.body, 'location') ?? 'global'),
      apiVersion: call.apiVersion,
      seconds: twist.neverEnds === true ? Number.POSITIVE_INFINITY : (twist.seconds ?? accepted.seconds),
      firstRetryAfter: accepted.retryAfter,
      ...(failsWith === undefined ? {} : { failsWith }),
      onDone: (operation, at) => {
        const now = world.env.store.get(stored.id.text);
        if (now === undefined) return;
        const failed = operation.status === 'Failed';
        if (!failed && !accepted.end(now)) return;
        const etag = weakEtag(world.env.newGuid);
        const lag = failed ? 0 : (twist.lagSeconds ?? accepted.duration.lag);
        stamp(kind, now.body, etag, failed ? 'Failed' : lag > 0 ? 'Updating' : 'Succeeded', accepted.only);
        if (lag > 0) world.operations.later(at + lag * 1_000, () => settleLate(kind, stored.id, etag, world));
      },
    },
    world.env.newGuid(),
    call.now,
  );
}

/** The end of a lag: nothing happens when somebody wrote in between. */
function settleLate(kind: Kind, id: ResourceId, etag: string, world: World): void {
  const stored = world.env.store.get(id.text);
  if (stored === undefined || stringAt(stored.body, 'etag') !== etag) return;
  stamp(kind, stored.body, weakEtag(world.env.newGuid), 'Succeeded');
}

function asyncHeaders(operation: Operation, retryAfter: number | undefined, world: World): Record<string, string> {
  return {
    'azure-asyncoperation': operationUrl(world.endpoint(), operation, 'operations'),
    'azure-asyncnotification': 'Enabled',
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
  };
}

/** PUT of a whole resource: what the body leaves out is gone afterwards. */
export function putResource(kind: Kind, id: ResourceId, call: Call, world: World): Answer {
  const stored = world.env.store.get(id.text);
  const refused =
    missingGroup(id, world) ??
    checkEnvelope(id, call.body, stored) ??
    checkName(id.names[0] ?? '') ??
    locked(kind, stored?.id ?? id, stored?.body ?? call.body, world) ??
    preconditionFailed(call, stored?.body, id.text);
  if (refused !== undefined) return refused;
  const body = build(kind, stored?.id ?? id, call.body ?? {}, stored?.body, world.env.newGuid);
  return (
    kind.check(id, body, world.env, stored?.body) ??
    checkReferences(kind, id, body, world) ??
    write(kind, id, body, stored, call, world)
  );
}

function write(
  kind: Kind,
  id: ResourceId,
  body: JsonObject,
  before: Stored | undefined,
  call: Call,
  world: World,
): Answer {
  const duration = world.durations[kind.duration];
  const existed = before !== undefined;
  // A resource that is not settled is never "unchanged": writing it again repairs it.
  const settled = stringAt(objectAt(before?.body, 'properties'), 'provisioningState') === 'Succeeded';
  const twisted = Object.keys(call.twist).length > 0;
  const instant = existed && settled && !twisted && (kind.instant?.(before.body, body) ?? false);
  stamp(kind, body, weakEtag(world.env.newGuid), instant ? 'Succeeded' : 'Updating');
  const stored = world.env.store.put(id.text, body);
  const operation = begin(
    {
      kind,
      stored,
      name: `Put${kind.noun}Operation`,
      seconds: instant ? 0 : existed ? duration.update : duration.create,
      duration,
      retryAfter: instant ? 0 : kind.retryAfter.put,
      end: (now) => {
        if (instant) return false;
        kind.finish?.(now.id, now.body, world.env);
        return true;
      },
    },
    call,
    world,
  );
  const headers = asyncHeaders(operation, instant ? undefined : kind.retryAfter.put, world);
  return { status: existed ? 200 : 201, headers, body: presented(stored, world) };
}

/** PUT of one child, such as a route: the parent is locked, changes its etag and is checked as a whole. */
export function putChild(kind: Kind, child: ChildKind, id: ResourceId, call: Call, world: World): Answer {
  const parent = parentId(id);
  const stored = parent === undefined ? undefined : world.env.store.get(parent.text);
  const gone = missingGroup(id, world);
  if (gone !== undefined) return gone;
  if (stored === undefined) return parentNotFound(id, parent?.text ?? '', 'write');
  if (call.body === undefined)
    return gatewayError(400, 'InvalidRequestContent', 'The request content was invalid and could not be deserialized.');
  const refused = locked(kind, stored.id, stored.body, world) ?? preconditionFailed(call, stored.body, id.text);
  if (refused !== undefined) return refused;
  const existing = childOf(stored.body, child, id.names[1] ?? '');
  const name = stringAt(existing, 'name') ?? id.names[1] ?? '';
  const items = objectsAt(objectAt(stored.body, 'properties'), child.property);
  const replaced = existing === undefined ? [...items, null] : items.map((item) => (item === existing ? null : item));
  const given = replaced.map((item) => item ?? { ...call.body, name });
  const properties = { ...objectAt(stored.body, 'properties'), [child.property]: given };
  const body = build(kind, stored.id, { ...stored.body, properties }, stored.body, world.env.newGuid);
  const wrong = kind.check(stored.id, body, world.env, stored.body) ?? checkReferences(kind, stored.id, body, world);
  if (wrong !== undefined) return wrong;
  stamp(kind, body, weakEtag(world.env.newGuid), 'Updating', name);
  stored.body = body;
  const duration = world.durations[child.own?.duration ?? kind.duration];
  const seconds = existing === undefined ? duration.create : duration.update;
  const operationName = `Put${child.own?.noun ?? kind.noun}Operation`;
  const retryAfter = kind.retryAfter.put;
  const operation = begin(
    { kind, stored, name: operationName, seconds, duration, retryAfter, only: name, end: () => true },
    call,
    world,
  );
  const written = childOf(presented(stored, world), child, name) ?? {};
  return {
    status: existing === undefined ? 201 : 200,
    headers: asyncHeaders(operation, retryAfter, world),
    body: written,
  };
}

function deletion(operation: Operation, retryAfter: number, world: World): Answer {
  const location = operationUrl(world.endpoint(), operation, 'operationResults');
  return { status: 202, headers: { ...asyncHeaders(operation, retryAfter, world), location } };
}

/** DELETE of a resource: 202 and a long operation, or 204 when it is not there. */
export function deleteResource(kind: Kind, id: ResourceId, call: Call, world: World): Answer {
  const gone = missingGroup(id, world);
  if (gone !== undefined) return gone;
  const stored = world.env.store.get(id.text);
  if (stored === undefined) return { status: 204 };
  const refused =
    locked(kind, stored.id, stored.body, world) ??
    preconditionFailed(call, stored.body, id.text) ??
    kind.checkDelete?.(stored.id, world.env);
  if (refused !== undefined) return refused;
  stamp(kind, stored.body, weakEtag(world.env.newGuid), 'Deleting');
  const duration = world.durations[kind.duration];
  const name = `Delete${kind.noun}Operation`;
  const retryAfter = kind.retryAfter.delete;
  const end = (now: Stored) => !world.env.store.delete(now.id.text);
  const operation = begin({ kind, stored, name, seconds: duration.delete, duration, retryAfter, end }, call, world);
  return deletion(operation, retryAfter, world);
}

/** DELETE of one child; it is there, saying Deleting, until the operation ends. */
export function deleteChild(kind: Kind, child: ChildKind, id: ResourceId, call: Call, world: World): Answer {
  const gone = missingGroup(id, world);
  if (gone !== undefined) return gone;
  const parent = parentId(id);
  const stored = parent === undefined ? undefined : world.env.store.get(parent.text);
  const name = id.names[1] ?? '';
  if (stored === undefined || childOf(stored.body, child, name) === undefined) return { status: 204 };
  const refused = locked(kind, stored.id, stored.body, world) ?? preconditionFailed(call, stored.body, id.text);
  if (refused !== undefined) return refused;
  const others = (body: JsonObject) =>
    objectsAt(objectAt(body, 'properties'), child.property).filter((item) => item !== childOf(body, child, name));
  const after = {
    ...stored.body,
    properties: { ...objectAt(stored.body, 'properties'), [child.property]: others(stored.body) },
  };
  const wrong = kind.check(stored.id, after, world.env, stored.body);
  if (wrong !== undefined) return wrong;
  stamp(kind, stored.body, weakEtag(world.env.newGuid), 'Updating', name);
  const target = childOf(stored.body, child, name);
  objectAt(target, 'properties')['provisioningState'] = 'Deleting';
  const duration = world.durations[child.own?.duration ?? kind.duration];
  const operation = begin(
    {
      kind,
      stored,
      name: `Delete${child.own?.noun ?? kind.noun}Operation`,
      seconds: duration.delete,
      duration,
      retryAfter: kind.retryAfter.delete,
      only: name,
      end: (now) => {
        objectAt(now.body, 'properties')[child.property] = others(now.body);
        return true;
      },
    },
    call,
    world,
  );
  return deletion(operation, kind.retryAfter.delete, world);
}

/** PATCH changes tags and nothing else, at once. */
export function patchTags(kind: Kind, id: ResourceId, call: Call, world: World): Answer {
  const gone = missingGroup(id, world);
  if (gone !== undefined) return gone;
  const stored = world.env.store.get(id.text);
  if (stored === undefined) return resourceNotFound(id);
  const refused = locked(kind, stored.id, stored.body, world) ?? preconditionFailed(call, stored.body, id.text);
  if (refused !== undefined) return refused;
  stored.body = { ...stored.body, tags: objectAt(call.body, 'tags') };
  stamp(kind, stored.body, weakEtag(world.env.newGuid), 'Succeeded');
  return { status: 200, body: presented(stored, world) };
}
