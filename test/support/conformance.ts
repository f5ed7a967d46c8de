import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import AjvDraft04 from 'ajv-draft-04';
import { LiveValidator } from 'oav/dist/lib/liveValidation/liveValidator.js';
import type { RecordedExchange } from '../../simulator/arm/recorded.ts';

const SPECS = fileURLToPath(new URL('../../../shared/data/arm-specs/', import.meta.url));
const VERSION = '2024-01-01';
const SWAGGERS = join(SPECS, `specification/network/resource-manager/Microsoft.Network/stable/${VERSION}`);

/** Why nothing can be validated on this machine; undefined when the specifications are there. */
export const NO_SPECIFICATIONS: string | undefined = existsSync(SWAGGERS)
  ? undefined
  : 'skipped: no specifications at ../shared/data/arm-specs';

/** What came of validating: how many pairs, which were left out and why, and what is wrong. */
export interface Conformance {
  readonly checked: number;
  readonly skipped: { readonly label: string; readonly reason: string }[];
  readonly errors: string[];
}

export interface ConformanceOptions {
  /** Findings a test expects, such as properties it planted: matched against `LABEL side: CODE message (path)`. */
  readonly allow?: readonly RegExp[];
}

// Labels that the Microsoft.Network specification does not cover.
const SKIPPED: readonly (readonly [RegExp, string])[] = [
  [/^Operations_/, 'polls are not in the specification'],
  [/^(Providers|Permissions)_/, 'not Microsoft.Network'],
  [/^KeyVault_/, 'vaults are another specification'],
  [/^Package_/, 'storage is another specification'],
  [/^Identity_/, 'the identity endpoint is not in the specification'],
  [/^Events_/, 'ResourceHealth is another specification'],
  [/^(ResourceGroups|Subscriptions|Resources)_/, 'not Microsoft.Network'],
  [/^Unknown$/, 'not an operation'],
];

// What real answers of 2024 to 2026 hold and the 2024-01-01 specification does not (calibrated on 289 real pairs).
const NEWER_FIELDS: Readonly<Record<string, RegExp>> = {
  RouteTables: /^disablePeeringRoute$/,
  AzureFirewalls: /^(autoscaleConfiguration|privateIPAllocationMethod)$/,
  VirtualNetworks: /^privateEndpointVNetPolicies$/,
  FirewallPolicyRuleCollectionGroups: /^location$/,
  // Spelt so in real answers; the specification has etag, and errors without their envelope.
  IpGroups: /^(eTag|error)$/,
  VirtualNetworkGateways:
    /^(blockUpgradeOfMigratedLegacyGateways|enableHighBandwidthVpnGateway|isMigrateToCSES|isMigratedLegacySKU|packetCaptureDiagnosticState|vpnStack|zones|virtualNetworkGatewayMigrationStatus)$/,
};

// The specification's files that describe what is simulated; they load what they refer to.
const FILES = [
  'azureFirewall',
  'firewallPolicy',
  'ipGroups',
  'networkSecurityGroup',
  'publicIpAddress',
  'routeTable',
  'serviceTags',
  'usage',
  'virtualNetwork',
  'virtualNetworkGateway',
];

const SCHEMA_ID = 'https://schema.management.azure.com/schemas/2025-07-01/Microsoft.Network.NRP.json';
const SILENT = () => {};
const LABELS_OF_SCHEMAS: Readonly<Record<string, string>> = {
  RouteTables_CreateOrUpdate: 'routeTables',
  Routes_CreateOrUpdate: 'routeTables_routes',
  NetworkSecurityGroups_CreateOrUpdate: 'networkSecurityGroups',
  AzureFirewalls_CreateOrUpdate: 'azureFirewalls',
  PublicIPAddresses_CreateOrUpdate: 'publicIPAddresses',
  VirtualNetworks_CreateOrUpdate: 'virtualNetworks',
  Subnets_CreateOrUpdate: 'virtualNetworks_subnets',
  VirtualNetworkGateways_CreateOrUpdate: 'virtualNetworkGateways',
  LocalNetworkGateways_CreateOrUpdate: 'localNetworkGateways',
  VirtualNetworkGatewayConnections_CreateOrUpdate: 'connections',
  VirtualNetworkPeerings_CreateOrUpdate: 'virtualNetworks_virtualNetworkPeerings',
  FirewallPolicies_CreateOrUpdate: 'firewallPolicies',
  FirewallPolicyRuleCollectionGroups_CreateOrUpdate: 'firewallPolicies_ruleCollectionGroups',
  IpGroups_CreateOrUpdate: 'ipGroups',
};

let live: Promise<LiveValidator> | undefined;
let schemas: InstanceType<typeof AjvDraft04.default> | undefined;

