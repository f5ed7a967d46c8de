import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Journey, type Stage, startJourney, startStage } from './support/journey.ts';
import { confirm, failOver, firewallOf, prefixesOf, type Raw } from './support/landing.ts';

let stage: Stage;
let right: string[];
beforeAll(async () => {
  stage = await startStage();
  const plain = await startJourney(stage);
  await failOver(plain);
  right = prefixesOf(stage, plain);
});
afterAll(() => stage.close());

type Held = { properties: Record<string, never> & { ipConfigurations: { properties: Raw }[] } };

const change = (id: string, how: (held: { properties: Raw }) => void): void => {
  const held = structuredClone(stage.arm.read(id)) as never as { properties: Raw };
  how(held);
  stage.arm.seed(id, held as never);
};

const dualStackNetwork = ({ ids }: Journey): void =>
  change(ids.virtualNetwork, ({ properties }) => {
    const { addressPrefixes } = properties['addressSpace'] as { addressPrefixes: string[] };
    addressPrefixes.unshift('fd00:db8:deca::/48');
    const subnets = properties['subnets'] as { name: string; properties: Raw }[];
    const gateway = subnets.find(({ name }) => name === 'GatewaySubnet');
    const { addressPrefix, ...others } = gateway?.properties ?? {};
    if (gateway) gateway.properties = { ...others, addressPrefixes: ['fd00:db8:deca::/64', addressPrefix] };
  });

const dualStackGateway = ({ ids }: Journey): void => {
  const address = `${ids.gatewayPublicIp}6`;
  stage.arm.seed(address, {
    location: 'usgovvirginia',
    properties: { ipAddress: '2603:1030::5', publicIPAddressVersion: 'IPv6', publicIPAllocationMethod: 'Static' },
  });
  change(ids.gateway, ({ properties }) => {
    const { ipConfigurations } = properties as never as Held['properties'];
    const [first] = ipConfigurations;
    const own = { ...first?.properties, publicIPAddress: { id: address } };
    ipConfigurations.unshift({ ...first, name: 'v6', properties: own } as never);
  });
};

const poolOf = (addressPrefixes: readonly string[]) => {
  return ({ ids }: Journey): void =>
    change(ids.gateway, ({ properties }) => {
      const client = properties['vpnClientConfiguration'] as Raw | undefined;
      properties['vpnClientConfiguration'] = { ...client, vpnClientAddressPool: { addressPrefixes } };
    });
};

describe('a site whose landing zone has more than plain IPv4', () => {
  it.each<[string, (journey: Journey) => void, readonly string[]]>([
    ['IPv6 on the VNet', dualStackNetwork, ['fd00:db8:deca::/48']],
    ['an IPv6 address on the gateway', dualStackGateway, ['2603:1030::5']],
    ['IPv6 clients', poolOf(['192.168.150.0/24', 'fd00:c11e::/64']), ['fd00:c11e::/64']],
    ['clients whose pool has host bits set', poolOf(['192.168.150.1/24']), []],
  ])('fails over as any other, and the plan names what is left out: %s', async (_, make, leftOut) => {
    const journey = await startJourney(stage);
    make(journey);
    await failOver(journey);
    await confirm(journey);
    const { attention, inPlace, lastPlan } = await journey.state();
    expect([attention, inPlace?.mode]).toEqual([null, 'serviceFailover']);
    expect(prefixesOf(stage, journey)).toEqual(right);
    const rules = JSON.stringify(firewallOf(stage, journey).properties.networkRuleCollections);
    expect(rules).toContain('"192.168.150.0/24"');
    expect(rules).not.toMatch(/::|192\.168\.150\.1\/24/);
    const notes = (lastPlan?.notes ?? []).filter((note) => note.startsWith('IPv6 of the landing zone'));
    expect(notes).toEqual(leftOut.map((text) => expect.stringContaining(`(${text})`)));
  });
});
