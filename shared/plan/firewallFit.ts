import type { Site } from '../base/site.ts';
import { type FirewallChange, type FirewallPart, partsOfFirewall } from './firewallRules.ts';
import { ipGroupNotes, ipGroupSeen } from './ipGroup.ts';
import type { NetworkRule, ObservedFirewall } from './observed.ts';
import { underWay, unsettled } from './settled.ts';

/** The change where it must be written, failed resources included. Offline nobody knows the firewall: where routes change. */
export const whereWritten = (
  change: FirewallChange,
  firewall: ObservedFirewall | null,
  routesChange: boolean,
): FirewallChange => {
  if (firewall !== null) {
    const failed = partsOfFirewall(firewall, change.after.name).some((part) => unsettled(part.provisioningState));
    return { ...change, changed: change.changed || failed };
  }
  const { ipGroup } = change;
  return { ...change, changed: routesChange, ...(ipGroup ? { ipGroup: { ...ipGroup, changed: routesChange } } : {}) };
};

/** What of our rules' surroundings Azure, whoever asked it, is still at work on. */
export const busyPart = (
  firewall: ObservedFirewall | null,
  { after, ipGroup }: FirewallChange,
): FirewallPart | undefined => {
  if (firewall === null) return undefined;
  const group = ipGroup === undefined ? null : ipGroupSeen(firewall, ipGroup.id);
  const parts = [...partsOfFirewall(firewall, after.name), ...(group === null ? [] : [group])];
  return parts.find((part) => underWay(part.provisioningState));
};

/** What of it a plan's digest stands for; classic rules digest as they did before there were policies. */
export const digestedChange = ({ changed, after, policy, ipGroup }: FirewallChange) => ({
  firewall: !changed ? null : policy === undefined ? after : { group: policy.group.toLowerCase(), ...after },
  ...(ipGroup?.changed ? { ipGroup: { id: ipGroup.id.toLowerCase(), addresses: ipGroup.after } } : {}),
});

/** IP groups our rules referred to and will not any more. */
const leftIpGroups = ({ before, after }: FirewallChange): string[] => {
  const idsOf = (rules: readonly NetworkRule[]) => rules.flatMap((rule) => rule.destinationIpGroups);
  const kept = new Set(idsOf(after.rules).map((id) => id.toLowerCase()));
  return idsOf(before?.rules ?? []).filter((id) => !kept.has(id.toLowerCase()));
};

/** What a reader of the plan should know of where our destinations are kept. */
export const firewallNotes = (site: Site, change: FirewallChange, prefixes: number): string[] =>
  ipGroupNotes(site, prefixes, leftIpGroups(change));
