import type { HttpFunction } from './binding.ts';
import { HostError } from './hostError.ts';

export interface Route {
  readonly fn: HttpFunction;
  readonly pattern: RegExp;
  readonly params: readonly string[];
  /** Lower goes first: literals before parameters, as ASP.NET routing ranks templates. */
  readonly rank: string;
}

export interface RouteMatch {
  readonly fn: HttpFunction;
  /** Only the parameters that were given; an optional one that is missing has no entry. */
  readonly params: Readonly<Record<string, string>>;
}

// https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints, those without arguments
const constraints: Readonly<Record<string, string>> = {
  int: '-?\\d+',
  long: '-?\\d+',
  bool: 'true|false',
  alpha: '[a-z]+',
  guid: '[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}',
};
const parameter = /\{(\*{0,2})([A-Za-z_]\w*)(?::(\w+))?(\?)?\}/g;
const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

interface Segment {
  readonly source: string;
  readonly params: readonly string[];
  readonly rank: number;
  readonly optional: boolean;
}

function parseSegment(segment: string, template: string): Segment {
  const params: string[] = [];
  let source = '';
  let end = 0;
  let rank = 1;
  let optional = false;
  for (const match of segment.matchAll(parameter)) {
    const [whole, star, name = '', constraint, mark] = match;
    const allowed = constraint === undefined ? undefined : constraints[constraint];
    if (constraint !== undefined && allowed === undefined)
      throw new HostError(`Route "${template}" has the constraint "${constraint}", which this host does not know.`);
    params.push(name);
    source += `${literal(segment.slice(end, match.index))}(${star ? '.*' : (allowed ?? '[^/]+')})`;
    end = match.index + whole.length;
    rank = star ? 4 : Math.max(rank, allowed === undefined ? 3 : 2);
    optional ||= mark === '?' || star !== '';
  }
  const rest = segment.slice(end);
  if (/[{}]/.test(rest))
    throw new HostError(`Route "${template}" has "${rest}", which is not a parameter of the form {name}.`);
  return { source: source + literal(rest), params, rank, optional };
}

/** Reads a route template with its prefix; throws HostError for a template this host does not understand. */
export function parseRoute(fn: HttpFunction, prefix: string): Route {
  const template = [prefix, fn.route].filter((part) => part !== '').join('/');
  const segments = template.split('/').map((segment) => parseSegment(segment, template));
  const source = segments.map(({ source: text, optional }) => (optional ? `(?:/${text})?` : `/${text}`)).join('');
  return {
    fn,
    pattern: new RegExp(`^${source}/?$`, 'i'),
    params: segments.flatMap((segment) => segment.params),
    rank: segments.map((segment) => segment.rank).join(''),
  };
}

/** The function that answers `method` on `path` (decoded per parameter); undefined is a 404, for a wrong method, too. */
export function matchRoute(routes: readonly Route[], method: string, path: string): RouteMatch | undefined {
  const matching = routes
    .filter((route) => route.fn.methods.includes(method) && route.pattern.test(path))
    .toSorted((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0));
  const [route] = matching;
  if (route === undefined) return undefined;
  const values = (route.pattern.exec(path) ?? []).slice(1);
  const params: Record<string, string> = {};
  for (const [index, name] of route.params.entries()) {
    const value = values[index];
    if (value !== undefined && value !== '') params[name] = decode(value);
  }
  return { fn: route.fn, params };
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
