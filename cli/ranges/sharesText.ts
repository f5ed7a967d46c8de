import type { Ownership } from '../../shared/ranges/extraOwners.ts';
import { grouped } from '../text.ts';

/** `Storage.UKWest 20, AzureCloud.ukwest 8, in no tag 3`: whose addresses these are, the largest shares first. */
export const sharesText = (tags: Ownership['tags'], nobodys: number, most = 5): string =>
  [
    ...tags.slice(0, most).map(({ tag, addresses }) => `${tag} ${grouped(addresses)}`),
    ...(nobodys > 0 ? [`in no tag ${grouped(nobodys)}`] : []),
  ].join(', ');
