import type { Json, JsonObject } from '../../base/canonical.ts';
import type { Role } from '../snapshot.ts';
import { eachIn, listIn, objectIn, textIn, without, withProperties } from './json.ts';
import { prepareGateway } from './prepareGateway.ts';
import { prepareNetwork } from './prepareNetwork.ts';

/** A body made fit for another region, and what a person should know of it. */
export type Prepared = {
  readonly body: JsonObject;
  readonly notes: readonly string[];
  /** Sentences of what was taken for want of something else. */
  readonly defaults: readonly string[];
  readonly faults: readonly {
    readonly code: 'MOVE_SKU' | 'MOVE_SECRET';
    readonly text: string;
    readonly remedy: string;
  }[];
};

export type Surroundings = {
  readonly zones: readonly string[];
  /** Public addresses of the old side, as text: none of them exists on the new one. */
  readonly oldAddresses: readonly string[];
  /** Whose names are ours: our collections are planned anew. */
  readonly isOurs: (name: string) => boolean;
  /** Where the RADIUS server's secret comes from, where the site says. */
  readonly radiusSecret: string | undefined;
};

const plain = (body: JsonObject): Prepared => ({ body, notes: [], defaults: [], faults: [] });

const zoned = (body: JsonObject, zones: readonly string[]): JsonObject => ({
  ...without(body, 'zones', 'extendedLocation'),
  ...(zones.length > 0 ? { zones: [...zones] } : {}),
});

/** Standard and static, whatever it was: Basic and dynamic addresses can no longer be created. */
const publicIp = (body: JsonObject, { zones }: Surroundings): Prepared => {
  const notes: string[] = [];
  const properties = objectIn(body, 'properties');
  if (textIn(properties['dnsSettings'], 'domainNameLabel') !== '') {
    notes.push(
      `its DNS label ${textIn(properties['dnsSettings'], 'domainNameLabel')} belongs to the old region and is not carried over.`,
    );
  }
  if (Object.keys(objectIn(properties, 'publicIPPrefix')).length > 0) {
    notes.push('it came from a public IP prefix, which is bound to its region; the new address is any address.');
  }
  const before = [
    ...(textIn(body['sku'], 'name').toLowerCase() === 'basic' ? ['Basic'] : []),
    ...(textIn(properties, 'publicIPAllocationMethod').toLowerCase() === 'dynamic' ? ['dynamic'] : []),
  ];
  return {
    ...plain({
      ...zoned(body, zones),
      sku: { name: 'Standard', tier: 'Regional' },
      properties: {
        ...without(properties, 'dnsSettings', 'publicIPPrefix', 'ddosSettings'),
        publicIPAllocationMethod: 'Static',
      },
    }),
    notes,
    defaults:
      before.length > 0
        ? [
            `A public address that was ${before.join(' and ')} is ordered as Standard and static; such can no longer be made.`,
          ]
        : [],
  };
};

const routeTable = (body: JsonObject): Prepared =>
  plain(withProperties(body, (properties) => ({ ...properties, routes: listIn(properties, 'routes') })));

const namesOldAddress = (rule: JsonObject, addresses: readonly string[]): boolean =>
  listIn(rule, 'destinationAddresses').some((address) => addresses.includes(String(address)));

/** A rule that translates one of the old public addresses: Azure takes it for one of the firewall's own only. */
const withoutOldTranslation = (
  collection: JsonObject,
  oldAddresses: readonly string[],
  notes: string[],
): Json | undefined => {
  const changed = withProperties(collection, (properties) =>
    eachIn(properties, 'rules', (rule) => {
      if (!namesOldAddress(rule, oldAddresses)) return rule;
      notes.push(
        `the NAT rule ${textIn(rule, 'name')} of ${textIn(collection, 'name')} translates an old public address and is not carried over; make it anew for the new one.`,
      );
      return undefined;
    }),
  );
  return listIn(objectIn(changed, 'properties'), 'rules').length > 0 ? changed : undefined;
};

const firewall = (body: JsonObject, { zones, oldAddresses, isOurs }: Surroundings): Prepared => {
  const notes: string[] = [];
  const prepared = withProperties(zoned(body, zones), (properties) => {
    const withoutOurs = eachIn(properties, 'networkRuleCollections', (collection) =>
      isOurs(textIn(collection, 'name')) ? undefined : collection,
    );
    return eachIn(withoutOurs, 'natRuleCollections', (collection) =>
      withoutOldTranslation(collection, oldAddresses, notes),
    );
  });
  return { ...plain(prepared), notes };
};

/** Policies translate by the same rules, a level deeper. */
const ruleCollectionGroup = (body: JsonObject, { oldAddresses }: Surroundings): Prepared => {
  const notes: string[] = [];
  const prepared = withProperties(body, (properties) =>
    eachIn(properties, 'ruleCollections', (collection) => {
      const changed = eachIn(collection, 'rules', (rule) => {
        if (textIn(rule, 'ruleType') !== 'NatRule' || !namesOldAddress(rule, oldAddresses)) return rule;
        notes.push(
          `the NAT rule ${textIn(rule, 'name')} translates an old public address and is not carried over; make it anew for the new one.`,
        );
        return undefined;
      });
      return listIn(changed, 'rules').length > 0 ? changed : undefined;
    }),
  );
  return { ...plain(prepared), notes };
};

/** Of the two ends only their ids are said; the key is no part of it, since nobody reads it back. */
const connection = (body: JsonObject): Prepared =>
  plain(
    withProperties(body, (properties) => {
      const ends = ['virtualNetworkGateway1', 'virtualNetworkGateway2', 'localNetworkGateway2'] as const;
      const named = ends.filter((end) => textIn(properties[end], 'id') !== '');
      return {
        ...without(properties, ...ends, 'sharedKey', 'authorizationKey'),
        ...Object.fromEntries(named.map((end) => [end, { id: textIn(properties[end], 'id'), properties: {} }])),
      };
    }),
  );

/** A writable body as it has to be in another region, ids and addresses still the old ones. */
export const prepare = (role: Role, body: JsonObject, around: Surroundings): Prepared => {
  switch (role) {
    case 'publicIp':
      return publicIp(body, around);
    case 'virtualNetwork':
      return { ...plain(body), ...prepareNetwork(body) };
    case 'routeTable':
    case 'onPremRouteTable':
      return routeTable(body);
    case 'firewall':
      return firewall(body, around);
    case 'ruleCollectionGroup':
      return ruleCollectionGroup(body, around);
    case 'gateway':
      return prepareGateway(body, around.radiusSecret);
    case 'connection':
      return connection(body);
    default:
      return plain(body);
  }
};
