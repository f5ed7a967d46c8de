import { describe, expect, it } from 'vitest';
import type { Accepted, Progress } from '../shared/apply/target.ts';
import { createArm } from '../shared/azure/arm.ts';
import { failureOf } from '../shared/azure/failures.ts';
import { armResources, type Resources } from '../shared/azure/resources.ts';
import { whole } from '../shared/azure/whole.ts';
import type { JsonObject } from '../shared/base/canonical.ts';
import type { Clock } from '../shared/base/clock.ts';
import {
  cassetteNames,
  loadCassette,
  type Recorded,
  type Replay,
  recordingsMissing,
  replay,
} from './support/replay.ts';

const START = Date.parse('2026-04-04T17:16:31Z');
const why = recordingsMissing === undefined ? '' : ` (skipped: ${recordingsMissing})`;

/** Time that moves only when a poll has to be waited for. */
const stillClock = (): Clock & { at: number } => {
  const clock = {
    at: START,
    now: () => clock.at,
    sleepUntil: async (until: number) => {
      clock.at = Math.max(clock.at, until);
    },
    pause: async () => {},
    speed: 1,
  };
  return clock;
};

const production = (recorded: readonly Recorded[]) => {
  const clock = stillClock();
  const httpClient: Replay = replay(recorded);
  const arm = createArm({
    endpoint: 'https://management.azure.com',
    audience: 'https://management.azure.com',
    credential: { getToken: async () => ({ token: 'a-token', expiresOnTimestamp: Date.now() + 3_600_000 }) },
    networkApiVersion: '2025-03-01',
    clock,
    httpClient,
  });
  return { clock, httpClient, resources: armResources(arm, clock) };
};

/** Waits a write out as a run does: no poll before its time. Returns the waits in seconds and how it ended. */
const waitOut = async (resources: Resources, clock: Clock & { at: number }, first: Accepted | Progress) => {
  const waits: number[] = [];
  let now: Accepted | Progress = first;
  while (now.status === 'running') {
    waits.push((now.notBefore - clock.now()) / 1_000);
    await clock.sleepUntil(now.notBefore);
    now = await resources.poll(now.operationUrl);
  }
  return { waits, end: now };
};

const pick = (recorded: readonly Recorded[], method: string, status: number): Recorded => {
  const found = recorded.find((one) => one.method === method && one.status === status);
  if (found === undefined) throw new Error(`the cassette has no ${method} answered ${status}`);
  return found;
};

const bodyOf = (recorded: Recorded): JsonObject => JSON.parse(recorded.requestBody) as JsonObject;

