import { z } from 'zod';
import type { CloudEndpoints } from './clouds.ts';

/** Who calls a webhook by machine: the app that asked for the token, and the role it was given. */
export type MachineCaller = { readonly appId: string; readonly role: string };

/** The tenant whose tokens open the doors. */
export type EntraSettings = {
  /** A GUID in lower case. */
  readonly tenantId: string;
  /** Whom a token has to be made out to; any one of these. */
  readonly audiences: readonly string[];
  /** Of version 2.0 and of version 1.0 tokens. */
  readonly issuers: readonly string[];
  /** Where the tenant publishes the keys it signs with. */
  readonly keysUrl: string;
  readonly alerts: MachineCaller;
  readonly events: MachineCaller;
};

export type DoorSettings = {
  /** Null: a function key opens the webhooks. */
  readonly entra: EntraSettings | null;
  /** App Service authentication is on: it sets the header that names the caller, and nobody else can. */
  readonly appService: boolean;
  /** The role a person needs for a decision; by Entra ID's name of it. */
  readonly operatorRole: string;
  /** A function key alone is not enough for a decision. */
  readonly requireIdentity: boolean;
};

const appId = z.guid('write the application (client) id, a GUID');
const role = z.string().regex(/^[\w.-]{1,120}$/, 'write the value of an app role: letters, digits, . _ and -');

/**
 * The apps that call for Azure Monitor ("AzNS AAD Webhook") and Event Grid ("Microsoft.EventGrid") in the public cloud;
 * the roles are those that Microsoft's own set-up scripts give them.
 */
export const doorFields = {
  ASEFO_ENTRA_TENANT_ID: z.guid('write the id (a GUID) of the tenant that issues the tokens').optional(),
  ASEFO_ENTRA_AUDIENCE: z
    .string()
    .max(1_000)
    .refine((text) => audiencesIn(text).length > 0, 'write the application ID URI or client id, commas between several')
    .optional(),
  ASEFO_ENTRA_ALERTS_APP_ID: appId.default('461e8683-5575-4561-ac7f-899cc907d62a'),
  ASEFO_ENTRA_ALERTS_ROLE: role.default('ActionGroupsSecureWebhook'),
  ASEFO_ENTRA_EVENTS_APP_ID: appId.default('4962773b-9cdb-44cf-a8bf-237846a00ab7'),
  ASEFO_ENTRA_EVENTS_ROLE: role.default('AzureEventGridSecureWebhookSubscriber'),
  ASEFO_ENTRA_OPERATOR_ROLE: role.default('Failover.Operator'),
  ASEFO_APP_SERVICE_AUTH: z.enum(['on', 'off'], 'write on or off').default('off'),
  ASEFO_REQUIRE_IDENTITY: z.enum(['on', 'off'], 'write on or off').default('off'),
  /** Set by App Service: whether its authentication is on. */
  WEBSITE_AUTH_ENABLED: z.string().optional(),
} as const;

const doorSchema = z.object(doorFields);
type Read = z.output<typeof doorSchema>;

const audiencesIn = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

type Lacks = { readonly lacks: string; readonly remedy: string };

const entraOf = (read: Read, endpoints: CloudEndpoints): EntraSettings | null | Lacks => {
  const { ASEFO_ENTRA_TENANT_ID: tenant, ASEFO_ENTRA_AUDIENCE: audience } = read;
  if (tenant === undefined && audience === undefined) return null;
  // Half a lock is none: better no start than open doors that look shut.
  if (tenant === undefined)
    return { lacks: 'ASEFO_ENTRA_TENANT_ID', remedy: 'write the tenant, or empty ASEFO_ENTRA_AUDIENCE' };
  if (audience === undefined)
    return { lacks: 'ASEFO_ENTRA_AUDIENCE', remedy: 'write the audience, or empty ASEFO_ENTRA_TENANT_ID' };
  const tenantId = tenant.toLowerCase();
  const authority = `${endpoints.loginAuthority}/${tenantId}`;
  return {
    tenantId,
    audiences: audiencesIn(audience),
    issuers: [`${authority}/v2.0`, `${endpoints.tokenIssuer}/${tenantId}/`],
    keysUrl: `${authority}/discovery/v2.0/keys`,
    alerts: { appId: read.ASEFO_ENTRA_ALERTS_APP_ID.toLowerCase(), role: read.ASEFO_ENTRA_ALERTS_ROLE },
    events: { appId: read.ASEFO_ENTRA_EVENTS_APP_ID.toLowerCase(), role: read.ASEFO_ENTRA_EVENTS_ROLE },
  };
};

/** What the settings say of callers, or which setting is missing beside the others. */
export const callerSettings = (read: Read, endpoints: CloudEndpoints): DoorSettings | Lacks => {
  const entra = entraOf(read, endpoints);
  if (entra !== null && 'lacks' in entra) return entra;
  const appService = read.ASEFO_APP_SERVICE_AUTH === 'on';
  if (appService && /^false$/i.test(read.WEBSITE_AUTH_ENABLED ?? ''))
    return {
      lacks: 'ASEFO_APP_SERVICE_AUTH',
      remedy: 'write off, or switch App Service authentication on: without it anybody can send its header',
    };
  const requireIdentity = read.ASEFO_REQUIRE_IDENTITY === 'on';
  if (requireIdentity && entra === null && !appService)
    return {
      lacks: 'ASEFO_REQUIRE_IDENTITY',
      remedy: 'write off, or say where identities come from: ASEFO_APP_SERVICE_AUTH or ASEFO_ENTRA_TENANT_ID',
    };
  return { entra, appService, operatorRole: read.ASEFO_ENTRA_OPERATOR_ROLE, requireIdentity };
};

/** Where nothing is set: function keys, and their holders are not asked who they are. */
export const openDoors: DoorSettings = {
  entra: null,
  appService: false,
  operatorRole: 'Failover.Operator',
  requireIdentity: false,
};
