import { readSyntheticTags } from '../../simulator/tags/syntheticTags.ts';

type TagFile = {
  changeNumber: number;
  cloud: string;
  values: { name: string; properties: { addressPrefixes: string[] } }[];
};

/** The synthetic service tags as the next week's file, with something changed in it. */
export const tagsWith = (change: (file: TagFile) => void, changeNumber = 901): string => {
  const file = { ...(JSON.parse(readSyntheticTags()) as TagFile), changeNumber };
  change(file);
  return JSON.stringify(file);
};

/** The prefixes of one tag, to be changed in place; fails where there is no such tag. */
export const prefixesIn = (file: TagFile, name: string): string[] => {
  const tag = file.values.find((value) => value.name === name);
  if (tag === undefined) throw new Error(`the synthetic file has no tag ${name}`);
  return tag.properties.addressPrefixes;
};

/** Takes a tag out of the file. */
export const withoutTag = (file: TagFile, name: string): void => {
  prefixesIn(file, name);
  file.values = file.values.filter((value) => value.name !== name);
};