describe.skipIf(recordingsMissing !== undefined)(`the production client against recordings of Azure${why}`, () => {
  it('creates a route table, waits as long as Azure says and reads it back Succeeded', async () => {
    const recorded = loadCassette('routetable-2025-03-01-crud-and-429.yaml');
    const write = recorded.find(({ method, path }) => method === 'PUT' && path.includes('/routeTables/'));
    if (write === undefined) throw new Error('no route table is written in the cassette');
    const { resources, clock, httpClient } = production(recorded);
    await expect(resources.get(write.path)).rejects.toMatchObject({ code: 'ERR_AZURE_NOT_FOUND' });

    const ended = await waitOut(resources, clock, await resources.put(write.path, bodyOf(write), 'W/"one"'));
    expect(ended).toMatchObject({ waits: [2], end: { status: 'succeeded' } });
    const table = await resources.get(write.path);
    expect(table).toMatchObject({ id: write.path, properties: { provisioningState: 'Succeeded' } });

    const put = httpClient.asked.find(({ method }) => method === 'PUT');
    expect(put?.headers.get('If-Match')).toBe('W/"one"');
    expect(put?.url).toContain('api-version=2025-03-01');
    expect(httpClient.asked.every(({ headers }) => headers.get('Authorization') === 'Bearer a-token')).toBe(true);
  });

  it('sees that a table whose tags alone changed is done at once, and keeps what it does not know', async () => {
    const recorded = loadCassette('routetable-2025-03-01-put-table-replaces-routes.yaml');
    const write = pick(recorded, 'PUT', 200);
    const { resources } = production(recorded.slice(recorded.indexOf(write)));
    expect(await resources.put(write.path, bodyOf(write), null)).toEqual({ status: 'done' });
    // disablePeeringRoute is newer than the typed models of most clients.
    expect(await resources.get(write.path)).toMatchObject({ properties: { disablePeeringRoute: 'None' } });
  });

  it('creates a firewall, is held off by an operation on its policy, and updates it afterwards', async () => {
    const recorded = loadCassette('azurefirewall-2025-03-01-put-409-update-delete.yaml');
    const create = pick(recorded, 'PUT', 201);
    const { resources, clock } = production(recorded);
    const created = await waitOut(resources, clock, await resources.put(create.path, bodyOf(create), null));
    expect(created).toMatchObject({ waits: [10, 10, 20], end: { status: 'succeeded' } });

    const update = pick(recorded, 'PUT', 200);
    for (let refused = 0; refused < 2; refused += 1)
      await expect(resources.put(update.path, bodyOf(update), null)).rejects.toMatchObject({
        code: 'ERR_AZURE_LOCKED',
        retry: 'later',
        retryAfterMs: 11_000,
      });
    const updated = await waitOut(resources, clock, await resources.put(update.path, bodyOf(update), null));
    expect(updated).toMatchObject({ waits: [10, 10, 20], end: { status: 'succeeded' } });
  });

  it('refuses as not whole nothing that Azure ever sent', () => {
    const kinds = /\/(routeTables|azureFirewalls|firewallPolicies|virtualNetworks)\//;
    const sent = cassetteNames()
      .flatMap(loadCassette)
      .filter(({ path, status, body }) => status < 300 && kinds.test(path) && body.includes('"id"'));
    expect(sent.length).toBeGreaterThan(20);
    for (const { path, body } of sent) expect(() => whole(path, JSON.parse(body))).not.toThrow();
  });

  it('takes a locked route table for a lock, with the wait that Azure asks for', async () => {
    const locked = pick(loadCassette('routetable-2025-03-01-crud-and-429.yaml'), 'DELETE', 429);
    const { resources } = production([{ ...locked, method: 'PUT' }]);
    await expect(resources.put(locked.path, {}, null)).rejects.toMatchObject({
      code: 'ERR_AZURE_LOCKED',
      retryAfterMs: 12_000,
      message: expect.stringContaining('RetryableErrorDueToAnotherOperation'),
    });
  });

  it('asks again in ten seconds where a poll is answered with an HTML page', async () => {
    const [unwell] = loadCassette('error-503-html-during-poll.yaml');
    if (unwell === undefined) throw new Error('the cassette is empty');
    const { resources } = production([unwell]);
    expect(await resources.poll(unwell.url)).toEqual({
      status: 'running',
      operationUrl: unwell.url,
      notBefore: START + 10_000,
    });
  });

  it('waits out a VPN gateway of 47 minutes, and hears why its deletion failed', async () => {
    const recorded = loadCassette('vnetgateway-2025-03-01-put-47min-delete-failed.yaml');
    const create = pick(recorded, 'PUT', 201);
    const { resources, clock } = production(recorded);
    const created = await waitOut(resources, clock, await resources.put(create.path, bodyOf(create), null));
    expect(created.end).toMatchObject({ status: 'succeeded' });

    const deletion = pick(recorded, 'DELETE', 202);
    const operationUrl = deletion.headers['Azure-Asyncoperation'] ?? '';
    const deleted = await waitOut(resources, clock, { status: 'running', operationUrl, notBefore: clock.now() });
    expect(deleted.end).toMatchObject({
      status: 'failed',
      code: 'VmssGatewayDeploymentFailed',
      message: expect.stringMatching(/^VmssGatewayDeploymentFailed: .{20}/),
    });
  });

  const refusals = [
    ['azurefirewall-2025-03-01-put-409-update-delete.yaml', 'PUT', 409, 'ERR_AZURE_LOCKED', 11_000],
    ['error-409-AnotherOperationInProgress.yaml', 'PUT', 409, 'ERR_AZURE_LOCKED', 11_000],
    ['error-400-ReferencedResourceNotProvisioned.yaml', 'PUT', 400, 'ERR_AZURE_LOCKED', 11_000],
    ['error-429-RetryableError-ReferencedResourceNotProvisioned.yaml', 'PUT', 429, 'ERR_AZURE_LOCKED', 11_000],
    ['routetable-2025-03-01-crud-and-429.yaml', 'DELETE', 429, 'ERR_AZURE_LOCKED', 12_000],
    ['error-429-ManagedIdentity-throttle.yaml', 'PUT', 429, 'ERR_AZURE_THROTTLED', 2_000],
    ['error-503-html-during-poll.yaml', 'GET', 503, 'ERR_AZURE_UNAVAILABLE', 10_000],
    ['error-400-InvalidResourceReference.yaml', 'PUT', 400, 'ERR_AZURE_REJECTED', undefined],
    ['error-400-PublicIPAddressCannotBeDeleted.yaml', 'DELETE', 400, 'ERR_AZURE_REJECTED', undefined],
    ['routetable-2025-03-01-crud-and-429.yaml', 'GET', 404, 'ERR_AZURE_NOT_FOUND', undefined],
    ['publicip-2025-03-01-crud.yaml', 'GET', 404, 'ERR_AZURE_NOT_FOUND', undefined],
    ['firewallpolicy-rulecollectiongroup-2025-03-01-crud.yaml', 'DELETE', 404, 'ERR_AZURE_NOT_FOUND', undefined],
  ] as const;

  const failureOfRecorded = ({ method, path, status, headers, body }: Recorded) => {
    const named = new Map(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value]));
    const asked = { method: method as 'GET' | 'PUT' | 'DELETE', id: path };
    const json: unknown = body.startsWith('{') ? JSON.parse(body) : undefined;
    return failureOf(asked, { status, headers: { get: (name) => named.get(name.toLowerCase()) }, body: json }, START);
  };

  it.each(refusals)('reads %s, %s %i as %s', (cassette, method, status, code, retryAfterMs) => {
    const recorded = pick(loadCassette(cassette), method, status);
    const failure = failureOfRecorded(recorded);
    expect(failure).toMatchObject({ code, retryAfterMs });
    expect(failure.message).toContain(recorded.path);
  });

  it('knows every refusal in every recording, and quotes no query of any URL', () => {
    const failures = cassetteNames()
      .flatMap((name) => loadCassette(name))
      .filter(({ status }) => status >= 400)
      .map(failureOfRecorded);
    expect(failures.length).toBeGreaterThan(25);
    for (const { message, remedy } of failures) expect(`${message} ${remedy}`).not.toMatch(/[?&]|REDACTED/);
  });
});
