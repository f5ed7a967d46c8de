import { isObject, type Json, type JsonObject } from './base/canonical.ts';
import { entityTagOf } from './base/entityTag.ts';
import { AutomationError } from './base/errors.ts';
import { hiding, keyToBring, type Sealed, withKey, withSecrets } from './moveSecrets.ts';
import {
  awaitAzure,
  commitMove,
  delayMoveStep,
  finishMoveStep,
  leaveMoveStep,
  type MoveWork,
  StepFailure,
  type StepInHand,
} from './moveWork.ts';
import { mergedBody } from './plan/move/mergedBody.ts';
import { roleOfId } from './plan/move/resourceIds.ts';
import { standingOf } from './plan/move/standing.ts';
import { writable } from './plan/move/writable.ts';
import { observeFirewall } from './plan/observe.ts';
import { isOurs } from './plan/ownership.ts';
import { withMoveStep } from './record/moveProgress.ts';

const unsettledMs = 30_000;
const placeholder = '{newFirewall}';

const replaced = (value: Json, text: string): Json => {
  if (typeof value === 'string') return value === placeholder ? text : value;
  if (Array.isArray(value)) return value.map((item) => replaced(item, text));
  if (isObject(value))
    return Object.fromEntries(Object.entries(value as JsonObject).map(([key, item]) => [key, replaced(item, text)]));
  return value;
};

/** The planned body with what only the new firewall can tell. */
const bodyOf = async ({ there, azure }: MoveWork, body: JsonObject): Promise<JsonObject> => {
  if (!JSON.stringify(body).includes(`"${placeholder}"`)) return body;
  const { privateIpAddress } = observeFirewall(await azure.resources.get(there.ids.firewall));
  if (privateIpAddress === null)
    throw new AutomationError('ERR_AZURE_UNSETTLED', `${there.ids.firewall} has no address yet`, {
      remedy: 'Nothing to do: it is looked at again.',
      retry: 'later',
    });
  return replaced(body, privateIpAddress) as JsonObject;
};

const strangers = (id: string): StepFailure =>
  new StepFailure(
    `${id} is there already and is not ours (it has no tag asefo-site of this site); it was not touched.`,
    'Rename or remove it, or choose another move.resourceGroup; then "move retry". "move cancel" turns back.',
  );

const gone = (id: string): StepFailure =>
  new StepFailure(
    `${id} was to be kept as it stood and is gone.`,
    '"move cancel", then plan the move anew; it is built then.',
  );

/** Counted before it is sent: an answer may never reach us. */
const counted = (work: MoveWork, { planned, record }: StepInHand): Promise<void> =>
  commitMove(work, (move) => withMoveStep(move, planned.id, { writes: record.writes + 1 }));

const write = async (work: MoveWork, step: StepInHand, sealed: Sealed, etag: string | null): Promise<void> => {
  await counted(work, step);
  const { body, secret } = sealed;
  const accepted = await work.azure.resources.put(step.planned.resource, body, etag).catch((error: unknown) => {
    throw secret === null ? error : hiding(error, secret);
  });
  const sent = { ...step, record: { ...step.record, writes: step.record.writes + 1 } };
  return accepted.status === 'running' ? leaveMoveStep(work, sent, accepted) : finishMoveStep(work, sent, 'done');
};

/** Of what was just looked at: whoever changed it in between, or built it anew, is not written over. */
const etagOf = (found: JsonObject | null): string | null => (found === null ? null : entityTagOf(found));

/** What others have added to a resource of ours is theirs: it goes into the body as it stands. */
const over = (found: JsonObject, body: JsonObject, { planned }: StepInHand, { ports }: MoveWork): JsonObject => {
  const role = roleOfId(planned.resource);
  if (role === null) return body;
  const retired = new Set(planned.retired ?? []);
  const stays = role === 'resourceGroup' && found['location'] !== undefined ? { location: found['location'] } : {};
  return mergedBody(
    writable(role, found),
    { ...body, ...stays },
    { retired, isOurs: (name) => isOurs(name, ports.namePrefix) },
  );
};

/** What stands as planned is written only where it lacks a key that nothing but asking for it shows. */
const keep = async (work: MoveWork, step: StepInHand, found: JsonObject, body: JsonObject): Promise<void> => {
  const bring = await keyToBring(work, step);
  return bring.key === null
    ? finishMoveStep(work, step, 'unchanged', bring.why)
    : write(work, step, withKey(over(found, body, step, work), bring.key), etagOf(found));
};

