import type { JsonObject } from '../base/canonical.ts';
import type { Arm } from './arm.ts';
import { listPages } from './healthEvents.ts';

/** What Microsoft.Network knows of a region. */
export interface Locations {
  /** The service tags as this region knows them, for the whole cloud; raw. Throttled hard: about one call in minutes. */
  serviceTags(subscriptionId: string, region: string): Promise<JsonObject>;
  /** Quotas and how much of them is used; raw items. `RoutesPerRouteTable` is one. */
  usages(subscriptionId: string, region: string): Promise<readonly JsonObject[]>;
}

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
  };
};
