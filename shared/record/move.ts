import type { SideName } from '../base/side.ts';
import type { MoveReason } from '../plan/move/movePlan.ts';
import type { Check } from '../plan/move/preflightFacts.ts';
import type { DiscoveredLimit } from '../plan/routeLimit.ts';
import type { RunCosts, StepRecord } from './run.ts';
import type { DeviceState } from './state.ts';

/** One step of a move; the plan under the move's digest has its title and the rest. */
export type MoveStepRecord = Omit<StepRecord, 'id' | 'foreignHash'> & {
  readonly id: string;
  /** PUTs and DELETEs sent. */
  readonly writes: number;
  /** Writes of the rules that Azure ended well; what they wrote should stay. */
  readonly endedWell?: number;
  readonly foreignHash: string | null;
};

/**
 * | status              | means                                                                     |
 * | ------------------- | ------------------------------------------------------------------------- |
 * | `awaitingApproval`  | nothing is written before its very digest is approved                     |
 * | `running`           | steps are under way, or a person is waited for at the device              |
 * | `failed`            | a step failed; `retry` goes on there, `cancel` turns back                 |
 */
export type MoveStatus = 'awaitingApproval' | 'running' | 'failed';

/** A move, asked for or under way; at most one at a site. */
export type Move = {
  readonly id: string;
  readonly digest: string;
  readonly reason: MoveReason;
  readonly from: SideName;
  readonly to: SideName;
  readonly title: string;
  readonly status: MoveStatus;
  readonly why: readonly string[];
  readonly askedAt: string;
  /** An approval that nobody gave by then is no longer asked for (ISO). */
  readonly expiresAt: string | null;
  /** Who planned it; absent where the product asks by itself, and takes that back when it is no longer called for. */
  readonly askedBy?: string;
  /** Who may be asked: `policy`, or who approved it. */
  readonly by: string | null;
  readonly startedAt: string | null;
  readonly steps: readonly MoveStepRecord[];
  readonly costs: RunCosts;
  /** What it had cost when a person last had it go on: its budget of calls counts from there. */
  readonly budgetFrom?: RunCosts;
  readonly cloudReadyAt: string | null;
  /** Since when nobody is at it, until when at the earliest somebody will be (ms); null: until a person speaks. */
  readonly away: { readonly at: string; readonly until: number | null } | null;
  /** Blob with the profile's address; never shown. */
  readonly profileBlob: string | null;
  /** The file of the new side and who put it on the device; that of where the site lives is `SiteState.device`. */
  readonly device?: DeviceState;
  /** The device was confirmed on the new side once, though it may have to get another file since. */
  readonly deviceThere?: boolean;
  /** Why it failed, and what to do. */
  readonly trouble: { readonly step: string; readonly why: string; readonly remedy: string } | null;
  readonly reminders: number;
};

/** Where the site lives. */
export type Residence = {
  readonly side: SideName;
  readonly since: string;
  /** `outage` and `budget` ask for the way back; `planned` is home from then on. */
  readonly because: MoveReason | 'configured';
  readonly by: string;
  /** Where that was when the site moved there: the sites file may change. Absent in older states. */
  readonly region?: string;
  readonly resourceGroup?: string;
};

export type MoveSummary = {
  readonly id: string;
  readonly digest: string;
  readonly reason: MoveReason;
  readonly from: SideName;
  readonly to: SideName;
  readonly outcome: 'protected' | 'standing' | 'removed' | 'cancelled' | 'declined' | 'expired';
  readonly startedAt: string | null;
  readonly endedAt: string;
  readonly ownOverheadMs: number;
  readonly costs: RunCosts;
  readonly by: string | null;
  readonly why: string | null;
};

/** A kept snapshot: the last good one of a side, and beside it one that lost something. */
export type SnapshotPointer = {
  readonly blob: string;
  readonly hash: string;
  readonly at: string;
};
export type SideSnapshots = {
  readonly good: SnapshotPointer | null;
  /** Newer than the good one, but something is missing in it; `lost` names it. */
  readonly doubtful: (SnapshotPointer & { readonly lost: readonly string[] }) | null;
  /** The side could not be read since then; what is kept is the older for it. */
  readonly trouble?: { readonly since: string; readonly why: string } | null;
};

export type PreflightCheck = Check;
/** Whether the site could move now; `side` is where to. */
export type Preflight = {
  readonly side: SideName;
  readonly at: string;
  readonly checks: readonly PreflightCheck[];
  /** How many routes Azure allows in a table there; only where the site's limit is `discover`. */
  readonly routeLimit?: DiscoveredLimit;
};
