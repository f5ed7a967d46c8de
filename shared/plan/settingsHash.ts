import { digestOf } from '../base/canonical.ts';
import type { Site } from '../base/site.ts';
import type { Plan } from './plan.ts';

/** SHA-256 over what the sites file says of routes and rules; not services (the scope) and not policy. */
export const settingsHashOf = (site: Site): string => {
  const { globalTags, alwaysRoute, network, firewallRule, routeBudget } = site;
  return digestOf({
    home: site.home.name,
    failover: site.failover.name,
    globalTags,
    alwaysRoute,
    network,
    firewallRule,
    routeBudget,
  });
};

/** SHA-256 over what a plan leaves in place that is ours: it moves with what is wanted, not with what others do to it. */
export const outcomeHashOf = ({ routeTable, firewall }: Plan): string =>
  digestOf({ routes: routeTable.routes, rules: firewall.after });
