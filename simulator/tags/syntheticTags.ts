import { readFileSync } from 'node:fs';

/** The committed file: a government cloud with Azure's tag names, proportions and form, and invented addresses. */
export const syntheticFile = new URL('./service-tags.synthetic.json', import.meta.url);

/** The text of the synthetic service tags file. */
export const readSyntheticTags = (): string => readFileSync(syntheticFile, 'utf8');

/** An address in each region of that file that a gateway can have: in AzureCloud.<region>, in no service's tag. */
export const syntheticGateways = {
  usdodcentral: '33.152.89.195',
  usdodeast: '33.152.44.28',
  usgovarizona: '33.153.88.245',
  usgovtexas: '33.153.8.29',
  usgovvirginia: '33.152.120.191',
} as const;
