import { keyOf } from './ids.ts';
import type { Operation } from './operations.ts';

/** The keys of an id and of all above it. */
export function pathsOf(id: string): string[] {
  const parts = keyOf(id).split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Running operations by the keys they hold; the one that began first comes first. */
export class Holders {
  readonly #byKey = new Map<string, Set<Operation>>();

  add(keys: readonly string[], operation: Operation): void {
    for (const key of keys) this.#byKey.set(key, (this.#byKey.get(key) ?? new Set()).add(operation));
  }

  delete(keys: readonly string[], operation: Operation): void {
    for (const key of keys) {
      const holders = this.#byKey.get(key);
      holders?.delete(operation);
      if (holders?.size === 0) this.#byKey.delete(key);
    }
  }

  first(id: string): Operation | undefined {
    const [first] = this.#byKey.get(keyOf(id)) ?? [];
    return first;
  }
}
