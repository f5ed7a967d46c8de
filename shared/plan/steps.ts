import { counted } from '../base/counted.ts';
import type { Site } from '../base/site.ts';
import type { DesiredSets } from '../ranges/desired.ts';
import type { Plan, PlanStep, StopHere } from './plan.ts';

/**
 * The steps of a plan in the order they must be taken.
 *
 * | what changes       | order                                                                     |
 * | ------------------ | ------------------------------------------------------------------------- |
 * | something is added | firewall, route table, device file, a person puts it on the device        |
 * | only removals      | device file, a person puts it on the device, route table, firewall        |
 *
 * No traffic is ever steered where it would be dropped: allowed before routed before listed; the reverse on the way back.
 */
export const planSteps = (input: {
  readonly site: Site;
  readonly routesChange: boolean;
  readonly firewallChanges: boolean;
  readonly device: Plan['device'];
  readonly removing: boolean;
  readonly desired: DesiredSets;
}): PlanStep[] => {
  const { site, device, removing } = input;
  // Until the device lists what failed over, that traffic reaches Azure, but outside the tunnel.
  const before: StopHere = removing || input.desired.added.isEmpty ? 'works' : 'degraded';
  const firewall: PlanStep[] = input.firewallChanges
    ? [
        {
          id: 'firewall',
          title: 'Write our rule collection on the firewall',
          resource: site.ids.firewall,
          stopHere: before,
        },
      ]
    : [];
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
  return removing ? [...bundle, ...routeTable, ...firewall] : [...firewall, ...routeTable, ...bundle];
};
