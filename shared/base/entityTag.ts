import type { JsonObject } from './canonical.ts';

/**
 * The entity tag of a resource as ARM sent it, as `If-Match` wants it; null where it has none (resource groups).
 * Virtual appliances (policies, rule collection groups, IP groups) have a bare GUID in the body and a quoted one in
 * headers, and IP groups spell it `eTag`; everything else of the network has it as in headers, `W/"..."` (recorded).
 */
export const entityTagOf = (raw: JsonObject): string | null => {
  const given = raw['etag'] ?? raw['eTag'];
  if (typeof given !== 'string' || given === '') return null;
  return given.endsWith('"') ? given : `"${given}"`;
};
