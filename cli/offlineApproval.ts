import { digestOf } from '../shared/base/canonical.ts';
import type { Site } from '../shared/base/site.ts';
import { approvalFor, type Cause, causeOf } from '../shared/plan/approval.ts';
import type { Route } from '../shared/plan/observed.ts';
import { defaultNamePrefix, isOurs } from '../shared/plan/ownership.ts';
import { changesIn, type Plan } from '../shared/plan/plan.ts';
import { desiredSets } from '../shared/ranges/desired.ts';
import type { TagTable } from '../shared/ranges/tagTable.ts';
import type { Decision } from '../shared/scope/decision.ts';

type Asked = {
  readonly site: Site;
  readonly decision: Decision;
  /** As planned without an approval. */
  readonly draft: Plan;
  readonly routes: readonly Route[];
  readonly failedOver: readonly string[];
  readonly lastGood: TagTable | undefined;
};

/** What moved since the table was written; `unclear` where only the file in use until then could tell. */
const causeOffline = ({ site, draft, routes, failedOver, lastGood }: Asked): Cause | 'unclear' => {
  const ours = routes.some((route) => isOurs(route.name, defaultNamePrefix));
  const before = lastGood && desiredSets({ site, services: failedOver, tags: lastGood });
  const wantedHash = draft.device.listHash;
  const cause = causeOf({
    inPlace: ours ? { services: failedOver, wantedHash: before ? digestOf(before.wanted.cidrs()) : wantedHash } : null,
    services: draft.decision.services,
    wantedHash,
    changes: changesIn(draft),
  });
  return cause === 'drift' && before === undefined ? 'unclear' : cause;
};

/** Why a person must say yes first, or null: as the running product judges, from what files tell. */
export const approvalOffline = (asked: Asked): Plan['approval'] => {
  const { site, decision, draft, failedOver } = asked;
  const approval = (cause: Cause) =>
    approvalFor({
      site,
      decision,
      adopted: false,
      cause,
      comes: draft.decision.services.some((service) => !failedOver.includes(service)),
      leaves: decision.leaving.length > 0,
    });
  const cause = causeOffline(asked);
  if (cause === 'drift' && approval('drift') !== null && approval('none') === null) {
    return { why: "The site's settings changed, or somebody changed what is ours; policy.drift is tell." };
  }
  if (cause !== 'unclear') return approval(cause);
  const always = approval('none');
  if (always !== null || (approval('tags') === null && approval('drift') === null)) return always;
  const { tagUpdates, drift } = site.policy;
  return {
    why: `Our routes are not as planned although no service comes or goes: the service tags changed (policy.tagUpdates is ${tagUpdates}), or the site's settings did, or somebody changed the routes (policy.drift is ${drift}). --last-good tells whether it was the tags.`,
  };
};
