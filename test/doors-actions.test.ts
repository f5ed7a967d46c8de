import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sweep } from '../shared/sweep.ts';
import { actionOfRequest } from './support/azureActions.ts';
import { type Journey, type Stage, startStage } from './support/journey.ts';
import { atHome, comeHome, confirm, failOver } from './support/landing.ts';
import { askedDigest, untilDevice } from './support/moves.ts';
import { finishAtDevice, plannedMove, quickMoves } from './support/moveTrouble.ts';
import { group, rule, startPolicyJourney } from './support/policyZone.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(quickMoves);
});
afterAll(() => stage.close());

const bicep = readFileSync(new URL('../infra/roles.bicep', import.meta.url), 'utf8').replace(/\/\/[^\n]*/g, '');
const granted = (name: string): string[] => {
  const list = new RegExp(`^var ${name} = \\[([\\s\\S]*?)^\\]`, 'm').exec(bicep)?.[1] ?? '';
  return [...list.matchAll(/'([^']+)'/g)].map(([, action = '']) => action.toLowerCase());
};
const [reading, living, moving] = [granted('readerActions'), granted('landingZoneActions'), granted('moveActions')];

/** What a journey asked of ARM, as actions. */
const asked = (from: number): string[] => {
  const actions = stage.arm.requests.slice(from).flatMap((request) => actionOfRequest(request) ?? []);
  return [...new Set(actions)].sort();
};

const network = {
  virtualNetwork: 'vnet',
  gateway: 'vngw',
  firewall: 'firewall',
  routeTable: 'routetable',
  onPremRouteTable: 'routetableonprem',
};
const ends = { gatewayIpAddress: '198.51.100.9', addressPrefixes: ['10.80.0.0/24'], sharedKey: 'not-to-be-told' };
const tunnel = { vpn: 's2s', onPremAddressPrefixes: ends.addressPrefixes };
const foreign = group(150, 'Allow', [rule({ destinationAddresses: ['192.0.2.53'] })]);

const firewallRule = { ipGroup: true };

/** Somebody has put a subnet of the site behind a network security group. */
const guarded = async (journey: Journey): Promise<Journey> => {
  const { resourceGroup, virtualNetwork } = journey.ids;
  const id = `${resourceGroup}/providers/Microsoft.Network/networkSecurityGroups/nsg`;
  type Subnet = { readonly name: string; readonly properties: object };
  const network = stage.arm.read(virtualNetwork) as unknown as {
    location: string;
    properties: { subnets: readonly Subnet[] };
  };
  stage.arm.seed(id, { location: network.location, properties: { securityRules: [] } });
  const subnets = network.properties.subnets.map((subnet) =>
    subnet.name === 'default'
      ? { ...subnet, properties: { ...subnet.properties, networkSecurityGroup: { id } } }
      : subnet,
  );
  stage.arm.seed(virtualNetwork, { ...network, properties: { ...network.properties, subnets } } as never);
  return journey;
};

/** A site behind a policy, with an IP group: clients beside another site's rules, or a tunnel below a parent policy. */
const startPoliced = async (which: 0 | 1): Promise<Journey> => guarded(await policed(which));

const policed = (which: 0 | 1): Promise<Journey> =>
  which === 0
    ? startPolicyJourney(stage, { groups: { 'asefo-rig-others': foreign } }, { site: { firewallRule } })
    : startPolicyJourney(
        stage,
        { parentGroups: { base: foreign } },
        { zone: { siteToSite: ends }, site: { firewallRule, network: { ...network, ...tunnel } } },
      );

/** Everything a site does that stays where it is: classic rules, limits and tags of Azure's, the preflight. */
const stays = async (): Promise<void> => {
  const journey = await atHome(stage, { routeBudget: { limit: 'discover' } });
  Object.assign(journey.ports, { tagSettings: { api: true, url: null, mostLost: 0.5 } });
  await failOver(journey);
  await confirm(journey);
  await comeHome(journey);
  await sweep(journey.ports, 'the sweep');
  await journey.work();
  await journey.word({ action: 'preflight' });
};

