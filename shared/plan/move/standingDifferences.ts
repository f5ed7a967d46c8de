import type { Json, JsonObject } from '../../base/canonical.ts';
import type { Role } from '../snapshot.ts';
import { listIn, objectIn, textIn } from './json.ts';
import { resourceFits } from './standing.ts';

/** What a resource has many of, by the member that lists them. */
const parts: Readonly<Partial<Record<Role, Readonly<Record<string, string>>>>> = {
  routeTable: { routes: 'route' },
  onPremRouteTable: { routes: 'route' },
  firewall: {
    networkRuleCollections: 'rule collection',
    applicationRuleCollections: 'rule collection',
    natRuleCollections: 'NAT rule collection',
  },
  ruleCollectionGroup: { ruleCollections: 'rule collection' },
  virtualNetwork: { subnets: 'subnet' },
  networkSecurityGroup: { securityRules: 'security rule' },
};

export type Differing = {
  readonly role: Role;
  readonly name: string;
  /** As the side that is left has it, spelt for the side that stands. */
  readonly left: JsonObject;
  readonly standing: JsonObject;
  /** Names of routes that come along by the step `routes`. */
  readonly carried: readonly string[];
  readonly isOurs: (name: string) => boolean;
};

const nameOf = (item: Json): string => textIn(item, 'name').toLowerCase();

/** Both are ARM's own answers: what either has and the other has not counts. */
const alike = (a: Json, b: Json): boolean => resourceFits({ a }, { a: b }) && resourceFits({ a: b }, { a });

/** Children of one list: what came, what is another, what went while the site lived on the side that is left. */
const differing = (
  noun: string,
  list: string,
  { role, name, left, standing, carried, isOurs }: Differing,
): string[] => {
  const foreign = (body: JsonObject) =>
    listIn(objectIn(body, 'properties'), list).filter((item) => !isOurs(nameOf(item)));
  const stands = new Map(foreign(standing).map((item) => [nameOf(item), item]));
  const was = new Map(foreign(left).map((item) => [nameOf(item), item]));
  const comes = new Set(carried.map((text) => text.toLowerCase()));
  const added = [...was].filter(([key]) => !stands.has(key) && !comes.has(key));
  const changed = [...was].filter(([key, item]) => stands.has(key) && !alike(item, stands.get(key) as Json));
  // A translation of a public address never goes along, so its absence says nothing.
  const gone = list === 'natRuleCollections' ? [] : [...stands].filter(([key]) => !was.has(key));
  const say = (item: Json, text: string) => `${name}: the ${noun} ${textIn(item, 'name')} ${text}`;
  const hand = role === 'routeTable' || role === 'onPremRouteTable' ? 'table' : name;
  return [
    ...added.map(([, item]) =>
      say(item, `of the side that is left does not come along; put it on the ${hand} by hand.`),
    ),
    ...changed.map(([, item]) => say(item, 'is another on the side that is left, and stays as it stands.')),
    ...gone.map(([, item]) => say(item, 'is no longer on the side that is left, and stays.')),
  ];
};

/** What stands and is left as it is has other children than the side that is left: one sentence for each. */
export const standingDifferences = (input: Differing): readonly string[] => {
  const lists = Object.entries(parts[input.role] ?? {}).flatMap(([list, noun]) => differing(noun, list, input));
  if (input.role !== 'ipGroup') return lists;
  const addresses = ({ left, standing }: Differing) =>
    [left, standing].map((body) => objectIn(body, 'properties')['ipAddresses'] ?? []);
  const [was = [], is = []] = addresses(input);
  return alike(was, is)
    ? []
    : [`${input.name}: the side that is left has other addresses in this IP group; it stays as it stands.`];
};
