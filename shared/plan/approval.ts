import type { Site } from '../base/site.ts';
import type { Decision } from '../scope/decision.ts';

/**
 * What moved since the site was last proven in place; decides whose policy is asked.
 * `first`: nothing was ever put in place; `scope`: services came or went; `tags`: their addresses did;
 * `settings`: neither, but what the sites file says of routes and rules; `drift`: none of these, so somebody changed
 * what is ours; `none`: nothing to do.
 */
export type Cause = 'first' | 'scope' | 'tags' | 'settings' | 'drift' | 'none';

export const causeOf = (input: {
  readonly inPlace: {
    readonly services: readonly string[];
    readonly wantedHash: string;
    /** Addresses no longer wanted were left in place until the device no longer lists them. */
    readonly retains?: boolean;
    /** Absent where it was proven before these were remembered. */
    readonly settingsHash?: string;
    readonly outcomeHash?: string;
  } | null;
  readonly services: readonly string[];
  readonly wantedHash: string;
  /** Absent where nobody knows what was before (offline). */
  readonly settingsHash?: string;
  readonly outcomeHash?: string;
  readonly changes: number;
}): Cause => {
  const { inPlace } = input;
  if (inPlace === null) return 'first';
  if ([...input.services].sort().join() !== [...inPlace.services].sort().join()) return 'scope';
  if (inPlace.wantedHash !== input.wantedHash) return 'tags';
  if (input.changes === 0) return 'none';
  // The rest of a change that came in two halves is nobody's tampering.
  if (inPlace.retains) return 'tags';
  // Settings that changed without consequence must not excuse who tampers later.
  const { settingsHash, outcomeHash } = inPlace;
  const isOther = (before: string | undefined, now: string | undefined) => before !== undefined && before !== now;
  return isOther(settingsHash, input.settingsHash) && isOther(outcomeHash, input.outcomeHash) ? 'settings' : 'drift';
};

/** Whose doing it is that other addresses are wanted. */
const movers = {
  settings: "The site's settings",
  tags: 'The service tags',
  both: "The site's settings or the service tags",
};
export type Mover = keyof typeof movers;

export const moverOf = (
  inPlace: { readonly tagsHash: string; readonly settingsHash?: string } | null,
  now: { readonly tagsHash: string; readonly settingsHash: string },
): Mover => {
  if (inPlace?.settingsHash === undefined || inPlace.settingsHash === now.settingsHash) return 'tags';
  return inPlace.tagsHash === now.tagsHash ? 'settings' : 'both';
};

/**
 * Why a person must say yes first, or null.
 *
 * | cause                    | asks when                                             |
 * | ------------------------ | ----------------------------------------------------- |
 * | any                      | somebody said hold; the site is in shadow, not adopted |
 * | services come            | policy.serviceFailover is ask                         |
 * | services leave           | policy.failback is ask, or there is no evidence       |
 * | tags                     | policy.tagUpdates is ask                              |
 * | settings, drift          | policy.drift is tell                                  |
 */
export const approvalFor = (input: {
  readonly site: Site;
  readonly decision: Decision;
  readonly adopted: boolean;
  readonly cause: Cause;
  readonly comes: boolean;
  readonly leaves: boolean;
  /** Of cause `tags`; the service tags where absent. */
  readonly mover?: Mover;
}): { readonly why: string } | null => {
  const { site, decision, cause } = input;
  if (decision.hold !== null) return { why: decision.hold };
  if (site.policy.shadow && !input.adopted) {
    return { why: `Site ${site.id} is in shadow: nothing is written until a person adopts it.` };
  }
  if (input.leaves && decision.releaseApproval !== null) return { why: decision.releaseApproval };
  if (input.comes && decision.addApproval !== null) return { why: decision.addApproval };
  if (cause === 'tags' && site.policy.tagUpdates === 'ask') {
    return { why: `${movers[input.mover ?? 'tags']} changed, and policy.tagUpdates is ask.` };
  }
  if (cause === 'settings' && site.policy.drift === 'tell') {
    return { why: "The site's settings changed, and policy.drift is tell." };
  }
  if (cause === 'drift' && site.policy.drift === 'tell') {
    return { why: 'Somebody changed what is ours, and policy.drift is tell.' };
  }
  return null;
};
