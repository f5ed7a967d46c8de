import type { ResourceId } from './ids.ts';
import { keyOf, parseId } from './ids.ts';
import type { JsonObject } from './json.ts';
import { Shelf } from './shelf.ts';

/** A top-level resource as it stands; children (routes, subnets, ...) live inside the body. */
export interface Stored {
  readonly id: ResourceId;
  /** Another one is `put` there: the store knows who refers to whom. */
  readonly body: JsonObject;
  /** Whether a write of it ever succeeded; one that failed when it was created takes as long again. */
  made?: boolean;
}

function typeOf(id: ResourceId): string {
  return id.types.join('/').toLowerCase();
}

/** All resources by id, without regard to case; the first spelling stays. */
export class Store {
  readonly #byKey = new Map<string, Stored & { body: JsonObject }>();
  readonly #byType = new Map<string, Shelf>();

  get(id: string): Stored | undefined {
    return this.#byKey.get(keyOf(id));
  }

  put(id: string, body: JsonObject): Stored {
    const key = keyOf(id);
    const parsed = parseId(id);
    if (parsed === undefined) throw new Error(`not a resource id: ${id}`);
    const stored = this.#byKey.get(key) ?? { id: parsed, body };
    stored.body = body;
    this.#byKey.set(key, stored);
    this.#shelf(typeOf(parsed)).put(key, stored);
    return stored;
  }

  delete(id: string): boolean {
    const stored = this.get(id);
    if (stored === undefined) return false;
    this.#shelf(typeOf(stored.id)).delete(keyOf(id));
    return this.#byKey.delete(keyOf(id));
  }

  /** The resource and what is stored below it. */
  deleteWithChildren(id: string): void {
    for (const key of [...this.#byKey.keys()])
      if (key === keyOf(id) || key.startsWith(`${keyOf(id)}/`)) this.delete(key);
  }

  all(): Stored[] {
    return [...this.#byKey.values()];
  }

  /** Resources of one type (`routeTables`, `firewallPolicies/ruleCollectionGroups`), of one subscription and, where given, one resource group. */
  ofType(type: string, scope?: { subscription: string; resourceGroup?: string | undefined }): Stored[] {
    return this.#shelf(type.toLowerCase())
      .all()
      .filter(
        ({ id }) =>
          (scope === undefined || id.subscription.toLowerCase() === scope.subscription.toLowerCase()) &&
          (scope?.resourceGroup === undefined || id.resourceGroup.toLowerCase() === scope.resourceGroup.toLowerCase()),
      );
  }

  /** Those of a type that may refer to an id: a few to look at more closely. */
  naming(type: string, id: string): Stored[] {
    return this.#shelf(type.toLowerCase()).naming(id);
  }

  #shelf(type: string): Shelf {
    const shelf = this.#byType.get(type) ?? new Shelf();
    this.#byType.set(type, shelf);
    return shelf;
  }
}
