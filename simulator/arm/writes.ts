import { accepted202, asyncHeaders, begin, preconditionFailed } from './accept.ts';
import type { Answer } from './answer.ts';
import { gatewayError } from './answer.ts';
import { missingGroup, parentNotFound, resourceNotFound } from './found.ts';
import { beingDeleted } from './groups.ts';
import type { ResourceId } from './ids.ts';
import { parentId } from './ids.ts';
import type { JsonObject } from './json.ts';
import { objectAt, stringAt } from './json.ts';
import { checkName } from './kinds/checks.ts';
import type { Kind } from './kinds/kind.ts';
import { plainLocation } from './locations.ts';
import { checkReferences, locked } from './locks.ts';
import { presented } from './reads.ts';
import { build, newEtag, stamp } from './shape.ts';
import type { Stored } from './store.ts';
import type { Call, World } from './world.ts';

/** `PUT` needs a JSON object, and a location for what is tracked. */
function checkEnvelope(
  kind: Kind,
  id: ResourceId,
  body: JsonObject | undefined,
  stored: Stored | undefined,
): Answer | undefined {
  if (body === undefined)
    return gatewayError(400, 'InvalidRequestContent', 'The request content was invalid and could not be deserialized.');
  if (kind.location === 'parent') return undefined;
  const location = stringAt(body, 'location');
  if (location === undefined || location === '')
    return gatewayError(400, 'LocationRequired', 'The location property is required for this definition.');
  const current = stringAt(stored?.body, 'location');
  if (current === undefined || plainLocation(current) === plainLocation(location)) return undefined;
  const message = `The resource '${id.names[0]}' already exists in location '${current}' in resource group '${id.resourceGroup}'. A resource with the same name cannot be created in location '${location}'. Please select a new resource name.`;
  return gatewayError(409, 'InvalidResourceLocation', message);
}

/** The parent's body, for a child that is stored by itself. */
function parentOf(kind: Kind, id: ResourceId, world: World): Stored | undefined {
  const parent = kind.location === 'parent' ? parentId(id) : undefined;
  return parent === undefined ? undefined : world.env.store.get(parent.text);
}

function missingParent(kind: Kind, id: ResourceId, world: World): Answer | undefined {
  if (kind.location !== 'parent' || parentOf(kind, id, world) !== undefined) return undefined;
  return parentNotFound(id, parentId(id)?.text ?? '', 'write');
}

/** PUT of a whole resource: what the body leaves out is gone afterwards. */
export function putResource(kind: Kind, id: ResourceId, call: Call, world: World): Answer {
  const stored = world.env.store.get(id.text);
  const refused =
    missingGroup(id, world) ??
    beingDeleted(id, world) ??
    missingParent(kind, id, world) ??
    checkEnvelope(kind, id, call.body, stored) ??
    checkName(id.names.at(-1) ?? '') ??
    locked(kind, stored?.id ?? id, stored?.body ?? call.body, world) ??
    preconditionFailed(kind, call, stored?.body, id.text);
  if (refused !== undefined) return refused;
  const location = stringAt(parentOf(kind, id, world)?.body, 'location');
  const given = { ...call.body, ...(location === undefined ? {} : { location }) };
  const body = build(kind, stored?.id ?? id, given, stored?.body, world.env.newGuid);
  return (
    (stored === undefined ? world.market.refuse(kind, id, stringAt(body, 'location') ?? '', world) : undefined) ??
    kind.check(id, body, world.env, stored?.body) ??
    checkReferences(kind, id, body, world) ??
    write(kind, id, body, stored, call, world)
  );
}

/** Where a policy has no firewall there is nothing to wait for: it was there again after 4 s (recorded). */
const WITHOUT_FIREWALLS = 4;

function secondsOf(kind: Kind, id: ResourceId, what: 'create' | 'update' | 'delete', world: World): number {
  const idle = kind.affects !== undefined && kind.affects(id, world.env).length === 0;
  const { [what]: seconds } = world.durations[kind.duration];
  return idle ? Math.min(WITHOUT_FIREWALLS, seconds) : seconds;
}

function write(
  kind: Kind,
  id: ResourceId,
  body: JsonObject,
  before: Stored | undefined,
  call: Call,
  world: World,
): Answer {
  const existed = before !== undefined;
  // A resource that is not settled is never "unchanged": writing it again repairs it.
  const settled = stringAt(objectAt(before?.body, 'properties'), 'provisioningState') === 'Succeeded';
  const twisted = Object.keys(call.twist).length > 0;
  const instant = existed && settled && !twisted && (kind.instant?.(before.body, body) ?? false);
  stamp(kind, body, newEtag(kind, world.env.newGuid), instant ? 'Succeeded' : 'Updating');
  const stored = world.env.store.put(id.text, body);
  const operation = begin(
    {
      kind,
      stored,
      name: `Put${kind.noun}Operation`,
      seconds: instant ? 0 : secondsOf(kind, stored.id, before?.made === true ? 'update' : 'create', world),
      duration: world.durations[kind.duration],
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
  return { status: existed ? 200 : 201, headers, body: presented(stored, world), ...prettyOf(kind) };
}

export function prettyOf(kind: Kind | undefined): { pretty?: true } {
  return kind?.provider === 'nfv' ? { pretty: true } : {};
}

/** DELETE of a resource: 202 and a long operation, or 204 when it is not there. */
export function deleteResource(kind: Kind, id: ResourceId, call: Call, world: World): Answer {
  const gone = missingGroup(id, world);
  if (gone !== undefined) return gone;
  const stored = world.env.store.get(id.text);
  if (stored === undefined) return { status: 204 };
  const refused =
    locked(kind, stored.id, stored.body, world) ??
    preconditionFailed(kind, call, stored.body, id.text) ??
    kind.checkDelete?.(stored.id, world.env);
  if (refused !== undefined) return refused;
  // Virtual appliances show once more what is going away (recorded).
  const shown = kind.provider === 'nfv' ? { body: presented(stored, world), pretty: true } : {};
  stamp(kind, stored.body, newEtag(kind, world.env.newGuid), 'Deleting');
  const duration = world.durations[kind.duration];
  const name = `Delete${kind.noun}Operation`;
  const retryAfter = kind.retryAfter.delete;
  const seconds = secondsOf(kind, stored.id, 'delete', world);
  const end = (now: Stored) => {
    world.env.store.deleteWithChildren(now.id.text);
    return false;
  };
  const operation = begin({ kind, stored, name, seconds, duration, retryAfter, end }, call, world);
  return { ...accepted202(operation, retryAfter, world), ...shown };
}

/** PATCH changes tags and nothing else, at once. */
export function patchTags(kind: Kind, id: ResourceId, call: Call, world: World): Answer {
  const gone = missingGroup(id, world) ?? beingDeleted(id, world);
  if (gone !== undefined) return gone;
  const stored = world.env.store.get(id.text);
  if (stored === undefined) return resourceNotFound(id);
  const refused = locked(kind, stored.id, stored.body, world) ?? preconditionFailed(kind, call, stored.body, id.text);
  if (refused !== undefined) return refused;
  world.env.store.put(stored.id.text, { ...stored.body, tags: objectAt(call.body, 'tags') });
  stamp(kind, stored.body, newEtag(kind, world.env.newGuid), 'Succeeded');
  return { status: 200, body: presented(stored, world), ...prettyOf(kind) };
}
