import type { Action } from './actions.ts';
import { actionOf } from './actions.ts';
import type { ResourceId } from './ids.ts';
import { parseId } from './ids.ts';
import { childKindOf, isWhole, kindOf } from './kinds/all.ts';
import type { ChildKind, Kind } from './kinds/kind.ts';

/** What a path means. */
export type Target =
  | { readonly kind: 'resource'; readonly id: ResourceId; readonly of: Kind }
  | { readonly kind: 'child'; readonly id: ResourceId; readonly of: Kind; readonly child: ChildKind }
  | { readonly kind: 'other'; readonly id: ResourceId }
  | {
      readonly kind: 'list';
      readonly subscription: string;
      readonly resourceGroup: string | undefined;
      readonly of: Kind;
    }
  | { readonly kind: 'children'; readonly parent: ResourceId; readonly child: ChildKind }
  | { readonly kind: 'nested'; readonly parent: ResourceId; readonly of: Kind }
  | { readonly kind: 'action'; readonly id: ResourceId; readonly action: Action }
  | { readonly kind: 'group'; readonly id: ResourceId }
  | { readonly kind: 'groups'; readonly subscription: string }
  | { readonly kind: 'locations'; readonly subscription: string }
  | { readonly kind: 'serviceTags' | 'usages'; readonly subscription: string; readonly location: string }
  | {
      readonly kind: 'operation' | 'operationResult' | 'groupOperation';
      readonly subscription: string;
      readonly operation: string;
    }
  | { readonly kind: 'contents'; readonly subscription: string; readonly resourceGroup: string | undefined }
  | { readonly kind: 'healthEvents'; readonly subscription: string }
  | { readonly kind: 'package'; readonly name: string }
  | { readonly kind: 'secret'; readonly vault: string; readonly name: string; readonly version: string | undefined }
  | { readonly kind: 'provider'; readonly subscription: string; readonly namespace: string }
  | { readonly kind: 'permissions'; readonly subscription: string; readonly scope: string }
  | { readonly kind: 'unknown'; readonly subscription: string | undefined };

type Rule = readonly [RegExp, (match: RegExpExecArray) => Target | undefined];

const SUBSCRIPTION = '^/subscriptions/([^/]+)';
const LOCATION = `${SUBSCRIPTION}/providers/Microsoft\\.Network/locations/([^/]+)`;

const RULES: readonly Rule[] = [
  [
    rule('^/vaults/([^/]+)/secrets/([^/]+)(?:/([^/]+))?$'),
    ([, vault = '', name = '', version]) => ({ kind: 'secret', vault, name, version }),
  ],
  [
    rule(`(${SUBSCRIPTION}(?:/resourceGroups/.+)?)/providers/Microsoft\\.Authorization/permissions$`),
    ([, scope = '', subscription = '']) => ({ kind: 'permissions', subscription, scope }),
  ],
  [
    rule(`${SUBSCRIPTION}/providers/([^/]+)$`),
    ([, subscription = '', namespace = '']) => ({ kind: 'provider', subscription, namespace }),
  ],
  [rule('^/vpnprofiles/([^/]+)/vpnclientconfiguration\\.zip$'), ([, name = '']) => ({ kind: 'package', name })],
  [rule(`${SUBSCRIPTION}/locations$`), ([, subscription = '']) => ({ kind: 'locations', subscription })],
  [rule(`${SUBSCRIPTION}/resourceGroups$`), ([, subscription = '']) => ({ kind: 'groups', subscription })],
  [
    rule(`${SUBSCRIPTION}/providers/Microsoft\\.ResourceHealth/events$`),
    ([, subscription = '']) => ({ kind: 'healthEvents', subscription }),
  ],
  [
    rule(`${LOCATION}/serviceTags$`),
    ([, subscription = '', location = '']) => ({ kind: 'serviceTags', subscription, location }),
  ],
  [rule(`${LOCATION}/usages$`), ([, subscription = '', location = '']) => ({ kind: 'usages', subscription, location })],
  [
    rule(`${LOCATION}/(?:nfv)?operations/([^/]+)$`),
    ([, subscription = '', , operation = '']) => ({ kind: 'operation', subscription, operation }),
  ],
  [
    rule(`${LOCATION}/(?:nfv)?operationResults/([^/]+)$`),
    ([, subscription = '', , operation = '']) => ({ kind: 'operationResult', subscription, operation }),
  ],
  [
    rule(`${SUBSCRIPTION}/operationresults/([^/]+)$`),
    ([, subscription = '', operation = '']) => ({ kind: 'groupOperation', subscription, operation }),
  ],
  [
    rule(`${SUBSCRIPTION}(?:/resourceGroups/([^/]+))?/resources$`),
    ([, subscription = '', resourceGroup]) => ({ kind: 'contents', subscription, resourceGroup }),
  ],
  [
    rule(`${SUBSCRIPTION}(?:/resourceGroups/([^/]+))?/providers/(Microsoft\\.Network)/([^/]+)$`),
    ([, subscription = '', resourceGroup, namespace, type = '']) => {
      const of = kindOf({ namespace, types: [type] });
      return of === undefined ? undefined : { kind: 'list', subscription, resourceGroup, of };
    },
  ],
  [
    rule('^(/subscriptions/[^/]+/resourceGroups/[^/]+/providers/[^/]+/[^/]+/[^/]+)/([^/]+)$'),
    ([, text = '', segment = '']) => actionOn(text, segment) ?? children(text, segment),
  ],
];

