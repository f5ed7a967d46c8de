import { describe, expect, it } from 'vitest';
import { actionOf, failureOf, transportFailure } from '../shared/azure/failures.ts';
import { nextPoll } from '../shared/azure/operations.ts';
import { retryAfterMs } from '../shared/azure/retryAfter.ts';
import { scrub } from '../shared/azure/scrub.ts';
import { whole } from '../shared/azure/whole.ts';
import type { JsonObject } from '../shared/base/canonical.ts';

const NOW = Date.parse('2026-02-01T00:00:00Z');
const id = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/routeTables/t';

const headersOf = (given: Readonly<Record<string, string>>) => {
  const named = new Map(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]));
  return { get: (name: string) => named.get(name.toLowerCase()) };
};

const retryable = (code: string, message = 'Operation PutOperation is at it.') => ({
  error: { code: 'RetryableError', message: 'A retryable error occurred.', details: [{ code, message }] },
});
const plain = (code: string, message: string) => ({ error: { code, message } });

describe('what Azure refuses', () => {
  const cases: readonly (readonly [string, number, unknown, Readonly<Record<string, string>>, object])[] = [
    [
      'a lock, the wait in its header',
      429,
      retryable('RetryableErrorDueToAnotherOperation'),
      { 'Retry-After': '11' },
      { code: 'ERR_AZURE_LOCKED', retry: 'later', retryAfterMs: 11_000 },
    ],
    [
      'a lock, the wait in its words',
      429,
      retryable('RetryableErrorDueToAnotherOperation', 'The call can be retried in 17 seconds.'),
      {},
      { code: 'ERR_AZURE_LOCKED', retryAfterMs: 17_000 },
    ],
    [
      'a lock that says no time',
      409,
      plain('AnotherOperationInProgress', 'Another operation is in progress.'),
      {},
      { code: 'ERR_AZURE_LOCKED', retryAfterMs: 11_000 },
    ],
    [
      'a lock as a bad request',
      400,
      plain('ReferencedResourceNotProvisioned', 'It is Updating.'),
      {},
      { code: 'ERR_AZURE_LOCKED' },
    ],
    [
      "the network's throttle",
      429,
      retryable('RetryableErrorDueToTooManyCallsToThisOperation', 'The call can be retried in 305 seconds.'),
      {},
      { code: 'ERR_AZURE_THROTTLED', retryAfterMs: 305_000 },
    ],
    [
      "ARM's throttle",
      429,
      plain('SubscriptionRequestsThrottled', "Please try again after '6' seconds."),
      {},
      { code: 'ERR_AZURE_THROTTLED', retryAfterMs: 6_000 },
    ],
    [
      'a throttle for a day, in words',
      429,
      plain('SubscriptionRequestsThrottled', "Please try again after '86400' seconds."),
      {},
      { code: 'ERR_AZURE_THROTTLED', retryAfterMs: 900_000 },
    ],
    ['a throttle without a word', 429, undefined, {}, { code: 'ERR_AZURE_THROTTLED', retryAfterMs: 30_000 }],
    [
      'a stale etag',
      412,
      plain('PreconditionFailed', 'Precondition failed.'),
      {},
      { code: 'ERR_AZURE_CHANGED', retry: 'now' },
    ],
    [
      'a resource that is gone',
      404,
      plain('ResourceNotFound', 'It was not found.'),
      {},
      { code: 'ERR_AZURE_NOT_FOUND', retry: 'never' },
    ],
    [
      'a refused token',
      401,
      plain('InvalidAuthenticationToken', 'The token of oid 42 is bad.'),
      {},
      { code: 'ERR_AZURE_CREDENTIAL', retry: 'never' },
    ],
    [
      'two routes with one prefix',
      400,
      plain('RouteConflict', 'Route conflict.'),
      {},
      { code: 'ERR_AZURE_REJECTED', retry: 'never' },
    ],
    [
      'a request that met another one',
      409,
      plain('Conflict', 'The request failed due to conflict with a concurrent request.'),
      {},
      { code: 'ERR_AZURE_LOCKED', retry: 'later', retryAfterMs: 11_000 },
    ],
    [
      'a conflict that is no lock',
      409,
      plain('ResourceGroupBeingDeleted', 'It is being deleted.'),
      {},
      { code: 'ERR_AZURE_REJECTED' },
    ],
    ['a redirect', 307, undefined, { Location: 'https://example.org' }, { code: 'ERR_AZURE_REJECTED' }],
    [
      'an internal error',
      500,
      plain('InternalServerError', 'An error occurred.'),
      {},
      { code: 'ERR_AZURE_UNAVAILABLE', retry: 'later' },
    ],
    [
      'a busy front door',
      503,
      undefined,
      { 'Retry-After': '30' },
      { code: 'ERR_AZURE_UNAVAILABLE', retryAfterMs: 30_000 },
    ],
    ['a time-out', 408, undefined, {}, { code: 'ERR_AZURE_UNAVAILABLE' }],
  ];

  it.each(cases)('%s (%i)', (_, status, body, headers, expected) => {
    const failure = failureOf({ method: 'PUT', id }, { status, body, headers: headersOf(headers) }, NOW);
    expect(failure).toMatchObject(expected);
    expect(failure.message).toContain(id);
    expect(failure.remedy).not.toBe('');
  });

  it.each([
    [
      'the action Azure names',
      plain(
        'AuthorizationFailed',
        "The client 'me@x' with object id 'oid-42' does not have authorization to perform action 'Microsoft.Network/routeTables/join/action' over scope 's'.",
      ),
      'Microsoft.Network/routeTables/join/action',
    ],
    ['the action that follows from the id', plain('AuthorizationFailed', 'No.'), 'Microsoft.Network/routeTables/write'],
    ['the action where Azure says nothing', undefined, 'Microsoft.Network/routeTables/write'],
  ])('a missing role, told with %s and without whose it is', (_, body, action) => {
    const failure = failureOf({ method: 'PUT', id }, { status: 403, body, headers: headersOf({}) }, NOW);
    expect(failure).toMatchObject({
      code: 'ERR_AZURE_FORBIDDEN',
      retry: 'never',
      remedy: expect.stringContaining(action),
    });
    expect(failure.message).not.toMatch(/oid-42|me@x/);
  });

  it("a policy's or a resource lock's word, told in full", () => {
    const body = plain('ScopeLocked', 'The scope has the lock "keep".');
    const failure = failureOf({ method: 'PUT', id }, { status: 403, body, headers: headersOf({}) }, NOW);
    expect(failure.message).toContain('The scope has the lock "keep".');
  });

  it.each([[{ error: 'text' }], [{ error: { details: ['text', null, { code: 7 }] } }], [[]], ['text'], [null]])(
    'an error body of a form nobody published: %j',
    (body) => {
      const failure = failureOf({ method: 'GET', id }, { status: 400, body, headers: headersOf({}) }, NOW);
      expect(failure).toMatchObject({ code: 'ERR_AZURE_REJECTED', message: `Azure refuses reading ${id}: HTTP 400` });
    },
  );
});

