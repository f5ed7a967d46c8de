import type { JsonObject } from '../../shared/base/canonical.ts';
import { sideOf } from '../../shared/base/side.ts';
import type { Site } from '../../shared/base/site.ts';
import type { MovePlanInput } from '../../shared/plan/move/moveInput.ts';
import type { MovePlan, MoveStep } from '../../shared/plan/move/movePlan.ts';
import { desiredSets } from '../../shared/ranges/desired.ts';
import { parseTagFile } from '../../shared/ranges/tagFile.ts';
import type { TagTable } from '../../shared/ranges/tagTable.ts';
import { siteOf } from '../rangesData.ts';
import { snapshotOf } from './zoneData.ts';

/** A point-to-site landing zone in UK South whose target is UK West; `move` as the sites file has it. */
export const p2sSite = (move: Record<string, unknown> = {}, more: Record<string, unknown> = {}): Site =>
  siteOf(
    'Public',
    { homeRegion: 'uksouth', failoverRegion: 'ukwest', globalTags: [], move, ...more },
    { onPremRouteTable: 'routetableonprem' },
  );

/** The same, with a device of the older kind behind a site-to-site connection. */
export const s2sSite = (move: Record<string, unknown> = {}): Site => {
  const network = { vpn: 's2s', clientAddressPool: undefined, onPremAddressPrefixes: ['10.80.0.0/24'] };
  return siteOf(
    'Public',
    { homeRegion: 'uksouth', failoverRegion: 'ukwest', globalTags: [], move },
    { ...network, onPremRouteTable: 'routetableonprem' },
  );
};

const region = (name: string, ...addressPrefixes: string[]) => ({
  name: `AzureCloud.${name}`,
  properties: { changeNumber: 1, region: name, systemService: '', addressPrefixes },
});

/** A tags file of two regions and their gateways' managers. */
export const moveTags: TagTable = parseTagFile(
  JSON.stringify({
    changeNumber: 7,
    cloud: 'Public',
    values: [
      region('uksouth', '20.10.0.0/24', '20.10.2.0/24'),
      region('ukwest', '20.20.0.0/24', '20.20.2.0/24', '20.20.4.0/24'),
      {
        name: 'GatewayManager',
        properties: { changeNumber: 1, region: '', systemService: '', addressPrefixes: ['20.20.2.8/29'] },
      },
    ],
  }),
  'the test',
);

/** All a move of such a site from UK South to UK West is planned from. */
export const moveInput = (more: Partial<MovePlanInput> = {}): MovePlanInput => {
  const site = more.site ?? p2sSite();
  const to = more.to ?? 'target';
  return {
    site,
    from: 'home',
    to,
    reason: 'outage',
    why: ['UK South answers nothing.'],
    snapshot: snapshotOf(),
    desired: desiredSets({ site: sideOf(site, to), services: [], tags: moveTags }),
    tags: moveTags,
    namePrefix: 'asefo-',
    ...more,
  };
};

/** A step by its id; fails where there is none. */
export const stepOf = (plan: MovePlan, id: string): MoveStep => {
  const step = plan.steps.find((one) => one.id === id);
  if (step === undefined) throw new Error(`no step ${id} among ${plan.steps.map((one) => one.id).join(', ')}`);
  return step;
};

export const propertiesOf = (step: MoveStep): JsonObject => step.body?.['properties'] as JsonObject;
