import { accepted202, asyncHeaders, begin, preconditionFailed } from './accept.ts';
import type { Answer } from './answer.ts';
import { gatewayError } from './answer.ts';
import { missingGroup, parentNotFound } from './found.ts';
import { beingDeleted } from './groups.ts';
import type { ResourceId } from './ids.ts';
import { parentId } from './ids.ts';
import type { JsonObject } from './json.ts';
import { objectAt, objectsAt, stringAt } from './json.ts';
import type { ChildKind, Kind } from './kinds/kind.ts';
import { checkReferences, locked } from './locks.ts';
import { childOf, presented } from './reads.ts';
import { build, newEtag, stamp } from './shape.ts';
import type { Call, World } from './world.ts';

/** PUT of one child, such as a route: the parent is locked, changes its etag and is checked as a whole. */
export function putChild(kind: Kind, child: ChildKind, id: ResourceId, call: Call, world: World): Answer {
  const parent = parentId(id);
  const stored = parent === undefined ? undefined : world.env.store.get(parent.text);
  const gone = missingGroup(id, world) ?? beingDeleted(id, world);
  if (gone !== undefined) return gone;
  if (stored === undefined) return parentNotFound(id, parent?.text ?? '', 'write');
  if (call.body === undefined)
    return gatewayError(400, 'InvalidRequestContent', 'The request content was invalid and could not be deserialized.');
  const refused = locked(kind, stored.id, stored.body, world) ?? preconditionFailed(kind, call, stored.body, id.text);
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
  stamp(kind, body, newEtag(kind, world.env.newGuid), 'Updating', name);
  world.env.store.put(stored.id.text, body);
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

/** DELETE of one child; it is there, saying Deleting, until the operation ends. */
export function deleteChild(kind: Kind, child: ChildKind, id: ResourceId, call: Call, world: World): Answer {
  const gone = missingGroup(id, world);
  if (gone !== undefined) return gone;
  const parent = parentId(id);
  const stored = parent === undefined ? undefined : world.env.store.get(parent.text);
  const name = id.names[1] ?? '';
  if (stored === undefined || childOf(stored.body, child, name) === undefined) return { status: 204 };
  const refused = locked(kind, stored.id, stored.body, world) ?? preconditionFailed(kind, call, stored.body, id.text);
  if (refused !== undefined) return refused;
  const others = (body: JsonObject) =>
    objectsAt(objectAt(body, 'properties'), child.property).filter((item) => item !== childOf(body, child, name));
  const after = {
    ...stored.body,
    properties: { ...objectAt(stored.body, 'properties'), [child.property]: others(stored.body) },
  };
  const wrong = kind.check(stored.id, after, world.env, stored.body);
  if (wrong !== undefined) return wrong;
  stamp(kind, stored.body, newEtag(kind, world.env.newGuid), 'Updating', name);
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
  return accepted202(operation, kind.retryAfter.delete, world);
}