const settle = async (journey: Journey): Promise<void> => {
  for (const word of [{ action: 'resume' }, { action: 'confirmDevice' }]) {
    await journey.word(word);
    await journey.work();
  }
};

/** What stands on the side that is left, or was being built, goes again. */
const takeDown = async (journey: Journey, word: 'cancelMove' | 'retire'): Promise<void> => {
  await journey.word({ action: word });
  await journey.word({ action: 'apply', digest: await askedDigest(journey) });
  await journey.work(400);
  expect((await journey.state()).lastMoves?.[0]).toMatchObject({ reason: 'teardown', outcome: 'removed' });
};

/** ARM checks these on what a body refers to; no request names them. */
const linked = (action: string): boolean => action.endsWith('/join/action');

describe('the rights of the app', () => {
  let [ofLiving, ofMoving]: [string[], string[]] = [[], []];
  beforeAll(async () => {
    const from = () => stage.arm.requests.length;
    const [living, moved] = [new Set<string>(), new Set<string>()];
    const during = async (actions: Set<string>, work: () => Promise<void>): Promise<void> => {
      const start = from();
      await work();
      for (const action of asked(start)) actions.add(action);
    };
    await during(living, stays);
    // One configuration at a time is in force: a journey that starts takes the place of the one before.
    for (const [which, word] of [
      [0, 'retire'],
      [1, 'cancelMove'],
    ] as const) {
      const journey = await startPoliced(which);
      await during(living, () => settle(journey));
      await during(moved, async () => {
        await plannedMove(journey);
        await (word === 'retire' ? finishAtDevice(stage, journey) : untilDevice(journey));
        await takeDown(journey, word);
      });
    }
    [ofLiving, ofMoving] = [[...living].sort(), [...moved].sort()];
  }, 120_000);

  it('are enough for every request of a site that stays: the reader and the landing zone role', () => {
    expect(ofLiving.length).toBeGreaterThan(15);
    expect(ofLiving.filter((action) => ![...reading, ...living].includes(action))).toEqual([]);
  });

  it('are enough for every request of moves and of taking down: with the role of moves', () => {
    expect(ofMoving.length).toBeGreaterThan(25);
    expect(ofMoving.filter((action) => ![...reading, ...living, ...moving].includes(action))).toEqual([]);
  });

  it('are no more than is asked for: each is seen in a journey, or checked by ARM on what a body refers to', () => {
    const seen = new Set([...ofLiving, ...ofMoving]);
    const unused = [...reading, ...living, ...moving].filter((action) => !seen.has(action) && !linked(action));
    expect(unused).toEqual([]);
  });

  it('that are only needed to move are not given where a site stays', () => {
    expect(moving.filter((action) => ofLiving.includes(action))).toEqual([]);
  });
});

describe('the action of a request', () => {
  const network = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network';
  it.each([
    ['PUT', `${network}/routeTables/t?api-version=1`, 'microsoft.network/routetables/write'],
    [
      'GET',
      `${network}/firewallPolicies/p/ruleCollectionGroups`,
      'microsoft.network/firewallpolicies/rulecollectiongroups/read',
    ],
    [
      'POST',
      `${network}/virtualNetworkGateways/g/generatevpnprofile`,
      'microsoft.network/virtualnetworkgateways/generatevpnprofile/action',
    ],
    [
      'GET',
      '/subscriptions/s/providers/Microsoft.Network/locations/r/usages',
      'microsoft.network/locations/usages/read',
    ],
    ['DELETE', '/subscriptions/s/resourceGroups/g', 'microsoft.resources/subscriptions/resourcegroups/delete'],
    ['GET', '/subscriptions/s/locations', 'microsoft.resources/subscriptions/locations/read'],
    ['GET', '/subscriptions/s/providers/Microsoft.Network', 'microsoft.resources/subscriptions/providers/read'],
    [
      'GET',
      '/subscriptions/s/resourceGroups/g/providers/Microsoft.Authorization/permissions',
      'microsoft.authorization/permissions/read',
    ],
  ])('%s %s', (method, url, action) => expect(actionOfRequest({ method, url })).toBe(action));
});
