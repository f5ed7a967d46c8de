import type { JsonObject } from './base/canonical.ts';
import { AutomationError, asAutomationError } from './base/errors.ts';
import { type MoveWork, StepFailure, type StepInHand } from './moveWork.ts';
import { connectionKey } from './plan/connectionKey.ts';
import { objectIn, textIn, withProperties } from './plan/move/json.ts';
import type { MoveStep } from './plan/move/movePlan.ts';
import { needsRadiusSecret, withRadiusSecret } from './plan/move/prepareGateway.ts';
import { roleOfId } from './plan/move/resourceIds.ts';

/** In an outage a connection that stands waits no longer than this for a vault that does not answer. */
const mostAsked = 5;
const asPlanned = 'it stands as planned';

/** A body to PUT, with the secret in it that stands in no plan, no state and no ledger; null where it has none. */
export type Sealed = { readonly body: JsonObject; readonly secret: string | null };

export const withKey = (body: JsonObject, key: string): Sealed => ({
  body: withProperties(body, (properties) => ({ ...properties, sharedKey: key })),
  secret: key,
});

const oldGroup = ({ site, plan }: MoveWork): string =>
  plan.from === 'home' ? site.ids.resourceGroup : site.ids.resourceGroup.replace(/[^/]+$/, site.target.resourceGroup);

/** The connection on the side that is left. */
const oldOf = (work: MoveWork, resource: string): string =>
  resource.replace(work.there.ids.resourceGroup, oldGroup(work));

/** ARM never gives a key back with its connection; it has to be asked for by itself. */
const keyAt = async ({ azure }: MoveWork, connection: string): Promise<string | null> => {
  const { value } = await azure.resources.get(`${connection}/sharedkey`);
  return typeof value === 'string' && value !== '' ? value : null;
};

/** The key of the old connection, while it can be asked for; or out of the vault that the site names. */
const sharedKey = async (work: MoveWork, old: string): Promise<string> => {
  const vault = connectionKey(work.site, old);
  if (vault !== undefined) return work.ports.secrets.read(vault);
  if (work.plan.reason === 'outage')
    throw new StepFailure(
      `The shared key of ${old} cannot be read: its region is not to be asked.`,
      'Put the key into a Key Vault, name it in move.sharedKey of the sites file, then "move retry".',
    );
  const key = await keyAt(work, old);
  if (key !== null) return key;
  throw new StepFailure(`Azure did not give the shared key of ${old}.`, 'Name a Key Vault secret in move.sharedKey.');
};

/** Null where it cannot be known: in an outage, what stands is not held up by a source that says nothing. */
const keyWanted = async (work: MoveWork, { planned, record }: StepInHand): Promise<string | null> => {
  try {
    return await sharedKey(work, oldOf(work, planned.resource));
  } catch (error) {
    const passing = error instanceof AutomationError && error.retry !== 'never' && record.tries < mostAsked;
    if (work.plan.reason !== 'outage' || passing) throw error;
    return null;
  }
};

/** Null where waiting would not let us read it either. */
const keyThere = async (work: MoveWork, connection: string): Promise<string | null> => {
  try {
    return await keyAt(work, connection);
  } catch (error) {
    if (asAutomationError(error).retry !== 'never') throw error;
    return null;
  }
};

const anotherKey = (work: MoveWork, resource: string): StepFailure => {
  const old = oldOf(work, resource);
  const source = connectionKey(work.site, old) === undefined ? old : `the Key Vault has for ${old}`;
  return new StepFailure(
    `${resource} has another shared key than ${source}; it was there before us and is left as it is.`,
    'Give both the key that the device has, then "move retry".',
  );
};

/** A connection may authenticate by certificates in place of a key. */
const hasKey = ({ body = {} }: MoveStep): boolean =>
  textIn(objectIn(body, 'properties'), 'connectionAuthenticationType').toLowerCase() !== 'certificate';

const kept = (why: string | null = null) => ({ key: null, why: why === null ? asPlanned : `${asPlanned}; ${why}` });

/**
 * The key to write to what stands as planned, if any: somebody may have given the side that is left another one since,
 * and nothing else shows it. Only the keys themselves can be compared, and only here.
 */
export const keyToBring = async (
  work: MoveWork,
  step: StepInHand,
): Promise<{ readonly key: string } | { readonly key: null; readonly why: string }> => {
  const { planned, record } = step;
  const { resource, leaveAsIs } = planned;
  if (planned.kind !== 'sharedKey' || !hasKey(planned)) return kept();
  const wanted = await keyWanted(work, step);
  if (wanted === null) return kept('whether its key is still that of the other side could not be asked');
  const there = await keyThere(work, resource);
  if (there === wanted) return kept();
  // Unread, ours is written until Azure takes it, and not again: whether it was needed is not told afterwards either.
  const taken = record.writes > 0 && Boolean(record.operationSince);
  if (there === null && (leaveAsIs || taken)) return kept('its key could not be read');
  if (leaveAsIs) throw anotherKey(work, resource);
  return { key: wanted };
};

/** What goes with the PUT of a connection or a gateway. */
export const withSecrets = async (work: MoveWork, { planned }: StepInHand, body: JsonObject): Promise<Sealed> => {
  const { site, ports } = work;
  if (planned.kind === 'sharedKey') return withKey(body, await sharedKey(work, oldOf(work, planned.resource)));
  if (roleOfId(planned.resource) !== 'gateway' || !needsRadiusSecret(body)) return { body, secret: null };
  const { radiusSecret: vault } = site.move;
  if (vault === undefined)
    throw new StepFailure(
      `The secret of the RADIUS server of ${planned.resource} cannot be read back, and has no source.`,
      'Put it into a Key Vault, name it in move.radiusSecret of the sites file, then "move retry".',
    );
  const secret = await ports.secrets.read(vault);
  return { body: withRadiusSecret(body, secret), secret };
};

/** Azure may repeat what it refuses, as it is or as JSON spells it. The cause would repeat it, too, and is dropped. */
export const hiding = (thrown: unknown, secret: string): AutomationError => {
  const { code, message, remedy, retry, retryAfterMs } = asAutomationError(thrown);
  const spelt = [secret, JSON.stringify(secret).slice(1, -1)].filter((text) => text !== '');
  const hide = (text: string): string => spelt.reduce((rest, one) => rest.replaceAll(one, '[left out]'), text);
  return new AutomationError(code, hide(message), { remedy: hide(remedy), retry, retryAfterMs });
};

/** May a secret have gone with the step's PUT? Whoever hears of its end no longer has it, and cannot look for it. */
const mayCarrySecret = ({ site }: MoveWork, { kind, resource }: MoveStep): boolean =>
  kind === 'sharedKey' || (kind === 'put' && roleOfId(resource) === 'gateway' && site.move.radiusSecret !== undefined);

/** How Azure says that an operation failed: by its code alone where its words may repeat a secret. */
export const endInWords = (
  work: MoveWork,
  { planned }: StepInHand,
  { code, message }: { readonly code: string; readonly message: string },
): string =>
  mayCarrySecret(work, planned) ? `${code} (its words are left out: a secret went along)` : `${code}: ${message}`;
