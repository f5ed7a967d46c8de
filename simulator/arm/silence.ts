import type { ResourceId } from './ids.ts';
import { parentId, resourceGroupId } from './ids.ts';
import type { Json } from './json.ts';
import { isObject, stringAt } from './json.ts';
import { plainLocation } from './locations.ts';
import type { Target } from './router.ts';
import type { World } from './world.ts';

/** How a dead region is silent: the connection is cut at once, nothing ever comes, or the front door's 503 page does. */
export type SilenceMode = 'refused' | 'hanging' | 'unavailable';

export interface Silence {
  readonly location: string;
  readonly mode: SilenceMode;
  /** Resolves when the region is back or the server closes. */
  readonly lifted: Promise<void>;
}

/** The regions that answer nothing. ARM itself is one host and goes on answering for all the others. */
export class Silences {
  readonly #all = new Map<string, Silence & { readonly lift: () => void }>();

  /** Silences a region, over whatever was in force there; the function returned brings it back. */
  add(location: string, mode: SilenceMode): () => void {
    const key = plainLocation(location);
    this.#all.get(key)?.lift();
    let release: () => void = () => {};
    const lifted = new Promise<void>((resolve) => {
      release = resolve;
    });
    const lift = () => {
      if (this.#all.get(key)?.lifted === lifted) this.#all.delete(key);
      release();
    };
    this.#all.set(key, { location: key, mode, lifted, lift });
    return lift;
  }

  liftAll(): void {
    for (const silence of [...this.#all.values()]) silence.lift();
  }

  isOver(location: string): boolean {
    return this.#all.has(plainLocation(location));
  }

  /** The silence that swallows a request: its resource, the resource's parent, or (for writes) its group is there. */
  over(target: Target, method: string, body: Json | undefined, world: World): Silence | undefined {
    if (this.#all.size === 0) return undefined;
    return locationsOf(target, method, body, world)
      .map((location) => this.#all.get(plainLocation(location)))
      .find((silence) => silence !== undefined);
  }
}

function storedLocation(id: ResourceId, world: World): string | undefined {
  const parent = parentId(id);
  const stored = world.env.store.get(id.text) ?? (parent === undefined ? undefined : world.env.store.get(parent.text));
  return stringAt(stored?.body, 'location');
}

function groupLocation(scope: { subscription: string; resourceGroup: string }, world: World): string | undefined {
  return stringAt(world.env.store.get(resourceGroupId(scope))?.body, 'location');
}

/** Where a request has to be answered. A group's metadata are kept in the group's own region, and every write needs them. */
function locationsOf(target: Target, method: string, body: Json | undefined, world: World): string[] {
  const known = (...found: (string | undefined)[]) => found.filter((location) => location !== undefined);
  if (target.kind === 'secret') return known(world.vaults.get(target.vault, target.name)?.location);
  if (target.kind === 'package') return known(world.profiles.get(target.name)?.location);
  if ('location' in target) return known(target.location);
  if ('operation' in target) return known(world.operations.get(target.operation)?.location);
  if (target.kind === 'list')
    return target.resourceGroup === undefined
      ? []
      : known(groupLocation({ ...target, resourceGroup: target.resourceGroup }, world));
  const id =
    target.kind === 'children' || target.kind === 'nested' ? target.parent : 'id' in target ? target.id : undefined;
  if (id === undefined) return [];
  const own = storedLocation(id, world) ?? (isObject(body) ? stringAt(body, 'location') : undefined);
  const reads = method === 'GET' || method === 'HEAD';
  return known(own, own === undefined || !reads ? groupLocation(id, world) : undefined);
}
