/** A parsed ARM resource id; `text` keeps the spelling it came in. */
export interface ResourceId {
  readonly text: string;
  readonly subscription: string;
  readonly resourceGroup: string;
  /** `Microsoft.Network`, or undefined for the resource group itself. */
  readonly namespace: string | undefined;
  /** `['routeTables', 'routes']`; as many as there are names. */
  readonly types: readonly string[];
  readonly names: readonly string[];
}

/** Parses `/subscriptions/../resourceGroups/../providers/../type/name[/type/name]`; undefined when it is something else. */
export function parseId(text: string): ResourceId | undefined {
  const match =
    /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)(?:\/providers\/([^/]+)\/([^/]+\/[^/]+(?:\/[^/]+\/[^/]+)*))?\/?$/i.exec(
      text,
    );
  if (match === null) return undefined;
  const [, subscription = '', resourceGroup = '', namespace, rest = ''] = match;
  const parts = rest === '' ? [] : rest.split('/');
  return {
    text: text.replace(/\/$/, ''),
    subscription,
    resourceGroup,
    namespace,
    types: parts.filter((_, index) => index % 2 === 0),
    names: parts.filter((_, index) => index % 2 === 1),
  };
}

/** ids are compared without regard to case, everywhere in ARM. */
export function keyOf(id: string): string {
  return id.replace(/\/$/, '').toLowerCase();
}

export function sameId(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && keyOf(a) === keyOf(b);
}

export function resourceGroupId(id: { subscription: string; resourceGroup: string }): string {
  return `/subscriptions/${id.subscription}/resourceGroups/${id.resourceGroup}`;
}

/** The id without its last type and name; undefined at the top. */
export function parentId(id: ResourceId): ResourceId | undefined {
  if (id.types.length < 2) return undefined;
  return parseId(id.text.split('/').slice(0, -2).join('/'));
}
