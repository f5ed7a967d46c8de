import type { Site } from '../../base/site.ts';
import type { MoveStep } from './movePlan.ts';

/** A step whose label follows from the reason of the move unless it says its own. */
export type Draft = Omit<MoveStep, 'stopHere'> & Partial<Pick<MoveStep, 'stopHere'>>;

const profileMinutes = 2;

/**
 * From the route table to the end: what makes the new side the one the site lives on. Traffic goes there when the
 * device does, and the device goes when everything is proven.
 */
export const crossingSteps = (side: Site, connections: readonly string[], later: readonly string[]): Draft[] => {
  const device = `device of ${side.id}`;
  const group = side.ids.resourceGroup;
  const p2s = side.network.vpn === 'p2s';
  const base = { estimateMinutes: 0, resource: group };
  const profile: Draft = {
    id: 'profile',
    title: "Have the gateway make the device's VPN profile",
    kind: 'profile',
    resource: side.ids.gateway,
    after: ['gateway'],
    estimateMinutes: profileMinutes,
  };
  const routes: Draft = {
    id: 'routes',
    title: 'Write the route table, once and whole',
    kind: 'routes',
    resource: side.ids.routeTable,
    after: ['routeTable', 'firewall', 'rules'],
    estimateMinutes: 1,
    oneAtATime: side.ids.routeTable.toLowerCase(),
  };
  const bundle: Draft = {
    ...base,
    id: 'bundle',
    title: "Prepare the device's bundle",
    kind: 'bundle',
    resource: device,
    after: [...(p2s ? ['profile'] : ['gateway', ...connections]), 'routes'],
  };
  const proof: Draft = {
    ...base,
    id: 'proof',
    title: 'Read everything again and prove it',
    kind: 'proof',
    after: ['routes', 'rules', 'gateway', ...connections, ...later],
  };
  const confirm: Draft = {
    ...base,
    id: 'confirm',
    title: 'A person puts the bundle on the device, or the gateway sees it connect',
    kind: 'confirm',
    resource: device,
    after: ['bundle', 'proof'],
    stopHere: 'works',
  };
  const settle: Draft = {
    ...base,
    id: 'settle',
    title: `The site lives in ${side.home.displayName} from now on`,
    kind: 'settle',
    after: ['confirm'],
    stopHere: 'works',
  };
  return [routes, ...(p2s ? [profile] : []), bundle, proof, confirm, settle];
};
