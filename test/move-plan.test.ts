import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../shared/base/canonical.ts';
import { makeMovePlan } from '../shared/plan/move/makeMovePlan.ts';
import type { MovePlan, MoveStep } from '../shared/plan/move/movePlan.ts';
import { moveInput, newGroup } from './support/moveData.ts';

const stepOf = (plan: MovePlan, id: string): MoveStep => {
  const step = plan.steps.find((one) => one.id === id);
  if (step === undefined) throw new Error(`no step ${id} among ${plan.steps.map((one) => one.id).join(', ')}`);
  return step;
};
const propertiesOf = (step: MoveStep): JsonObject => step.body?.['properties'] as JsonObject;

const cold = makeMovePlan(moveInput());

describe('a cold move of a point-to-site site', () => {
  it('builds everything, then moves the device', () => {
    expect(cold.steps.map(({ id }) => id)).toEqual([
      'resourceGroup',
      'publicIp firewall-ip',
      'publicIp vngw-ip',
      'routeTable',
      'onPremRouteTable',
      'virtualNetwork',
      'firewall',
      'gateway',
      'onPremRouteTable routes',
      'rules',
      'profile',
      'routes',
      'bundle',
      'proof',
      'confirm',
      'settle',
    ]);
    expect(cold).toMatchObject({ applyable: true, blockers: [], region: { from: 'uksouth', to: 'ukwest' } });
  });

  it('takes as long as the gateway and what follows on it', () => {
    expect(cold.criticalPath.steps).toEqual([
      'resourceGroup',
      'routeTable',
      'virtualNetwork',
      'gateway',
      'profile',
      'bundle',
      'confirm',
      'settle',
    ]);
    expect(cold.criticalPath.minutes).toBe(50);
  });

  it('writes every resource once, and a table again when the firewall has an address', () => {
    const writes = Object.fromEntries(cold.writes.map((one) => [one.resource.split('/').at(-1), one.writes]));
    expect(writes).toEqual({
      'ase-rig-07-ukwest': 1,
      'firewall-ip': 1,
      'vngw-ip': 1,
      routetable: 2,
      routetableonprem: 2,
      vnet: 1,
      firewall: 1,
      vngw: 1,
    });
  });

  it('creates the route table empty, with propagation on, whatever it was', () => {
    expect(propertiesOf(stepOf(cold, 'routeTable'))).toEqual({ disableBgpRoutePropagation: false, routes: [] });
    expect(cold.carriedRoutes).toEqual([
      {
        name: 'to-update-server',
        properties: {
          addressPrefix: '198.18.7.0/24',
          nextHopType: 'VirtualAppliance',
          nextHopIpAddress: '{newFirewall}',
        },
      },
      { name: 'management', properties: { addressPrefix: '198.18.8.0/24', nextHopType: 'Internet' } },
    ]);
  });

  it('tags what it creates with the site, beside the tags it had', () => {
    const tagged = cold.steps.filter(({ kind }) => kind === 'put');
    expect(tagged.map(({ body }) => body?.['tags'])).toEqual(
      tagged.map(() => ({ owner: 'rig crew', 'asefo-site': 'rig-07', 'asefo-move': 'uksouth-to-ukwest' })),
    );
    expect(tagged.every(({ resource }) => resource.startsWith(newGroup))).toBe(true);
  });
});
