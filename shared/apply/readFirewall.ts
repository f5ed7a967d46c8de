import { isObject, type JsonObject } from '../base/canonical.ts';
import { AutomationError } from '../base/errors.ts';
import { observeFirewall } from '../plan/observe.ts';
import type { BesideFirewall, ResourceReader } from '../plan/observed.ts';
import { keyOf, referenceIn, ruleGroupsOf } from '../plan/observePolicy.ts';
import { ipGroupsThatDecide } from '../plan/ruleOrder.ts';

/** A firewall and what decides beside it, as ARM sent it. */
export type FirewallRead = { readonly firewall: JsonObject; readonly beside: BesideFirewall };

const idsIn = (list: unknown): string[] =>
  (Array.isArray(list) ? list : []).map((item) => (isObject(item) ? item['id'] : undefined)).filter(isText);

const isText = (value: unknown): value is string => typeof value === 'string';

const propertyOf = (raw: JsonObject, name: string): unknown =>
  isObject(raw['properties']) ? raw['properties'][name] : undefined;

/** All groups of a policy by one read of their list; one that is on a further page, by itself. */
const readGroups = async (policyId: string, policy: JsonObject, reader: ResourceReader): Promise<JsonObject> => {
  const wanted = idsIn(propertyOf(policy, 'ruleCollectionGroups'));
  if (wanted.length === 0) return { value: [] };
  const page = await reader.get(ruleGroupsOf(policyId));
  const listed = (Array.isArray(page['value']) ? page['value'] : []).filter(isObject) as JsonObject[];
  const known = new Set(idsIn(listed).map(keyOf));
  const others: JsonObject[] = [];
  for (const id of wanted.filter((candidate) => !known.has(keyOf(candidate)))) others.push(await reader.get(id));
  return { value: [...listed, ...others] };
};

/** Not there, or not ours to read: what it holds is not known, and what depends on it is judged so. */
const readIfAllowed = async (id: string, reader: ResourceReader): Promise<JsonObject | null> => {
  try {
    return await reader.get(id);
  } catch (error) {
    if (!(error instanceof AutomationError)) throw error;
    if (error.code === 'ERR_AZURE_NOT_FOUND' || error.code === 'ERR_AZURE_FORBIDDEN') return null;
    throw error;
  }
};

/** A circle of parents, which Azure refuses, must not hang us. */
const readPolicies = async (first: string | null, reader: ResourceReader): Promise<Map<string, JsonObject>> => {
  const beside = new Map<string, JsonObject>();
  let id = first;
  while (id !== null && !beside.has(keyOf(id))) {
    const policy = await reader.get(id);
    beside.set(keyOf(id), policy);
    beside.set(keyOf(ruleGroupsOf(id)), await readGroups(id, policy, reader));
    id = referenceIn(policy, 'basePolicy');
  }
  return beside;
};

/**
 * Reads a firewall with all that its verdict depends on: two reads for a policy and two for each parent, one for each
 * IP group of our rules and of every Deny, and for `ipGroups` besides. Throws ERR_AZURE_*.
 */
export const readFirewall = async (
  wanted: { readonly id: string; readonly ourCollection: string; readonly ipGroups: readonly string[] },
  reader: ResourceReader,
): Promise<FirewallRead> => {
  const firewall = await reader.get(wanted.id);
  const beside = await readPolicies(referenceIn(firewall, 'firewallPolicy'), reader);
  const deciding = ipGroupsThatDecide(observeFirewall(firewall, beside), wanted.ourCollection);
  const byKey = new Map([...wanted.ipGroups, ...deciding].map((id) => [keyOf(id), id]));
  for (const [key, id] of byKey) {
    const group = await readIfAllowed(id, reader);
    if (group !== null) beside.set(key, group);
  }
  return { firewall, beside };
};

/** A reader that asks only for what is not in `known`, and leaves there what it read. */
export const rememberingReader = (reader: ResourceReader, known: Map<string, JsonObject>): ResourceReader => ({
  get: async (id) => {
    const read = known.get(id) ?? (await reader.get(id));
    known.set(id, read);
    return read;
  },
});
