import type { JsonObject } from '../../base/canonical.ts';
import type { Site } from '../../base/site.ts';
import type { DesiredSets } from '../../ranges/desired.ts';
import { planFirewall } from '../firewallRules.ts';
import { observeFirewall } from '../observe.ts';
import type { ObservedNetwork } from '../observed.ts';
import { classicRuleJson } from '../ruleJson.ts';
import { listIn, withProperties } from './json.ts';

export type OurRules = {
  readonly firewall: JsonObject;
  /** The site's IP group, where its rule refers to one: what it holds. */
  readonly ipGroup: { readonly id: string; readonly body: JsonObject } | null;
};

/** The classic firewall with our collection in it from the first write on, as the step `rules` wants to find it. */
export const withOurCollection = (
  body: JsonObject,
  input: {
    readonly side: Site;
    readonly desired: DesiredSets;
    readonly network: ObservedNetwork;
    readonly namePrefix: string;
    readonly tags: readonly string[];
  },
): OurRules => {
  const { side, desired, network, namePrefix, tags } = input;
  const { after, ipGroup } = planFirewall(side, desired, network, observeFirewall(body), namePrefix, tags);
  const ours: JsonObject = {
    name: after.name,
    properties: { priority: after.priority, action: { type: after.action }, rules: after.rules.map(classicRuleJson) },
  };
  return {
    firewall: withProperties(body, (properties) => ({
      ...properties,
      networkRuleCollections: [...listIn(properties, 'networkRuleCollections'), ours],
    })),
    ipGroup: ipGroup ? { id: ipGroup.id, body: { properties: { ipAddresses: [...ipGroup.after] } } } : null,
  };
};