it.each([
  ['GET', id, 'Microsoft.Network/routeTables/read'],
  ['PUT', `${id}/routes/r`, 'Microsoft.Network/routeTables/routes/write'],
  ['POST', id, 'Microsoft.Network/routeTables/action'],
  ['DELETE', '/subscriptions/s/resourceGroups/g', 'Microsoft.Resources/subscriptions/resourceGroups/delete'],
] as const)('%s of %s needs %s', (method, of, action) => {
  expect(actionOf({ method, id: of })).toBe(action);
});

describe('no answer at all', () => {
  it.each([
    [
      'a cut connection',
      Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }),
      'ERR_AZURE_UNAVAILABLE',
      'ECONNRESET',
    ],
    [
      'a time-out',
      Object.assign(new Error('The operation was aborted.'), { name: 'AbortError' }),
      'ERR_AZURE_UNAVAILABLE',
      'AbortError',
    ],
    [
      'no identity',
      Object.assign(new Error('secret'), { name: 'CredentialUnavailableError' }),
      'ERR_AZURE_CREDENTIAL',
      'CredentialUnavailableError',
    ],
    [
      'a tenant that refuses',
      Object.assign(new Error('secret'), { name: 'AuthenticationError', statusCode: 401 }),
      'ERR_AZURE_CREDENTIAL',
      'AuthenticationError',
    ],
    [
      'a tenant that is busy',
      Object.assign(new Error('secret'), { name: 'AuthenticationError', statusCode: 429 }),
      'ERR_AZURE_UNAVAILABLE',
      'No token',
    ],
    [
      'several identities, one of them out of reach',
      Object.assign(new Error('secret'), {
        name: 'AggregateAuthenticationError',
        errors: [new Error('not installed'), { name: 'X', cause: { code: 'ETIMEDOUT' } }],
      }),
      'ERR_AZURE_UNAVAILABLE',
      'No token',
    ],
    ['no error at all', 'text', 'ERR_AZURE_UNAVAILABLE', id],
  ])('%s', (_, error, code, words) => {
    const failure = transportFailure({ method: 'GET', id }, error);
    expect(failure).toMatchObject({ code, message: expect.stringContaining(words) });
    expect(failure.message).not.toContain('secret');
  });
});

