import type { RecordedExchange } from '../../simulator/arm/recorded.ts';

const verbs: Readonly<Record<string, string>> = {
  GET: 'read',
  HEAD: 'read',
  PUT: 'write',
  PATCH: 'write',
  POST: 'action',
  DELETE: 'delete',
};

/** Every second part of a path names a type: `virtualNetworks/vnet/subnets/a` is `virtualNetworks/subnets`. */
const typesOf = (parts: readonly string[]): string[] => parts.filter((_, index) => index % 2 === 0);

/**
 * The action that ARM asks a role for at a request, as Azure's list of provider operations spells it, in lower case; null
 * for what is not ARM's. A POST on a resource is an action of its own name; a location is no type.
 */
export const actionOfRequest = ({ method, url }: Pick<RecordedExchange, 'method' | 'url'>): string | null => {
  const path = new URL(url, 'https://arm').pathname.toLowerCase();
  if (!path.startsWith('/subscriptions/')) return null;
  const verb = verbs[method] ?? method;
  const at = path.lastIndexOf('/providers/');
  const after = at < 0 ? [] : path.slice(at + '/providers/'.length).split('/');
  const [provider = '', ...rest] = after;
  if (at < 0 || rest.length === 0) {
    // The subscription itself: its groups, locations and providers.
    const [, , , kind = '', name, more] = path.split('/');
    if (kind === 'locations' || kind === 'providers') return `microsoft.resources/subscriptions/${kind}/${verb}`;
    const deeper = name !== undefined && more !== undefined ? `/${more}` : '';
    return `microsoft.resources/subscriptions/resourcegroups${deeper}/${verb}`;
  }
  if (verb === 'action') {
    const name = rest.at(-1) ?? '';
    return [provider, ...typesOf(rest.slice(0, -1)), name, 'action'].join('/');
  }
  return [provider, ...typesOf(rest), verb].join('/');
};
