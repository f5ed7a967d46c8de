import type { JsonObject } from '../../base/canonical.ts';
import { counted } from '../../base/counted.ts';
import { listIn } from './json.ts';
import type { MovePlan } from './movePlan.ts';
import { type Check, failed, noPlan, type PreflightFacts, passed, unknown } from './preflightFacts.ts';
import { typeOf } from './preflightRegion.ts';

/** Writing these joins them to what refers to them, which is a right of its own. */
const joined: Readonly<Record<string, string>> = {
  publicipaddresses: 'Microsoft.Network/publicIPAddresses/join/action',
  routetables: 'Microsoft.Network/routeTables/join/action',
  networksecuritygroups: 'Microsoft.Network/networkSecurityGroups/join/action',
  virtualnetworks: 'Microsoft.Network/virtualNetworks/subnets/join/action',
  ipgroups: 'Microsoft.Network/ipGroups/join/action',
  firewallpolicies: 'Microsoft.Network/firewallPolicies/join/action',
};

/** `Microsoft.Network/firewallPolicies/ruleCollectionGroups/write`, of any id below a provider. */
const writeOf = (id: string): string => {
  const parts = /\/providers\/(.+)$/i.exec(id)?.[1]?.split('/') ?? [];
  const types = parts.slice(1).filter((_, index) => index % 2 === 0);
  return [parts[0] ?? 'Microsoft.Resources/subscriptions/resourceGroups', ...types, 'write'].join('/');
};

/** Every action that the steps of the move need. */
export const neededFor = ({ steps }: Pick<MovePlan, 'steps'>): string[] => {
  const actions = steps.flatMap(({ kind, resource, leaveAsIs }) => {
    if (kind === 'profile') return ['Microsoft.Network/virtualNetworkGateways/generatevpnprofile/action'];
    const writes = ['put', 'sharedKey', 'rules', 'routes'].includes(kind) && leaveAsIs !== true;
    const type = typeOf(resource)?.toLowerCase() ?? '';
    const join = kind === 'put' ? joined[type] : undefined;
    return writes ? [writeOf(resource), ...(join === undefined ? [] : [join])] : [];
  });
  return [...new Set(actions)].sort();
};

/** Roles spell actions with `*` for any number of characters, and in any case. */
const matches = (pattern: string, action: string): boolean => {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'i').test(action);
};

/** By Azure's own rule: some permission has the action and does not take it out again. */
export const allows = (permissions: readonly JsonObject[], action: string): boolean =>
  permissions.some((permission) => {
    const any = (member: string) => listIn(permission, member).some((pattern) => matches(String(pattern), action));
    return any('actions') && !any('notActions');
  });

/** May the app's identity do all that the move needs, where it needs it? */
export const permissionsCheck = (facts: PreflightFacts): Check => {
  const id = 'permissions';
  const { permissions, plan } = facts;
  if ('why' in permissions) return unknown(id, "what the app's identity may do there", permissions.why);
  const needed = neededFor(plan);
  if (needed.length === 0) return unknown(id, 'what the move would have to do', noPlan);
  const lacking = needed.filter((action) => !allows(permissions.value, action));
  if (lacking.length === 0)
    return passed(
      id,
      `The app's identity may do ${needed.length === 1 ? 'it' : `all ${counted(needed.length, 'action')}`}.`,
    );
  return failed(
    id,
    `In ${plan.resourceGroup} the app's identity may not do ${lacking.slice(0, 6).join(', ')}${lacking.length > 6 ? ` and ${lacking.length - 6} more` : ''}.`,
    "Create the resource group and give the app's identity the role of a region move on it (moveRoleId of infra/roles.bicep).",
  );
};