describe('an answer that is 200 and lacks a part', () => {
  const network = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network';
  const etag = 'W/"1"';

  it.each<[string, string, JsonObject, string]>([
    ['a table', 'routeTables/t', { etag, properties: {} }, 'properties.routes'],
    [
      'a route',
      'routeTables/t',
      { etag, properties: { routes: [{ name: 'a' }] } },
      'properties of a in properties.routes',
    ],
    ['an IP group', 'ipGroups/g', { eTag: '1', properties: {} }, 'properties.ipAddresses'],
    ['an IP group without a tag', 'ipGroups/g', { properties: { ipAddresses: [] } }, 'etag'],
    ['a network', 'virtualNetworks/v', { etag, properties: {} }, 'properties.subnets'],
    [
      'a network without its ranges',
      'virtualNetworks/v',
      { etag, properties: { subnets: [], addressSpace: {} } },
      'properties.addressSpace.addressPrefixes',
    ],
    ['a security group', 'networkSecurityGroups/n', { etag, properties: {} }, 'properties.securityRules'],
    [
      'a collection without its rules',
      'firewallPolicies/p/ruleCollectionGroups/g',
      { etag, properties: { ruleCollections: [{ name: 'c' }] } },
      'rules of c in properties.ruleCollections',
    ],
  ])('is asked for again, and says which: %s', (_, path, body, missing) => {
    const read = () => whole(`${network}/${path}`, body);
    expect(read).toThrow(`${network}/${path} is not whole: ${missing} is missing`);
    expect(read).toThrow(expect.objectContaining({ code: 'ERR_AZURE_UNAVAILABLE', retry: 'later' }));
  });

  it('is taken where the rules of a firewall stand in its policy', () => {
    const body = { etag, properties: { firewallPolicy: { id: `${network}/firewallPolicies/p` } } };
    expect(whole(`${network}/azureFirewalls/f`, body)).toBe(body);
  });
});

it('an error with a detail for each of four hundred routes is told by the first, and how many more', () => {
  const details = Array.from({ length: 400 }, (_, index) => ({
    code: 'InvalidRoute',
    message: `route-${index} ${'x'.repeat(200)}`,
  }));
  const body = { error: { code: 'InvalidRequestFormat', message: 'Cannot parse the request.', details } };
  const { code, message } = failureOf({ method: 'PUT', id }, { status: 400, headers: headersOf({}), body }, NOW);
  expect(code).toBe('ERR_AZURE_REJECTED');
  expect(message).toMatch(/Cannot parse the request\. InvalidRoute: route-0 .* And 394 more\.$/);
  expect(message.length).toBeLessThan(1_800);
});

describe('Retry-After', () => {
  it.each([
    ['seconds', { 'Retry-After': '12' }, 12_000],
    ['nothing to wait for', { 'Retry-After': '0' }, 0],
    ['a date by our clock', { 'Retry-After': 'Sun, 01 Feb 2026 00:00:30 GMT' }, 30_000],
    [
      'a date by its own clock',
      { 'Retry-After': 'Mon, 02 Feb 2026 00:00:30 GMT', Date: 'Mon, 02 Feb 2026 00:00:10 GMT' },
      20_000,
    ],
    ['a date that is past', { 'Retry-After': 'Sat, 31 Jan 2026 00:00:00 GMT' }, 0],
    ['a month', { 'Retry-After': '2592000' }, 900_000],
    ['more seconds than a number holds', { 'Retry-After': '9'.repeat(400) }, 900_000],
    ['a date next year', { 'Retry-After': 'Mon, 01 Feb 2027 00:00:00 GMT' }, 900_000],
    ['not there', {}, undefined],
    ['nonsense', { 'Retry-After': 'soon' }, undefined],
    ['negative', { 'Retry-After': '-5' }, undefined],
  ] as const)('as %s', (_, headers, expected) => {
    expect(retryAfterMs(headersOf(headers), NOW)).toBe(expected);
  });
});

it.each([
  ['at once', '0', 1_000],
  ['in half a second', '0.5', 1_000],
  ['in ten seconds', '10', 10_000],
  ['in a month', '2592000', 900_000],
])('an operation that is to be asked about %s is asked neither in a rush nor never', (_, asked, waitMs) => {
  const answer = { status: 202, headers: headersOf({ 'Retry-After': asked }), body: undefined, bytes: 0 };
  expect(nextPoll(answer, NOW)).toBe(NOW + waitMs);
});

it.each([
  ['a signed URL', 'see https://management.azure.com/x/operations/1?api-version=1&t=1&c=abc&s=SECRET.', 'SECRET'],
  ['a bearer token', 'Authorization: Bearer SECRET.abc', 'SECRET'],
  ['a bare token', 'got eyJ0eXAiOiJKV1QiLCJSECRET.eyJhdWQiOiJ4In0.c2ln here', 'SECRET'],
  ['an account key', 'AccountName=x;AccountKey=SECRET==;EndpointSuffix=y', 'SECRET'],
  ['a shared access signature', 'blob?sv=1&sig=SECRET%3D', 'SECRET'],
])('%s is kept out of messages', (_, text, secret) => {
  expect(scrub(text)).not.toContain(secret);
});

it('a page without end is cut', () => {
  expect(scrub('x'.repeat(100_000)).length).toBeLessThan(2_000);
});
