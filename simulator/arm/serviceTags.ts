import type { JsonObject } from './json.ts';
import { objectAt, objectsAt, stringAt, stringsAt } from './json.ts';

/**
 * The weekly tags file as the API returns it: change numbers are strings there, and platform, regionId and
 * networkFeatures are left out.
 */
export function serviceTagsList(file: JsonObject | undefined, subscription: string): JsonObject {
  const cloud = stringAt(file, 'cloud') ?? 'Public';
  const name = cloud.toLowerCase();
  return {
    name,
    id: `/subscriptions/${subscription}/providers/Microsoft.Network/serviceTags/${name}`,
    type: 'Microsoft.Network/serviceTags',
    changeNumber: String(file?.['changeNumber'] ?? 0),
    cloud,
    values: objectsAt(file, 'values').map((value) => {
      const properties = objectAt(value, 'properties');
      return {
        name: stringAt(value, 'name') ?? '',
        id: stringAt(value, 'id') ?? '',
        properties: {
          changeNumber: String(properties['changeNumber'] ?? 0),
          region: stringAt(properties, 'region') ?? '',
          systemService: stringAt(properties, 'systemService') ?? '',
          addressPrefixes: stringsAt(properties, 'addressPrefixes'),
        },
      };
    }),
  };
}