function rule(pattern: string): RegExp {
  return new RegExp(pattern, 'i');
}

function actionOn(text: string, segment: string): Target | undefined {
  const id = parseId(text);
  const action = id === undefined ? undefined : actionOf(id, segment);
  return id === undefined || action === undefined ? undefined : { kind: 'action', id, action };
}

function children(text: string, segment: string): Target | undefined {
  const parent = parseId(text);
  const of = parent === undefined ? undefined : kindOf(parent);
  const nested = parent === undefined ? undefined : kindOf({ ...parent, types: [...parent.types, segment] });
  if (parent !== undefined && nested !== undefined && nested !== of) return { kind: 'nested', parent, of: nested };
  const child = of === undefined ? undefined : childKindOf(of, { types: ['', segment] });
  return parent === undefined || child === undefined ? undefined : { kind: 'children', parent, child };
}

function named(id: ResourceId): Target | undefined {
  if (id.namespace === undefined) return { kind: 'group', id };
  const of = kindOf(id);
  if (of === undefined) return { kind: 'other', id };
  if (isWhole(of, id)) return { kind: 'resource', id, of };
  const child = childKindOf(of, id);
  return child === undefined || id.types.length > 2 ? undefined : { kind: 'child', id, of, child };
}

/** Reads a path; paths are compared without regard to case. */
export function route(path: string): Target {
  for (const [pattern, read] of RULES) {
    const match = pattern.exec(path);
    const target = match === null ? undefined : read(match);
    if (target !== undefined) return target;
  }
  const id = parseId(path);
  const target = id === undefined ? undefined : named(id);
  return target ?? { kind: 'unknown', subscription: /^\/subscriptions\/([^/]+)/i.exec(path)?.[1] };
}

/** The subscription a target is in. */
export function subscriptionOf(target: Target): string | undefined {
  if ('subscription' in target) return target.subscription;
  if (target.kind === 'package' || target.kind === 'secret') return undefined;
  return 'parent' in target ? target.parent.subscription : target.id.subscription;
}

/** The resource a target is or belongs to, for denials and faults. */
export function resourceOf(target: Target): string | undefined {
  if ('parent' in target) return target.parent.text;
  return 'id' in target ? target.id.text : undefined;
}

const VERBS: Readonly<Record<string, string>> = {
  GET: 'Get',
  PUT: 'CreateOrUpdate',
  DELETE: 'Delete',
  PATCH: 'UpdateTags',
};

function listVerb(kind: Kind, resourceGroup: string | undefined): string {
  if (kind.type === 'ipGroups') return resourceGroup === undefined ? 'List' : 'ListByResourceGroup';
  return resourceGroup === undefined ? 'ListAll' : 'List';
}

/** The operation's name in the published API: `RouteTables_CreateOrUpdate`; a few that have none get one of the same form. */
export function labelOf(target: Target, method: string): string {
  const verb = VERBS[method] ?? method;
  switch (target.kind) {
    case 'resource':
      return `${target.of.group}_${verb}`;
    case 'child':
      return `${target.child.own?.group ?? target.child.segment}_${verb}`;
    case 'list':
      return `${target.of.group}_${listVerb(target.of, target.resourceGroup)}`;
    case 'children':
      return `${target.child.own?.group ?? target.child.segment}_List`;
    case 'nested':
      return `${target.of.group}_List`;
    case 'action':
      return target.action.labels[method] ?? `${target.action.name}_${method}`;
    case 'group':
      return `ResourceGroups_${method === 'HEAD' ? 'CheckExistence' : verb}`;
    case 'contents':
      return target.resourceGroup === undefined ? 'Resources_List' : 'Resources_ListByResourceGroup';
    case 'groups':
      return 'ResourceGroups_List';
    case 'locations':
      return 'Subscriptions_ListLocations';
    case 'serviceTags':
      return 'ServiceTags_List';
    case 'usages':
      return 'Usages_List';
    case 'operation':
    case 'groupOperation':
      return 'Operations_Poll';
    case 'operationResult':
      return 'Operations_Result';
    case 'secret':
      return 'KeyVault_GetSecret';
    case 'provider':
      return 'Providers_Get';
    case 'permissions':
      return 'Permissions_List';
    case 'package':
      return 'Package_Download';
    case 'healthEvents':
      return 'Events_ListBySubscriptionId';
    case 'other':
      return `Resources_${verb}`;
    case 'unknown':
      return 'Unknown';
  }
}

/** The operation as authorisation and throttling messages name it: `Microsoft.Network/routeTables/routes`. */
export function operationOf(target: Target): string {
  if (target.kind === 'children') return `Microsoft.Network/${target.parent.types[0]}/${target.child.segment}`;
  if (target.kind === 'nested' || target.kind === 'list') return `Microsoft.Network/${target.of.type}`;
  if (!('id' in target)) return `Microsoft.Network/locations/${target.kind}`;
  if (target.kind === 'action') return `Microsoft.Network/${target.id.types.join('/')}/${target.action.name}`;
  return [target.id.namespace ?? 'Microsoft.Resources/subscriptions/resourceGroups', ...target.id.types].join('/');
}
