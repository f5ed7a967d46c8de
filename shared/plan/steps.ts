import { counted } from '../base/counted.ts';
import type { Site } from '../base/site.ts';
import type { DesiredSets } from '../ranges/desired.ts';
import type { FirewallChange } from './firewallRules.ts';
import { onlyLoses } from './ipGroup.ts';
import type { Plan, PlanStep, StopHere } from './plan.ts';

/**
 * The steps of a plan in the order they must be taken.
 *
 * | what changes       | order                                                                     |
 * | ------------------ | ------------------------------------------------------------------------- |
 * | something is added | firewall, route table, device file, a person puts it on the device        |
 * | only removals      | device file, a person puts it on the device, route table, firewall        |
 *
 * "firewall": the IP group before the rule that refers to it; where the group only loses addresses, the rule before
 * the group.
 *
 * No traffic is ever steered where it would be dropped: allowed before routed before listed; the reverse on the way back.
 */
export const planSteps = (input: {
  readonly site: Site;
  readonly routesChange: boolean;
  readonly firewallChanges: boolean;
  readonly firewall: FirewallChange;
  readonly device: Plan['device'];
  readonly removing: boolean;
  readonly desired: DesiredSets;
}): PlanStep[] => {
  const { site, device, removing } = input;
  // Until the device lists what failed over, that traffic reaches Azure, but outside the tunnel.
  const before: StopHere = removing || input.desired.added.isEmpty ? 'works' : 'degraded';
  const routeTable: PlanStep[] = input.routesChange
    ? [
        {
          id: 'routeTable',
          title: 'Write the route table, once and whole',
          resource: site.ids.routeTable,
          stopHere: before,
        },
      ]
    : [];
  const list =
    device.added.length > 0 ? `${counted(device.added.length, 'prefix')} beyond home` : 'the home region alone';
  const bundle: PlanStep[] = device.changed
    ? [
        {
          id: 'deviceBundle',
          title: `Prepare the device's file (${list})`,
          resource: `device of ${site.id}`,
          stopHere: before,
        },
        {
          id: 'deviceConfirm',
          title: 'A person puts the file on the device and confirms',
          resource: `device of ${site.id}`,
          stopHere: 'works',
        },
      ]
    : [];
  const firewall = firewallSteps(input, before);
  return removing ? [...bundle, ...routeTable, ...firewall] : [...firewall, ...routeTable, ...bundle];
};

const firewallSteps = (
  { site, firewall, firewallChanges, removing }: Parameters<typeof planSteps>[0],
  stopHere: StopHere,
): PlanStep[] => {
  const { policy, ipGroup } = firewall;
  const rules: PlanStep = {
    id: 'firewall',
    title:
      policy === undefined
        ? 'Write our rule collection on the firewall'
        : "Write our rule collection group in the firewall's policy",
    resource: policy?.group ?? site.ids.firewall,
    stopHere,
  };
  const steps = firewallChanges ? [rules] : [];
  if (!ipGroup?.changed) return steps;
  const group: PlanStep = {
    id: 'ipGroup',
    title: `Write our IP group (${counted(ipGroup.after.length, 'prefix')})`,
    resource: ipGroup.id,
    stopHere,
  };
  return removing && onlyLoses(ipGroup) ? [...steps, group] : [group, ...steps];
};
