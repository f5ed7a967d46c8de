import { canonicalJson } from '../../shared/base/canonical.ts';
import type { Site } from '../../shared/base/site.ts';
import { steady } from '../support/landing.ts';

/** A child of a resource as ARM sends it: a route, a collection or a group of rules. */
export type Named = { readonly name: string; readonly properties: Record<string, unknown> };

export const isOurs = ({ name }: { readonly name: string }): boolean => name.startsWith('asefo-');

export const texts = (children: readonly Named[]): string =>
  JSON.stringify([...children].sort((a, b) => (a.name < b.name ? -1 : 1)).map(steady));

/** The same on either side: neither ids nor the range of the side's clients are in it. */
export const bareTexts = (children: readonly Named[], { network, ids }: Site): string[] =>
  children
    .map(({ name, properties }) => canonicalJson({ name, properties: steady(properties) }))
    .map((text) =>
      text.replaceAll(network.clientAddressPool ?? 'no pool', 'the clients').replaceAll(ids.resourceGroup, 'the group'),
    )
    .sort();
