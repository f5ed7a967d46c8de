import { isObject } from '../base/canonical.ts';
import type { Tag, TagTable } from '../ranges/tagTable.ts';

const entryOf = (tag: Tag): Record<string, unknown> => {
  const { name, region, systemService, changeNumber, networkFeatures, addressPrefixes } = tag;
  const platform = 'Azure';
  return {
    name,
    id: name,
    properties: { changeNumber, region, platform, systemService, addressPrefixes, networkFeatures },
  };
};

/**
 * The file whose content is in force: the newest one's very text where nothing is held or added, else that with other
 * prefixes in the tags that differ, and the tags that it no longer has.
 */
export const textInForce = (text: string, base: TagTable, table: TagTable): string => {
  if (table === base) return text;
  const raw: unknown = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  if (!isObject(raw) || !Array.isArray(raw['values'])) return text;
  const values = raw['values'].filter(isObject).map((value) => {
    const name = String(value['name']);
    const tag = table.get(name);
    if (!tag || tag === base.get(name)) return value;
    const properties = isObject(value['properties']) ? value['properties'] : {};
    return { ...value, properties: { ...properties, addressPrefixes: tag.addressPrefixes } };
  });
  const others = table.tags.filter(({ name }) => !base.get(name)).map(entryOf);
  return `${JSON.stringify({ ...raw, changeNumber: table.changeNumber, values: [...values, ...others] }, null, 2)}\n`;
};
