import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sweep } from '../shared/sweep.ts';
import type { Denial } from '../simulator/arm/denials.ts';
import { type Journey, type SiteChange, type Stage, startJourney, startStage } from './support/journey.ts';
import { atHome, failOver, firewallOf, prefixesOf, writesOf } from './support/landing.ts';

let stage: Stage;
let right: string[];
beforeAll(async () => {
  stage = await startStage();
  const calm = await startJourney(stage);
  await failOver(calm);
  right = prefixesOf(stage, calm);
});
afterAll(() => stage.close());

const route = (name: string, addressPrefix: string, nextHopType: string, nextHopIpAddress?: string) => ({
  name,
  properties: { addressPrefix, nextHopType, ...(nextHopIpAddress === undefined ? {} : { nextHopIpAddress }) },
});

const withFirewall = (journey: Journey, properties: Record<string, unknown>): void => {
  const firewall = firewallOf(stage, journey);
  stage.arm.seed(journey.ids.firewall, { ...firewall, properties: { ...firewall.properties, ...properties } } as never);
};

const centralPolicyOf = ({ ids }: Journey): string =>
  ids.firewall.replace('azureFirewalls/firewall', 'firewallPolicies/central');

const attachPolicy = (journey: Journey): void => {
  const id = centralPolicyOf(journey);
  stage.arm.seed(id, { location: 'usgovvirginia', properties: {} });
  withFirewall(journey, { firewallPolicy: { id }, networkRuleCollections: [] });
};

const withoutConfigurations = (journey: Journey): void => {
  const gateway = stage.arm.read(journey.ids.gateway) as { properties: Record<string, unknown> };
  stage.arm.seed(journey.ids.gateway, {
    ...gateway,
    properties: { ...gateway.properties, ipConfigurations: [] },
  } as never);
};

/** One way a landing zone can be wrong: what blocks (a code), or what a look meets (an error code), and the words. */
type Wrong = {
  readonly name: string;
  readonly zone?: NonNullable<SiteChange['zone']>;
  /** Somebody's route at odds with ours. */
  readonly rival?: 'same' | 'inside';
  readonly limit?: number;
  readonly make?: (journey: Journey) => void;
  readonly deny?: (journey: Journey) => Denial;
  readonly blocker?: string;
  readonly error?: string;
  readonly message: RegExp;
};

const many = Array.from({ length: 300 }, (_, index) =>
  route(`own-${index}`, `198.18.${Math.floor(index / 250)}.${index % 250}/32`, 'None'),
);

const wrong: readonly Wrong[] = [
  {
    name: 'a firewall whose policy may not be read',
    make: attachPolicy,
    deny: (journey) => ({ kind: 'scope', resource: centralPolicyOf(journey) }),
    error: 'ERR_AZURE_FORBIDDEN',
    message: /forbids reading .*firewallPolicies\/central: .*Microsoft.Network\/firewallPolicies\/read/,
  },
  {
    name: 'a route table that is gone',
    make: ({ ids }) => stage.arm.remove(ids.routeTable),
    error: 'ERR_AZURE_NOT_FOUND',
    message: /routeTables\/routetable is not there: .*Restore it, or correct its name/,
  },
  {
    name: 'a firewall that is gone',
    make: ({ ids }) => stage.arm.remove(ids.firewall),
    error: 'ERR_AZURE_NOT_FOUND',
    message: /azureFirewalls\/firewall is not there/,
  },
  {
    name: 'a virtual network that is gone',
    make: ({ ids }) => stage.arm.remove(ids.virtualNetwork),
    error: 'ERR_AZURE_NOT_FOUND',
    message: /virtualNetworks\/vnet is not there/,
  },
  {
    name: 'a gateway that is gone',
    make: ({ ids }) => stage.arm.remove(ids.gateway),
    blocker: 'GATEWAY_ADDRESS_UNKNOWN',
    message: /public addresses of the gateway vngw could not be read: .*virtualNetworkGateways\/vngw is not there/,
  },
  {
    name: 'a gateway that may not be read',
    deny: ({ ids }) => ({ kind: 'scope', resource: ids.gateway }),
    blocker: 'GATEWAY_ADDRESS_UNKNOWN',
    message: /could not be read: Azure forbids reading .*virtualNetworkGateways\/vngw: AuthorizationFailed/,
  },
  {
    name: "a gateway's address that may not be read",
    deny: ({ ids }) => ({ kind: 'scope', resource: ids.gatewayPublicIp }),
    blocker: 'GATEWAY_ADDRESS_UNKNOWN',
    message: /could not be read: Azure forbids reading .*publicIPAddresses\/vngw-ip/,
  },
  {
    name: 'a gateway without an address',
    make: withoutConfigurations,
    blocker: 'GATEWAY_ADDRESS_UNKNOWN',
    message: /could not be read: it has no public address/,
  },
  {
    name: 'a firewall without an address',
    make: (journey) => withFirewall(journey, { ipConfigurations: [] }),
    blocker: 'FIREWALL_ADDRESS_UNKNOWN',
    message: /private address of the firewall firewall could not be read/,
  },
  {
    name: 'a token that is refused',
    deny: () => ({ kind: 'credential' }),
    error: 'ERR_AZURE_CREDENTIAL',
    message: /Azure refuses the token while reading .*: InvalidAuthenticationToken.*managed identity/,
  },
  {
    name: 'a table that may not be read',
    deny: ({ ids }) => ({ kind: 'scope', resource: ids.routeTable, actions: ['read'] }),
    error: 'ERR_AZURE_FORBIDDEN',
    message:
      /Azure forbids reading .*routeTables\/routetable: AuthorizationFailed.*Microsoft\.Network\/routeTables\/read/,
  },
  {
    name: 'a foreign route of the same prefix to another hop',
    rival: 'same',
    blocker: 'FOREIGN_ROUTE_CONFLICT',
    message:
      /The route "theirs" \(not ours\) leads .* to VirtualAppliance 10\.0\.0\.9; the plan needs it to lead to VirtualAppliance 172\.16\.1\.4/,
  },
  {
    name: 'a foreign route inside one of our prefixes',
    rival: 'inside',
    blocker: 'FOREIGN_ROUTE_DIVERTS',
    message: /wanted addresses would not reach the firewall because of routes that are not ours: "theirs"/,
  },
  {
    name: 'a table full of foreign routes',
    zone: { routes: many },
    blocker: 'ROUTE_BUDGET',
    message:
      /routes are needed \(\d+ prefixes \+ \d+ holes?\) beside 300 foreign routes, the limit is 400: \d+ too many/,
  },
  {
    name: 'a limit that is too low',
    limit: 20,
    blocker: 'ROUTE_BUDGET',
    message: /the limit is 20: \d+ too many. Tried: exact \d+/,
  },
];

