import type { ResourceId } from './ids.ts';
import { keyOf, parseId } from './ids.ts';
import type { JsonObject } from './json.ts';

/** A top-level resource as it stands; children (routes, subnets, ...) live inside the body. */
export interface Stored {
  readonly id: ResourceId;
  body: JsonObject;
  /** Whether a write of it ever succeeded; one that failed when it was created takes as long again. */
  made?: boolean;
}

/** All resources by id, without regard to case; the first spelling stays. */
export class Store {
  readonly #byKey = new Map<string, Stored>();

  get(id: string): Stored | undefined {
    return this.#byKey.get(keyOf(id));
  }

  put(id: string, body: JsonObject): Stored {
    const existing = this.get(id);
    if (existing !== undefined) {
      existing.body = body;
      return existing;
    }
    const parsed = parseId(id);
    if (parsed === undefined) throw new Error(`not a resource id: ${id}`);
    const stored = { id: parsed, body };
    this.#byKey.set(keyOf(id), stored);
    return stored;
  }

  delete(id: string): boolean {
    return this.#byKey.delete(keyOf(id));
  }

  /** The resource and what is stored below it. */
  deleteWithChildren(id: string): void {
    for (const key of [...this.#byKey.keys()])
      if (key === keyOf(id) || key.startsWith(`${keyOf(id)}/`)) this.#byKey.delete(key);
  }

  all(): Stored[] {
    return [...this.#byKey.values()];
  }

  /** Resources of one type (`routeTables`, `firewallPolicies/ruleCollectionGroups`), of one subscription and, where given, one resource group. */
  ofType(type: string, scope?: { subscription: string; resourceGroup?: string | undefined }): Stored[] {
    return this.all().filter(
      ({ id }) =>
        id.types.join('/').toLowerCase() === type.toLowerCase() &&
        (scope === undefined || id.subscription.toLowerCase() === scope.subscription.toLowerCase()) &&
        (scope?.resourceGroup === undefined || id.resourceGroup.toLowerCase() === scope.resourceGroup.toLowerCase()),
    );
  }
}
