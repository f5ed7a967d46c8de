import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../simulator/arm/json.ts';
import { issueToken } from '../simulator/arm/tokens.ts';
import {
  applianceRoute,
  call,
  codes,
  GROUP,
  message,
  NETWORK,
  SUBSCRIPTION,
  startTestArm,
  TABLE,
  table,
} from './support/rawArm.ts';

const hop = (nextHopType: string, extra: JsonObject = {}) => ({
  name: 'r',
  properties: { addressPrefix: '10.0.0.0/8', nextHopType, ...extra },
});

const BAD_ROUTES: readonly (readonly [string, JsonObject[], string, string])[] = [
  ['host bits', [applianceRoute('r', '10.0.0.1/8')], 'InvalidCIDRNotation', 'the address prefix should be 10.0.0.0/8'],
  ['host bits of IPv6', [applianceRoute('r', '2001:db8::1/32')], 'InvalidCIDRNotation', 'should be 2001:db8::/32'],
  ['a /33', [applianceRoute('r', '10.0.0.0/33')], 'InvalidAddressPrefixFormat', '10.0.0.0/33'],
  ['zero-padded octets', [applianceRoute('r', '010.0.0.0/8')], 'InvalidAddressPrefixFormat', '010.0.0.0/8'],
  ['a bare address', [applianceRoute('r', '10.0.0.1')], 'InvalidAddressPrefixFormat', '10.0.0.1'],
  ['no prefix', [{ name: 'r', properties: { nextHopType: 'Internet' } }], 'InvalidAddressPrefixFormat', 'CIDR'],
  [
    'one prefix twice',
    [applianceRoute('a', '10.0.0.0/8'), applianceRoute('b', '10.0.0.0/8')],
    'RouteConflict',
    'Route: a conflicts with Route: b.',
  ],
  [
    'one IPv6 prefix spelled twice',
    [applianceRoute('a', '2001:DB8::/32'), applianceRoute('b', '2001:db8:0::/32')],
    'RouteConflict',
    'AddressPrefix',
  ],
  [
    'one tag in two cases',
    [applianceRoute('a', 'Storage'), applianceRoute('b', 'storage')],
    'RouteConflict',
    'AddressPrefix',
  ],
  [
    'an appliance without address',
    [hop('VirtualAppliance')],
    'MissingNextHopIpAddress',
    'cannot be Null or Empty in route r',
  ],
  [
    'an address without appliance',
    [hop('Internet', { nextHopIpAddress: '10.0.0.4' })],
    'InvalidNextHopIpAddress',
    'Internet',
  ],
  ['an unknown hop', [hop('Nowhere')], 'InvalidRequestFormat', 'Error converting value "Nowhere"'],
  [
    'two routes with one name',
    [applianceRoute('a', '10.0.0.0/8'), applianceRoute('A', '11.0.0.0/8')],
    'InvalidRequestFormat',
    'same name (A)',
  ],
  ['a slash in a name', [applianceRoute('10.0.0.0/8', '10.0.0.0/8')], 'InvalidResourceName', '10.0.0.0/8 is invalid'],
  [
    'no name',
    [{ properties: { addressPrefix: '10.0.0.0/8', nextHopType: 'None' } }],
    'InvalidRequestFormat',
    'name is missing',
  ],
];

