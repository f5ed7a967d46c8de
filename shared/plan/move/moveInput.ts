import type { JsonObject } from '../../base/canonical.ts';
import type { SideName } from '../../base/side.ts';
import type { Site } from '../../base/site.ts';
import type { DesiredSets } from '../../ranges/desired.ts';
import type { TagTable } from '../../ranges/tagTable.ts';
import type { Plan } from '../plan.ts';
import type { DiscoveredLimit } from '../routeLimit.ts';
import type { Snapshot } from '../snapshot.ts';
import type { MovePlan, MoveReason } from './movePlan.ts';

/** What was found when somebody last looked whether the site could move there; `record/move.ts` keeps it. */
export type CheckedBefore = {
  readonly side: SideName;
  readonly checks: readonly {
    readonly id: string;
    readonly ok: boolean;
    readonly text: string;
    readonly remedy: string;
  }[];
};

/** All a move is planned from; nothing is asked of either region. */
export type MovePlanInput = {
  /** As the sites file has it, not as a side. */
  readonly site: Site;
  readonly from: SideName;
  readonly to: SideName;
  readonly reason: Exclude<MoveReason, 'teardown'>;
  readonly why: readonly string[];
  /** The last good one of `from`. */
  readonly snapshot: Snapshot | null;
  /** Of the `to` side, nothing failed over. */
  readonly desired: DesiredSets;
  readonly tags: TagTable;
  readonly namePrefix: string;
  /** What is known to stand on the `to` side, as ARM sent it, by lower-case id: of its own last snapshot. */
  readonly existing?: ReadonlyMap<string, JsonObject>;
  /** What earlier moves put on the `to` side, or may have: what of that is no longer planned is taken off again. */
  readonly before?: Pick<MovePlan, 'steps' | 'carriedRoutes'>;
  readonly preflight?: CheckedBefore | null;
  /** What Azure said of the tables there; counts where the site's limit is `discover`. */
  readonly routeLimit?: DiscoveredLimit;
  /** The plan whose routes do not fit, where that is why. */
  readonly blockedBy?: Plan;
};
