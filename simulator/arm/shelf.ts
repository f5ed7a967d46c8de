import { keyOf } from './ids.ts';
import type { Json } from './json.ts';
import type { Stored } from './store.ts';

interface Entry {
  readonly stored: Stored;
  readonly order: number;
  /** What its body named when it was last read. */
  names: ReadonlySet<string>;
}

function addIds(value: Json | undefined, found: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) for (const item of value) addIds(item, found);
  else
    for (const [key, item] of Object.entries(value))
      if (key === 'id' && typeof item === 'string') found.add(keyOf(item));
      else addIds(item, found);
}

/**
 * All resources of one type, in the order in which they came, and which of them name an id. Whose subnet it is that a
 * firewall lives in is asked at nearly every request: looking through all of a thousand sites would be most of the work.
 */
export class Shelf {
  readonly #entries = new Map<string, Entry>();
  readonly #naming = new Map<string, Set<Entry>>();
  readonly #unread = new Set<Entry>();
  #order = 0;

  /** Puts a resource there; again whenever its body is another one. */
  put(key: string, stored: Stored): void {
    const known = this.#entries.get(key);
    const entry = known ?? { stored, order: this.#order, names: new Set<string>() };
    this.#order += 1;
    this.#entries.set(key, entry);
    this.#unread.add(entry);
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#unread.delete(entry);
    this.#forget(entry);
  }

  all(): Stored[] {
    return [...this.#entries.values()].map(({ stored }) => stored);
  }

  /** Those with `{ "id": id }` anywhere in the body they were put with, at least: what was since taken out of it counts. */
  naming(id: string): Stored[] {
    for (const entry of this.#unread) this.#read(entry);
    this.#unread.clear();
    const found = this.#naming.get(keyOf(id)) ?? [];
    return [...found].sort((a, b) => a.order - b.order).map(({ stored }) => stored);
  }

  #read(entry: Entry): void {
    this.#forget(entry);
    const names = new Set<string>();
    addIds(entry.stored.body, names);
    entry.names = names;
    for (const name of names) {
      const others = this.#naming.get(name) ?? new Set();
      this.#naming.set(name, others.add(entry));
    }
  }

  #forget(entry: Entry): void {
    for (const name of entry.names) {
      const others = this.#naming.get(name);
      others?.delete(entry);
      if (others?.size === 0) this.#naming.delete(name);
    }
  }
}
