import { isObject, type Json, type JsonObject } from '../../base/canonical.ts';

/** Lists that are ours whole on a resource of ours: who may dial in is what the living side says, and nothing else. */
export const wholeLists: ReadonlySet<string> = new Set(['vpnclientrootcertificates', 'vpnclientrevokedcertificates']);

/** A named child's name as ARM compares it; null of anything else. */
export const childName = (value: Json): string | null =>
  isObject(value) && typeof value['name'] === 'string' ? value['name'].toLowerCase() : null;

/** Is it a list of named children, so that each is told apart from the others? */
export const isChildList = (value: Json | undefined): value is readonly JsonObject[] =>
  Array.isArray(value) && value.every((item) => childName(item) !== null);

/** One step down. `properties` stays in it: what is compared are paths, not what people read. */
export const below = (path: string, name: string): string =>
  path === '' ? name.toLowerCase() : `${path}/${name.toLowerCase()}`;

const isReference = (value: Json): boolean =>
  isObject(value) && Object.keys(value).length === 1 && typeof value['id'] === 'string';

/**
 * Where a body has something that could also not be there: named children at any depth, references to other
 * resources, tags. Of children of our own making nothing is said: they are planned anew.
 */
export const childPaths = (body: JsonObject, isOurs: (name: string) => boolean): ReadonlySet<string> => {
  const found = new Set<string>();
  const into = (value: Json, path: string): void => {
    if (isChildList(value)) {
      for (const child of value) {
        const name = childName(child) ?? '';
        if (isOurs(name)) continue;
        found.add(below(path, name));
        into(child, below(path, name));
      }
    } else if (isObject(value)) {
      for (const [name, member] of Object.entries(value as JsonObject)) {
        if (path === 'tags' || isReference(member)) found.add(below(path, name));
        into(member, below(path, name));
      }
    }
  };
  into(body, '');
  return found;
};

/** What earlier bodies had and today's have not: topmost paths, sorted. */
export const retiredPaths = (
  before: readonly JsonObject[],
  planned: readonly JsonObject[],
  isOurs: (name: string) => boolean,
): readonly string[] => {
  const all = (bodies: readonly JsonObject[]) => new Set(bodies.flatMap((body) => [...childPaths(body, isOurs)]));
  const now = all(planned);
  const gone = new Set([...all(before)].filter((path) => !now.has(path)));
  const isTop = (path: string) => ![...path.matchAll(/\//g)].some(({ index }) => gone.has(path.slice(0, index)));
  return [...gone].filter(isTop).sort();
};