describe('a route table refuses', () => {
  it.each(BAD_ROUTES)('%s', async (_title, routes, code, text) => {
    await using running = await startTestArm();
    running.arm.seed(TABLE, table());
    const before = running.arm.read(TABLE);
    const answer = await call(running.arm, 'PUT', TABLE, table(...routes));
    expect(answer.status).toBe(400);
    expect(codes(answer)[0]).toBe(code);
    expect(message(answer)).toContain(text);
    expect(running.arm.read(TABLE)).toEqual(before);
  });

  it('one route more than the limit, and takes as many as the limit', async () => {
    await using running = await startTestArm({ limits: { routesPerTable: 400 } });
    running.arm.seed(TABLE, table());
    const routes = Array.from({ length: 401 }, (_, index) =>
      applianceRoute(`r${index}`, `10.${index >> 8}.${index & 255}.0/24`),
    );
    const tooMany = await call(running.arm, 'PUT', TABLE, table(...routes));
    expect(tooMany.status).toBe(400);
    expect(message(tooMany)).toContain('400 routes');
    expect((await call(running.arm, 'PUT', TABLE, table(...routes.slice(1)))).status).toBe(200);
  });

  it('more than 25 routes with a service tag', async () => {
    await using running = await startTestArm();
    running.arm.seed(TABLE, table());
    const routes = Array.from({ length: 26 }, (_, index) => applianceRoute(`r${index}`, `Tag.Region${index}`));
    expect(message(await call(running.arm, 'PUT', TABLE, table(...routes)))).toContain('25 routes with a service tag');
  });

  it('to go away while a subnet uses it', async () => {
    await using running = await startTestArm();
    running.arm.seed(TABLE, table());
    running.arm.seed(`${NETWORK}/virtualNetworks/vnet`, {
      location: 'usgovvirginia',
      properties: { subnets: [{ name: 's', properties: { addressPrefix: '10.0.0.0/24', routeTable: { id: TABLE } } }] },
    });
    expect((await call(running.arm, 'GET', TABLE)).body).toMatchObject({
      properties: { subnets: [{ id: `${NETWORK}/virtualNetworks/vnet/subnets/s` }] },
    });
    expect(codes(await call(running.arm, 'DELETE', TABLE))).toEqual(['InUseRouteTableCannotBeDeleted']);
  });
});

describe('what is not there', () => {
  const NOT_FOUND: readonly (readonly [string, string, string, string[], string | undefined])[] = [
    ['a table', TABLE, 'GET', ['ResourceNotFound'], 'gateway'],
    ['a group', '/subscriptions/S/resourceGroups/none', 'GET', ['ResourceGroupNotFound'], 'gateway'],
    [
      'a table of a missing group',
      `${TABLE.replace('/rg/', '/none/')}`,
      'DELETE',
      ['ResourceGroupNotFound'],
      'gateway',
    ],
    ['a route of a missing table', `${TABLE}/routes/r`, 'GET', ['ParentResourceNotFound'], 'gateway'],
    ['a route of a table', `${NETWORK}/routeTables/there/routes/r`, 'GET', ['NotFound'], undefined],
    ['a type', `${NETWORK}/routeTables/there/nothing`, 'GET', ['InvalidResourceType'], 'gateway'],
    ['a subscription', TABLE.replace(SUBSCRIPTION, 'other'), 'GET', ['SubscriptionNotFound'], 'gateway'],
  ];

  it.each(NOT_FOUND)('%s', async (_title, path, method, expected, cause) => {
    await using running = await startTestArm();
    running.arm.seed(`${NETWORK}/routeTables/there`, table());
    const answer = await call(running.arm, method, path.replace('/S/', `/${SUBSCRIPTION}/`));
    expect(answer.status).toBe(404);
    expect(codes(answer)).toEqual(expected);
    expect(answer.headers['x-ms-failure-cause']).toBe(cause);
  });

  it('is deleted with 204', async () => {
    await using running = await startTestArm();
    running.arm.seed(GROUP, { location: 'westus2' });
    expect((await call(running.arm, 'DELETE', TABLE)).status).toBe(204);
  });
});

