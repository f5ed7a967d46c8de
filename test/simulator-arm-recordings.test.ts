import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Json, JsonObject } from '../simulator/arm/json.ts';
import { isObject } from '../simulator/arm/json.ts';
import type { Arm } from '../simulator/arm/server.ts';
import type { RawAnswer } from './support/rawArm.ts';
import { call, codes, startTestArm } from './support/rawArm.ts';

const RECORDINGS = fileURLToPath(new URL('../../shared/data/arm-recordings/', import.meta.url));
const REASON = existsSync(RECORDINGS) ? undefined : 'skipped: no recordings at ../shared/data/arm-recordings';
const REAL = 'https://management.azure.com';
const SUBSCRIPTION = '00000000-0000-0000-0000-000000000000';

interface Recorded {
  readonly id: number;
  readonly request: { readonly method: string; readonly url: string; readonly body?: string };
  readonly response: { readonly code: number; readonly body?: string; readonly headers: Record<string, string[]> };
}

function load(file: string): Recorded[] {
  return (parse(readFileSync(join(RECORDINGS, file), 'utf8')) as { interactions: Recorded[] }).interactions;
}

/** When the real request was answered; the recorder kept it in the edge's reference. */
function timeOf(recorded: Recorded): number {
  return Date.parse(/Ref C: (\S+)/.exec(recorded.response.headers['X-Msedge-Ref']?.[0] ?? '')?.[1] ?? '');
}

/** Every path of a JSON value with the type that is there; array items fall together. */
function shape(value: Json, path = '$'): string[] {
  if (Array.isArray(value)) return [`${path}[]`, ...value.flatMap((item) => shape(item, `${path}[]`))];
  if (isObject(value)) return Object.entries(value).flatMap(([key, member]) => shape(member, `${path}.${key}`));
  return [`${path}: ${value === null ? 'null' : typeof value}`];
}

function headersSeen(get: (name: string) => string | undefined) {
  return {
    retryAfter: get('Retry-After'),
    asyncOperation: get('Azure-Asyncoperation') !== undefined,
    notification: get('Azure-Asyncnotification'),
    location: get('Location') !== undefined,
    etag: get('Etag') !== undefined,
    cause: get('X-Ms-Failure-Cause'),
  };
}

function expected(recorded: Recorded) {
  const { code, body = '', headers } = recorded.response;
  const parsed = body === '' ? undefined : (JSON.parse(body) as JsonObject);
  return view(
    code,
    parsed,
    headersSeen((name) => headers[name]?.[0]),
  );
}

function actual(answer: RawAnswer) {
  const parsed = answer.text === '' ? undefined : answer.body;
  return view(
    answer.status,
    parsed,
    headersSeen((name) => answer.headers[name.toLowerCase()]),
  );
}

function view(status: number, body: JsonObject | undefined, headers: object) {
  const paths = body === undefined ? [] : [...new Set(shape(body))];
  const state = isObject(body?.['properties']) ? body['properties']['provisioningState'] : undefined;
  const raw = { body: body ?? {}, status, headers: {}, text: '' };
  return { status, headers, paths: paths.sort(), state, codes: codes(raw) };
}

const operations = (url: string) => /\/(?:operations|nfvOperations|operationresults)\/([^?]+)/.exec(url)?.[1];

const LOCATION = 'westus2';
const group = (name: string) => `/subscriptions/${SUBSCRIPTION}/resourceGroups/${name}`;
const network = (name: string) => `${group(name)}/providers/Microsoft.Network`;

interface Case {
  readonly file: string;
  readonly title: string;
  /** Recorded ids that are played in another order: requests that crossed are written down as they were answered. */
  readonly swapped?: readonly [number, number];
  /** Recorded ids that come a second later than the whole second of the recording says. */
  readonly later?: readonly number[];
  readonly without?: readonly number[];
  readonly limits?: { readonly lockRetryAfterSeconds: number };
  readonly prepare?: (arm: Arm) => void;
  /** What somebody else does just before a recorded request. */
  readonly before?: Readonly<Record<number, (arm: Arm) => void>>;
}

function seedNetwork(arm: Arm, name: string, virtualNetwork: string, subnet: string, ip: string): void {
  const subnets = [{ name: subnet, properties: { addressPrefix: '10.0.0.0/24' } }];
  arm.seed(`${network(name)}/virtualNetworks/${virtualNetwork}`, { location: LOCATION, properties: { subnets } });
  const properties = { publicIPAllocationMethod: 'Static' };
  arm.seed(`${network(name)}/publicIPAddresses/${ip}`, { location: LOCATION, sku: { name: 'Standard' }, properties });
}

const POLICY = `${network('asotest-rg-fyqdxy')}/firewallPolicies/asotest-firewallpolicy-bskimy`;

