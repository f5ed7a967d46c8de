import type { JsonObject } from '../base/canonical.ts';
import { type IpGroupChange, ipGroupBody, sameAddresses } from '../plan/ipGroup.ts';
import type { ObservedIpGroup } from '../plan/observed.ts';
import { ipGroupWithout } from './body.ts';

/** Has the group what the plan wants, or still what the plan saw, or something else (then: plan again)? */
export const ipGroupStands = (change: IpGroupChange, group: ObservedIpGroup | null): 'after' | 'before' | 'other' => {
  if (group === null) return change.before === null ? 'before' : 'other';
  if (sameAddresses(group.addresses, change.after)) return 'after';
  return change.before !== null && sameAddresses(group.addresses, change.before) ? 'before' : 'other';
};

/** The whole group as it must be: what we do not know of it survives. */
export const ipGroupWrite = (change: IpGroupChange, group: ObservedIpGroup | null): JsonObject => {
  if (group === null) return ipGroupBody(change);
  const raw = ipGroupWithout(group.raw);
  return { ...raw, properties: { ...(raw['properties'] as JsonObject), ipAddresses: change.after } };
};