describe('the front door', () => {
  const expired = issueToken('https://management.azure.com', Date.now() - 7_200_000, 60, 'x');
  const storage = issueToken('https://storage.azure.com', Date.now(), 60, 'x');
  const CALLS: readonly (readonly [string, string | undefined, string, number, string])[] = [
    ['no token', undefined, TABLE, 401, 'AuthenticationFailed'],
    ['a token that is none', 'Bearer nonsense', TABLE, 401, 'InvalidAuthenticationToken'],
    ['an expired token', `Bearer ${expired}`, TABLE, 401, 'ExpiredAuthenticationToken'],
    ['a token for storage', `Bearer ${storage}`, TABLE, 401, 'InvalidAuthenticationTokenAudience'],
  ];

  it.each(CALLS)('refuses %s', async (_title, authorization, path, status, code) => {
    await using running = await startTestArm();
    running.arm.seed(TABLE, table());
    const answer = await call(running.arm, 'GET', path, undefined, { authorization });
    expect(answer.status).toBe(status);
    expect(codes(answer)).toEqual([code]);
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer /);
  });

  it('accepts the audience of its own cloud only', async () => {
    await using running = await startTestArm({ cloud: 'AzureGovernment' });
    running.arm.seed(TABLE, table());
    const token = issueToken('https://management.usgovcloudapi.net/', Date.now(), 60, 'x');
    expect((await call(running.arm, 'GET', TABLE, undefined, { authorization: `Bearer ${token}` })).status).toBe(200);
    expect((await call(running.arm, 'GET', TABLE)).status).toBe(401);
  });

  it('wants an api-version that looks like one', async () => {
    await using running = await startTestArm();
    running.arm.seed(TABLE, table());
    expect(codes(await call(running.arm, 'GET', `${TABLE}?api-version=`))).toEqual(['MissingApiVersionParameter']);
    expect(codes(await call(running.arm, 'GET', `${TABLE}?api-version=now`))).toEqual(['InvalidApiVersionParameter']);
  });

  it.each([
    ['text that is no JSON', '{', 'application/json', 400, 'InvalidRequestContent'],
    ['another content type', '{}', 'text/plain', 415, 'UnsupportedMediaType'],
    ['no location', '{}', 'application/json', 400, 'LocationRequired'],
    ['another location', '{"location":"westus2"}', 'application/json', 409, 'InvalidResourceLocation'],
  ])('refuses a body with %s', async (_title, text, type, status, code) => {
    await using running = await startTestArm();
    running.arm.seed(TABLE, table());
    const answer = await call(running.arm, 'PUT', TABLE, text, { 'content-type': type });
    expect([answer.status, ...codes(answer)]).toEqual([status, code]);
  });

  it('refuses a credential or a scope for as long as it is told to', async () => {
    await using running = await startTestArm();
    const { arm } = running;
    arm.seed(TABLE, table());
    const lift = arm.deny({ kind: 'credential' });
    expect(codes(await call(arm, 'GET', TABLE))).toEqual(['InvalidAuthenticationToken']);
    lift();
    arm.deny({ kind: 'scope', resource: TABLE, actions: ['write'] });
    const forbidden = await call(arm, 'PUT', TABLE, table());
    expect([forbidden.status, ...codes(forbidden)]).toEqual([403, 'AuthorizationFailed']);
    expect(message(forbidden)).toContain("'Microsoft.Network/routeTables/write' over scope");
    expect((await call(arm, 'GET', TABLE)).status).toBe(200);
  });
});

describe('a reference', () => {
  const network = `${NETWORK}/virtualNetworks/vnet`;
  const NET = { location: 'usgovvirginia', properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } } };
  const subnet = { properties: { addressPrefix: '10.0.0.0/24', routeTable: { id: TABLE } } };

  it('to nothing is refused with InvalidResourceReference', async () => {
    await using running = await startTestArm();
    running.arm.seed(network, NET);
    const answer = await call(running.arm, 'PUT', `${network}/subnets/s`, subnet);
    expect([answer.status, ...codes(answer)]).toEqual([400, 'InvalidResourceReference']);
  });

  it('to a table that is being written is a 429 without Retry-After', async () => {
    await using running = await startTestArm();
    running.arm.seed(network, NET);
    running.arm.seed(TABLE, table());
    running.arm.occupy(TABLE, 5);
    const answer = await call(running.arm, 'PUT', `${network}/subnets/s`, subnet);
    expect(answer.status).toBe(429);
    expect(answer.headers['retry-after']).toBeUndefined();
    expect(codes(answer)).toEqual(['RetryableError', 'ReferencedResourceNotProvisioned']);
    running.clock.advance(5_000);
    expect((await call(running.arm, 'PUT', `${network}/subnets/s`, subnet)).status).toBe(201);
  });
});