const CASES: readonly Case[] = [
  {
    title: 'a route table, its routes and the deletion of the group',
    file: 'routetable-2025-03-01-crud-and-429.yaml',
    swapped: [19, 20],
    later: [8],
    limits: { lockRetryAfterSeconds: 12 },
  },
  {
    title: 'a table PUT that carries its routes and changes tags',
    file: 'routetable-2025-03-01-put-table-replaces-routes.yaml',
    // Answered after the group was deleted.
    without: [20, 21],
    prepare: (arm) => arm.seed(group('asotest-rg-movgow'), { location: LOCATION }),
  },
  {
    title: 'a public IP address',
    file: 'publicip-2025-03-01-crud.yaml',
    prepare: (arm) => arm.seed(group('asotest-rg-reawnf'), { location: LOCATION }),
  },
  {
    title: 'a virtual network and a subnet',
    file: 'vnet-subnet-2025-03-01-put.yaml',
    prepare: (arm) => arm.seed(group('asotest-rg-fyqdxy'), { location: LOCATION }),
  },
  {
    title: 'a firewall, and its policy changed by somebody else',
    file: 'azurefirewall-2025-03-01-put-409-update-delete.yaml',
    prepare: (arm) => {
      seedNetwork(arm, 'asotest-rg-fyqdxy', 'asotest-vn-eciblk', 'azurefirewallsubnet', 'asotest-publicip-kssiyc');
      arm.seed(POLICY, { location: LOCATION, properties: { provisioningState: 'Succeeded' } });
    },
    before: { 81: (arm) => arm.occupy(POLICY, 190) },
  },
  {
    title: 'a firewall policy and a group of its rules, with a firewall attached in between',
    file: 'firewallpolicy-rulecollectiongroup-2025-03-01-crud.yaml',
    prepare: (arm) => arm.seed(group('asotest-rg-fyqdxy'), { location: LOCATION }),
    before: {
      30: (arm) => {
        const firewall = `${network('asotest-rg-fyqdxy')}/azureFirewalls/asotest-firewall-ftqauw`;
        arm.seed(firewall, { location: LOCATION, properties: { firewallPolicy: { id: POLICY } } });
      },
      // Answered after the group was deleted.
      115: (arm) => arm.remove(group('asotest-rg-fyqdxy')),
    },
  },
  {
    title: 'a gateway whose deletion fails',
    file: 'vnetgateway-2025-03-01-put-47min-delete-failed.yaml',
    // The file leaves most polls of the last deletion out, so that its ladder cannot be counted.
    without: [68],
    prepare: (arm) =>
      seedNetwork(arm, 'asotest-rg-jtcomy', 'asotest-vn-vcbiiy', 'gatewaysubnet', 'asotest-publicip-swgtjz'),
    before: {
      50: (arm) => {
        const effect = { kind: 'operationFails', code: 'VmssGatewayDeploymentFailed', message: 'It failed.' } as const;
        arm.plantFault({ match: { method: 'DELETE' }, effect });
      },
    },
  },
];

function inOrder(records: readonly Recorded[], { swapped, without = [] }: Case): Recorded[] {
  const order = (id: number) => (swapped === undefined || !swapped.includes(id) ? id : swapped[0] + swapped[1] - id);
  return records.filter(({ id }) => !without.includes(id)).toSorted((a, b) => order(a.id) - order(b.id));
}

describe.skipIf(REASON !== undefined)(`the answers recorded from real Azure (${REASON ?? 'present'})`, () => {
  it.each(CASES)('are those of the simulator, at the same times, for $title', async (each) => {
    const records = inOrder(load(each.file), each);
    await using running = await startTestArm({ subscriptions: [SUBSCRIPTION], limits: each.limits ?? {} });
    const { arm, clock } = running;
    const polls = new Map<string, string>();
    clock.set(Math.min(...records.map(timeOf)));
    each.prepare?.(arm);
    for (const recorded of records) {
      const late = each.later?.includes(recorded.id) === true ? 1_000 : 0;
      clock.set(Math.max(clock.now(), timeOf(recorded) + late));
      each.before?.[recorded.id]?.(arm);
      const { method, url, body } = recorded.request;
      const path = polls.get(operations(url) ?? '') ?? url.replace(REAL, '');
      const answer = await call(arm, method, path, body === undefined || body === '' ? undefined : body);
      const { headers } = recorded.response;
      const started = operations(headers['Azure-Asyncoperation']?.[0] ?? headers['Location']?.[0] ?? '');
      const address = answer.headers['azure-asyncoperation'] ?? answer.headers['location'];
      if (started !== undefined) polls.set(started, address ?? '');
      expect({ id: recorded.id, ...actual(answer) }).toEqual({ id: recorded.id, ...expected(recorded) });
    }
  });
});
