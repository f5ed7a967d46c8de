import { isObject } from '../base/canonical.ts';
import { type CloudName, cloudNames } from '../base/clouds.ts';
import { AutomationError } from '../base/errors.ts';
import { newFile } from './prefixRows.ts';
import { Tag, type TagForm, TagTable } from './tagTable.ts';

/** Fifteen times the public file of October 2025 (4.1 MB, 3,039 tags, 93,362 prefixes): beyond that it is no tag file. */
export const tagFileLimits = { characters: 64 * 1024 * 1024, tags: 20_000, prefixes: 2_000_000 } as const;

const refuse = (message: string, cause?: unknown): AutomationError =>
  new AutomationError('ERR_TAG_FILE', message, { remedy: newFile, cause });

/**
 * The table of a service tags file, every prefix in it read strictly; `where` names the file in errors.
 * Throws ERR_TAG_FILE, with tag, position and text where a prefix is at fault; never half a table.
 */
export const parseTagFile = (text: string, where: string): TagTable => {
  const table = readTagFile(text, where);
  table.check();
  return table;
};

/** As `parseTagFile`, but a tag's prefixes are read, as strictly, when the tag is first used: for a look at a few tags. */
export const readTagFile = (text: string, where: string): TagTable => {
  if (text.length > tagFileLimits.characters) {
    throw refuse(
      `${where} has ${text.length} characters; more than ${tagFileLimits.characters} is no service tags file.`,
    );
  }
  return tableOf(parseJson(text, where), where);
};

/**
 * The table of an answer of Microsoft.Network `serviceTags` (as sent or as the SDK returns it): the file's form, but
 * change numbers are strings and there are no `networkFeatures`. Throws ERR_TAG_FILE, also for one page of several.
 */
export const tagTableFromApi = (body: unknown, where: string): TagTable => {
  if (isObject(body) && body['nextLink']) throw refuse(`${where} is one page of several: it has a nextLink.`);
  const table = tableOf(body, where);
  table.check();
  return table;
};

const parseJson = (text: string, where: string): unknown => {
  try {
    // Editors on Windows put a byte order mark in front; it carries nothing.
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch (cause) {
    const start = text.trimStart();
    const cutOff = start.startsWith('{') && !text.trimEnd().endsWith('}');
    const why = cause instanceof Error ? cause.message : String(cause);
    throw refuse(
      cutOff ? `${where} is cut off after ${text.length} characters: ${why}.` : `${where} is not JSON: ${why}.`,
      cause,
    );
  }
};

const tableOf = (body: unknown, where: string): TagTable => {
  if (!isObject(body)) throw refuse(`${where} is not a service tags file: it holds no object.`);
  const cloud = cloudOf(body['cloud'], where);
  const changeNumber = changeNumberOf(body['changeNumber'], where);
  const values = body['values'];
  if (!Array.isArray(values) || values.length === 0)
    throw refuse(`${where} is not a service tags file: it has no values.`);
  if (values.length > tagFileLimits.tags) {
    throw refuse(`${where} has ${values.length} tags; more than ${tagFileLimits.tags} is no service tags file.`);
  }
  let prefixes = 0;
  const tags = values.map((value: unknown, index) => {
    const form = formOf(value, index, where);
    prefixes += form.addressPrefixes.length;
    return new Tag(form, where);
  });
  if (prefixes > tagFileLimits.prefixes) {
    throw refuse(`${where} has ${prefixes} prefixes; more than ${tagFileLimits.prefixes} is no service tags file.`);
  }
  return new TagTable(cloud, changeNumber, tags, indexed(tags, where));
};

const cloudOf = (value: unknown, where: string): CloudName => {
  const cloud = cloudNames.find((name) => typeof value === 'string' && name.toLowerCase() === value.toLowerCase());
  if (cloud) return cloud;
  throw refuse(`${where}: cloud is ${shown(value)}, not one of ${cloudNames.join(', ')}.`);
};

const changeNumberOf = (value: unknown, where: string): number => {
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
  throw refuse(`${where}: changeNumber is ${shown(value)}, not a number.`);
};

const formOf = (value: unknown, index: number, where: string): TagForm => {
  const name = isObject(value) ? value['name'] : undefined;
  if (!isObject(value) || typeof name !== 'string' || !/^[A-Za-z0-9._-]{1,200}$/.test(name)) {
    throw refuse(`${where}: tag number ${index + 1} has no usable name (${shown(name)}).`);
  }
  const properties = value['properties'];
  if (!isObject(properties)) throw refuse(`${where}: tag ${name} has no properties.`);
  const { addressPrefixes, region, systemService, networkFeatures } = properties;
  if (!Array.isArray(addressPrefixes)) throw refuse(`${where}: tag ${name} has no list of addressPrefixes.`);
  const features = networkFeatures ?? [];
  if (!Array.isArray(features) || !features.every((feature) => typeof feature === 'string')) {
    throw refuse(`${where}: tag ${name} has networkFeatures that are not a list of texts.`);
  }
  return {
    name,
    region: textOr('', region, 'region', name, where),
    systemService: textOr('', systemService, 'systemService', name, where),
    changeNumber: changeNumberOf(properties['changeNumber'], `${where}: tag ${name}`),
    networkFeatures: features,
    addressPrefixes,
  };
};

const textOr = (otherwise: string, value: unknown, field: string, name: string, where: string): string => {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return otherwise;
  throw refuse(`${where}: tag ${name} has a ${field} that is not a text: ${shown(value)}.`);
};

/** The tags by lower-case name: with two that differ in case only, every look-up would be a guess. */
const indexed = (tags: readonly Tag[], where: string): ReadonlyMap<string, Tag> => {
  const byName = new Map<string, Tag>();
  for (const tag of tags) {
    const before = byName.size;
    byName.set(tag.name.toLowerCase(), tag);
    if (byName.size === before) throw refuse(`${where} has two tags named ${tag.name}.`);
  }
  return byName;
};

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'missing').slice(0, 80);
