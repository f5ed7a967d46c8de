import { readSyntheticTags } from '../../simulator/tags/syntheticTags.ts';

type TagFile = {
  readonly changeNumber: number;
  readonly values: readonly { readonly name: string; readonly properties: { readonly addressPrefixes: string[] } }[];
};

/** The synthetic file so many versions later, the home region's tag with these prefixes beyond its own. */
export const tagsVersion = (
  later: number,
  homeExtra: readonly string[],
  tagName = 'AzureCloud.usgovvirginia',
): string => {
  const file = JSON.parse(readSyntheticTags()) as TagFile;
  const home = file.values.find(({ name }) => name === tagName);
  if (home === undefined) throw new Error(`the synthetic file has no ${tagName}`);
  home.properties.addressPrefixes.push(...homeExtra);
  return JSON.stringify({ ...file, changeNumber: file.changeNumber + later });
};