/** A foreign route where the table wants one of ours: of the same prefix, or half of it. */
const rivalOf = (rival: 'same' | 'inside'): NonNullable<SiteChange['zone']> => {
  const whole = right.find((prefix) => prefix.endsWith('/24')) ?? '';
  const addressPrefix = rival === 'same' ? whole : whole.replace('/24', '/25');
  return { routes: [route('theirs', addressPrefix, 'VirtualAppliance', '10.0.0.9')] };
};

describe('a landing zone that is not as it should be', () => {
  it.each(wrong)(
    'writes nothing and says so: $name',
    async ({ zone, rival, limit, make, deny, blocker, error, message }) => {
      const journey = await startJourney(stage, {
        ...(zone === undefined ? {} : { zone }),
        ...(rival === undefined ? {} : { zone: rivalOf(rival) }),
        ...(limit === undefined ? {} : { routeBudget: { limit } }),
      });
      make?.(journey);
      const lift = deny === undefined ? () => {} : stage.arm.deny(deny(journey));
      await failOver(journey);
      lift();
      const state = await journey.state();
      expect(writesOf(journey)).toEqual([]);
      expect(state).toMatchObject({ run: null, inPlace: null, waiting: null });
      const said = journey.notices.filter(({ kind }) => kind === (blocker === undefined ? 'alarm' : 'blocked'));
      expect(said.map(({ text }) => text)).toEqual([expect.stringMatching(message)]);
      if (blocker !== undefined) {
        expect(state.lastPlan).toMatchObject({ applyable: false });
        expect(state.lastPlan?.blockers.find(({ code }) => code === blocker)?.message).toMatch(message);
      } else expect(state.attention).toMatchObject({ code: error, why: expect.stringMatching(message) });
    },
  );

  it('goes on by itself at the next sweep when what was refused is allowed again', async () => {
    const journey = await startJourney(stage);
    const lift = stage.arm.deny({ kind: 'scope', resource: journey.ids.gateway });
    await failOver(journey);
    const liftAlso = stage.arm.deny({ kind: 'credential' });
    await sweep(journey.ports, 'the sweep');
    await journey.work();
    expect((await journey.state()).attention?.code).toBe('ERR_AZURE_CREDENTIAL');
    lift();
    liftAlso();
    await sweep(journey.ports, 'the sweep');
    await journey.work();
    expect(await journey.state()).toMatchObject({ attention: null, inPlace: { mode: 'serviceFailover' } });
    expect(prefixesOf(stage, journey)).toEqual(right);
  });

  it('stops a run whose write is refused for good, with the permission that is missing', async () => {
    const journey = await atHome(stage);
    const lift = stage.arm.deny({ kind: 'scope', resource: journey.ids.routeTable, actions: ['write'] });
    await failOver(journey);
    lift();
    const { attention, lastRuns, inPlace } = await journey.state();
    expect(attention?.why).toMatch(
      /Azure forbids writing .*routeTables\/routetable.*Microsoft\.Network\/routeTables\/write/,
    );
    expect([lastRuns[0]?.outcome, inPlace?.mode]).toEqual(['failed', 'home']);
    await sweep(journey.ports, 'the sweep');
    await journey.work();
    expect(await journey.state()).toMatchObject({ attention: null, inPlace: { mode: 'serviceFailover' } });
    expect(journey.exchanges().filter(({ method, status }) => method === 'PUT' && status < 300)).toHaveLength(2);
  });
});
