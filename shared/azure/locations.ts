import { isObject, type JsonObject } from '../base/canonical.ts';
import type { Arm } from './arm.ts';
import { listPages } from './healthEvents.ts';

/** What Microsoft.Network knows of a region. */
export interface Locations {
  /** The service tags as this region knows them, for the whole cloud; raw. Throttled hard: about one call in minutes. */
  serviceTags(subscriptionId: string, region: string): Promise<JsonObject>;
  /** Quotas and how much of them is used; raw items. `RoutesPerRouteTable` is one. */
  usages(subscriptionId: string, region: string): Promise<readonly JsonObject[]>;
  /** The regions this subscription may see; raw items. */
  regions(subscriptionId: string): Promise<readonly JsonObject[]>;
  /** The types of Microsoft.Network, each with its regions (display names) and zones; raw. */
  resourceTypes(subscriptionId: string): Promise<readonly JsonObject[]>;
  /** What the identity may do at a scope; raw items with `actions` and `notActions`. */
  permissions(scope: string): Promise<readonly JsonObject[]>;
}

/** Providers outside Microsoft.Network have versions of their own. */
const versions = {
  subscriptions: { 'api-version': '2022-12-01' },
  providers: { 'api-version': '2021-04-01' },
  authorization: { 'api-version': '2022-04-01' },
};

export const armLocations = (arm: Arm): Locations => {
  const idOf = (subscriptionId: string, region: string, what: string): string =>
    `/subscriptions/${subscriptionId}/providers/Microsoft.Network/locations/${region}/${what}`;
  return {
    serviceTags: async (subscriptionId, region) => {
      const id = idOf(subscriptionId, region, 'serviceTags');
      return (await arm.getObject(id, arm.urlOf(id))).body;
    },
    usages: async (subscriptionId, region) => {
      const id = idOf(subscriptionId, region, 'usages');
      return (await listPages(arm, id, arm.urlOf(id))).items;
    },
    regions: async (subscriptionId) => {
      const id = `/subscriptions/${subscriptionId}/locations`;
      return (await listPages(arm, id, arm.urlOf(id, versions.subscriptions))).items;
    },
    resourceTypes: async (subscriptionId) => {
      const id = `/subscriptions/${subscriptionId}/providers/Microsoft.Network`;
      const { resourceTypes } = (await arm.getObject(id, arm.urlOf(id, versions.providers))).body;
      return Array.isArray(resourceTypes) ? resourceTypes.filter((item): item is JsonObject => isObject(item)) : [];
    },
    permissions: async (scope) => {
      const id = `${scope}/providers/Microsoft.Authorization/permissions`;
      return (await listPages(arm, id, arm.urlOf(id, versions.authorization))).items;
    },
  };
};

/** Collections of resources, whatever they hold; with `shorten`, only what it makes of each item is kept. */
export interface Lists {
  list(id: string, shorten?: (item: JsonObject) => JsonObject): Promise<readonly JsonObject[]>;
}

/** The route tables of a thousand sites are 60 MiB; shortened, they may be so many. */
const subscriptionLimits = { mostPages: 1_000, mostBytes: 1024 * 1024 * 1024 };

export const armLists = (arm: Arm): Lists => ({
  list: async (id, shorten) =>
    (await listPages(arm, id, arm.urlOf(id), shorten && { ...subscriptionLimits, shorten })).items,
});