async function startLive(): Promise<LiveValidator> {
  const validator = new LiveValidator(
    {
      fileRoot: SPECS,
      directory: SPECS,
      swaggerPaths: FILES.map((name) => join(SWAGGERS, `${name}.json`)),
      loadValidatorInInitialize: false,
      loadValidatorInBackground: false,
      isArmCall: true,
    },
    SILENT,
  );
  await validator.initialize();
  return validator;
}

function startSchemas(): InstanceType<typeof AjvDraft04.default> {
  const ajv = new AjvDraft04.default({ strict: false, logger: false, validateFormats: false });
  const read = (name: string): object => JSON.parse(readFileSync(join(SPECS, name), 'utf8')) as object;
  ajv.addSchema(read('common-definitions.json'));
  ajv.addSchema(read('schemas_2025-07-01_Microsoft.Network.NRP.json'));
  return ajv;
}

function isNewer(label: string, code: string, message: string, paths: readonly string[]): boolean {
  if (code !== 'OBJECT_ADDITIONAL_PROPERTIES') return false;
  const group = label.split('_')[0] ?? '';
  const field = message.split(': ').at(-1) ?? '';
  // A gateway's ip configurations have a type, and nothing else of it has one that is not described.
  if (group === 'VirtualNetworkGateways' && paths.some((path) => /\/ipConfigurations\/\d+\/type$/.test(path)))
    return true;
  return NEWER_FIELDS[group]?.test(field) === true;
}

async function liveFindings(exchange: RecordedExchange): Promise<string[]> {
  live ??= startLive();
  const url = new URL(exchange.url);
  url.searchParams.set('api-version', VERSION);
  const result = await (await live).validateLiveRequestResponse({
    liveRequest: {
      url: `https://management.azure.com${url.pathname}${url.search}`,
      method: exchange.method,
      headers: { ...exchange.requestHeaders },
      body: exchange.requestBody as Record<string, unknown>,
    },
    liveResponse: {
      statusCode: String(exchange.status),
      headers: { ...exchange.responseHeaders },
      body: exchange.responseBody as Record<string, unknown>,
    },
  });
  const sides = [
    ['request', result.requestValidationResult],
    ['response', result.responseValidationResult],
  ] as const;
  return sides.flatMap(([side, part]) => {
    const broken = part.runtimeException ?? result.runtimeException;
    if (broken !== undefined) return [`${exchange.label} ${side}: ${broken.code} ${broken.message}`];
    return part.errors
      .filter(({ code, message, pathsInPayload }) => !isNewer(exchange.label, code, message, pathsInPayload))
      .map(
        ({ code, message, pathsInPayload }) =>
          `${exchange.label} ${side}: ${code} ${message} (${pathsInPayload.join(', ')})`,
      );
  });
}

function schemaFindings(exchange: RecordedExchange): string[] {
  const definition = LABELS_OF_SCHEMAS[exchange.label];
  if (definition === undefined || exchange.status >= 400 || exchange.requestBody === undefined) return [];
  schemas ??= startSchemas();
  const validate = schemas.getSchema(`${SCHEMA_ID}#/resourceDefinitions/${definition}`);
  if (validate === undefined) return [`${exchange.label} request: NO_SCHEMA ${definition}`];
  const path = new URL(exchange.url).pathname;
  const names =
    path
      .split('/providers/Microsoft.Network/')[1]
      ?.split('/')
      .filter((_, index) => index % 2 === 1) ?? [];
  const body = exchange.requestBody as object;
  const type = `Microsoft.Network/${definition.replace('_', '/')}`;
  if (validate({ ...body, name: names.join('/'), type, apiVersion: '2025-07-01' })) return [];
  const errors = validate.errors ?? [];
  return errors.map(
    ({ keyword, message, instancePath }) => `${exchange.label} request: SCHEMA ${keyword} ${message} (${instancePath})`,
  );
}

/** Validates every recorded pair the specification covers, the request bodies of accepted writes against the template schema as well. */
export async function validateExchanges(
  exchanges: readonly RecordedExchange[],
  options: ConformanceOptions = {},
): Promise<Conformance> {
  const skipped: { label: string; reason: string }[] = [];
  const errors: string[] = [];
  let checked = 0;
  for (const exchange of exchanges) {
    const reason = NO_SPECIFICATIONS ?? skipReason(exchange);
    if (reason !== undefined) {
      skipped.push({ label: exchange.label, reason });
      continue;
    }
    checked += 1;
    errors.push(...(await liveFindings(exchange)), ...schemaFindings(exchange));
  }
  return { checked, skipped, errors: errors.filter((error) => !options.allow?.some((pattern) => pattern.test(error))) };
}

function skipReason(exchange: RecordedExchange): string | undefined {
  if (exchange.status === 0) return 'the connection was cut';
  if (exchange.status === 503 && /^(unavailable|deadRegion)/.test(exchange.fault ?? ''))
    return 'the front door answered with HTML';
  return SKIPPED.find(([pattern]) => pattern.test(exchange.label))?.[1];
}