/** Looks, and writes once where it has to; a connection with its key, a gateway with the secret of its RADIUS server. */
export const putStep = async (work: MoveWork, step: StepInHand): Promise<void> => {
  const { planned } = step;
  const { resource } = planned;
  if (planned.body === undefined) throw new Error(`step ${planned.id} has nothing to put`);
  const body = await bodyOf(work, planned.body);
  const found = await work.azure.resources.find(resource);
  const standing = standingOf(found, { ...planned, body }, work.site.id);
  switch (standing) {
    case 'strangers':
      throw strangers(resource);
    case 'unsettled':
      return awaitAzure(work, step, 'Azure is still at work on it', unsettledMs);
    case 'ours-as-planned':
      return keep(work, step, found ?? {}, body);
    case 'ours-different':
    case 'failed':
      if (planned.leaveAsIs)
        throw new StepFailure(
          `${resource} stands there and is in the state Failed; it was there before us and is left as it is.`,
          'Repair it by hand, then "move retry".',
        );
      return write(work, step, await withSecrets(work, step, over(found ?? {}, body, step, work)), etagOf(found));
    case 'absent':
      if (planned.leaveAsIs) throw gone(resource);
      return write(work, step, await withSecrets(work, step, body), null);
  }
};

/** So often a group is looked at again whose list still has what was just deleted; then it stays. */
const mostListings = 10;

/**
 * A resource group takes everything along that was put into it, also since the plan was made. ARM's list may be behind:
 * `lagging` is nothing but what this move deleted itself.
 */
const inGroup = async ({ azure, plan }: MoveWork, id: string): Promise<'empty' | 'lagging' | 'others'> => {
  if (/\/providers\//i.test(id)) return 'empty';
  const items = await azure.lists.list(`${id}/resources`);
  const deleted = new Set(plan.steps.map(({ resource }) => resource.toLowerCase()));
  if (items.some((item) => !deleted.has(String(item['id']).toLowerCase()))) return 'others';
  return items.length > 0 ? 'lagging' : 'empty';
};

/** So often Azure is asked again to delete what it calls in use. */
const mostRefusals = 10;

/**
 * Azure goes on counting as a user, for a while, what was deleted a moment ago (`PublicIPAddressCannotBeDeleted`,
 * `InUseSubnetCannotBeDeleted` after a gateway). Of what nothing was deleted before, a refusal is meant.
 */
const isLagging = ({ planned, record }: StepInHand, error: unknown): boolean =>
  error instanceof AutomationError &&
  error.code === 'ERR_AZURE_REJECTED' &&
  planned.after.length > 0 &&
  record.tries < mostRefusals;

/** Deletes what is ours, or what a person approved by name; a stranger's is left. */
export const deleteStep = async (work: MoveWork, step: StepInHand): Promise<void> => {
  const { resource } = step.planned;
  const found = await work.azure.resources.find(resource);
  const standing = standingOf(found, step.planned, work.site.id);
  if (standing === 'absent') return finishMoveStep(work, step, 'unchanged', 'it is gone already');
  if (standing === 'strangers') return finishMoveStep(work, step, 'skipped', 'it is not ours');
  if (standing === 'unsettled') return awaitAzure(work, step, 'Azure is still at work on it', unsettledMs);
  const inside = await inGroup(work, resource);
  if (inside === 'lagging' && step.record.tries < mostListings)
    return delayMoveStep(work, step, 'Azure still lists what was deleted in it', unsettledMs);
  if (inside !== 'empty') return finishMoveStep(work, step, 'skipped', 'something else is in it, and would go with it');
  await counted(work, step);
  const accepted = await work.azure.resources.remove(resource, etagOf(found)).catch((error: unknown) => {
    if (!isLagging(step, error)) throw error;
    return null;
  });
  if (accepted === null)
    return delayMoveStep(work, step, 'Azure still counts what was deleted before it as using it', unsettledMs);
  const sent = { ...step, record: { ...step.record, writes: step.record.writes + 1 } };
  return accepted.status === 'running' ? leaveMoveStep(work, sent, accepted) : finishMoveStep(work, sent, 'done');
};
