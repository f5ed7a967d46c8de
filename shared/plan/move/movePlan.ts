import type { JsonObject } from '../../base/canonical.ts';
import type { SideName } from '../../base/side.ts';
import type { Blocker } from '../blocker.ts';
import type { StopHere } from '../plan.ts';
import type { Secret } from '../snapshot.ts';

/**
 * Why a site's whole landing zone is built or taken down elsewhere.
 *
 * | reason       | called for by                                     | what it does                                      |
 * | ------------ | ------------------------------------------------- | ------------------------------------------------- |
 * | `outage`     | the scope: the region fails as a whole            | moves the site to its target                      |
 * | `budget`     | a service failover whose routes do not fit        | the same                                          |
 * | `planned`    | a person                                          | the same; the target is home from then on         |
 * | `return`     | the old region is well again                      | moves the site back                               |
 * | `standbyUp`  | `standby: warm`, or a person                      | builds the target and leaves the site where it is |
 * | `teardown`   | a person: cancel, standby down, retire            | removes what is ours and unused on one side       |
 */
export type MoveReason = 'outage' | 'budget' | 'planned' | 'return' | 'standbyUp' | 'teardown';

/**
 * | kind      | what is done                                                                                    |
 * | --------- | ----------------------------------------------------------------------------------------------- |
 * | `put`     | look; where nothing stands, PUT `body`; ours and as planned: unchanged; a stranger's: fails      |
 * | `delete`  | look; where it stands and is ours (or `ownedById`), DELETE                                      |
 * | `rules`   | our rule collection on the firewall of that side, as a service failover writes it               |
 * | `routes`  | one PUT of the route table: routes carried over and ours, hop = the new firewall's address       |
 * | `sharedKey` | as `put`, with the key of the old site-to-site connection (`body` without it); as planned is with that key |
 * | `profile` | have the gateway make the VPN client profile; its address is a secret                            |
 * | `bundle`  | profile, device file, instructions                                                              |
 * | `proof`   | everything read again and held against the plan: `cloudReady`                                   |
 * | `confirm` | a person, or the gateway's client connections                                                    |
 * | `settle`  | the site lives on the other side from now on: `protected`                                        |
 */
export type MoveStepKind =
  | 'put'
  | 'delete'
  | 'rules'
  | 'routes'
  | 'sharedKey'
  | 'profile'
  | 'bundle'
  | 'proof'
  | 'confirm'
  | 'settle';

export type MoveStep = {
  /** Short and stable, such as `gateway` or `publicIp vngw-ip`. */
  readonly id: string;
  readonly title: string;
  readonly kind: MoveStepKind;
  /** ARM id, or `device of <site>`. */
  readonly resource: string;
  readonly body?: JsonObject;
  /** Steps that must be over before. */
  readonly after: readonly string[];
  readonly estimateMinutes: number;
  /** The state of traffic if the move stops after this step. */
  readonly stopHere: StopHere;
  /** Steps with one key are never under way side by side, such as writes to one VNet or to one firewall. */
  readonly oneAtATime?: string;
  /** A resource without our tag that the site itself names, and that may be written or deleted all the same. */
  readonly ownedById?: boolean;
  /** What stands there is left as it is, whatever it holds; where nothing does any more, the step fails. */
  readonly leaveAsIs?: boolean;
  /** Paths of what earlier moves put into the resource and is no longer wanted: it is taken out where it stands. */
  readonly retired?: readonly string[];
};

/** Something of the old side that is spelt differently on the new one; the approver sees each. */
export type Mapping = {
  readonly resource: string;
  readonly where: string;
  readonly before: string;
  /** `the new firewall's address` where it is not known before it stands. */
  readonly after: string;
};

/** The move as data: it serialises, reads back equal, and the same input gives the same bytes. */
export type MovePlan = {
  readonly site: string;
  readonly reason: MoveReason;
  readonly from: SideName;
  readonly to: SideName;
  readonly region: { readonly from: string; readonly to: string };
  readonly resourceGroup: string;
  /** Why, in plain sentences. */
  readonly why: readonly string[];
  /** null where nothing had to be known of the old side. */
  readonly snapshot: { readonly hash: string; readonly takenAt: string } | null;
  /** What was not said in the sites file and taken by default, in plain sentences. */
  readonly defaults: readonly string[];
  readonly mappings: readonly Mapping[];
  /** Routes and rules of others that go along: `routes` are put into the new table by the step `routes`. */
  readonly carriedRoutes: readonly JsonObject[];
  readonly secrets: readonly Secret[];
  readonly steps: readonly MoveStep[];
  /** The longest chain of steps, and its minutes; a person's time is not counted. */
  readonly criticalPath: { readonly steps: readonly string[]; readonly minutes: number };
  /** ARM ids that are created, changed or deleted, each with how many writes it takes. */
  readonly writes: readonly { readonly resource: string; readonly writes: number }[];
  /** The new side's own table. */
  readonly table: {
    readonly routes: number;
    readonly limit: number;
    readonly fits: boolean;
    readonly strategy: string | null;
  } | null;
  /** What would make the move unnecessary: limits and strategies. */
  readonly alternatives: readonly string[];
  readonly blockers: readonly Blocker[];
  readonly applyable: boolean;
  readonly notes: readonly string[];
  /** SHA-256 of canonical JSON of site, reason's direction, steps and carried routes; no times, no reasons. */
  readonly digest: string;
};
