/** `home`, some services also in the failover region, or the whole site moved. */
export type Mode = 'home' | 'serviceFailover' | 'regionMove';

/**
 * What should be failed over for one site, with the reasons in plain sentences. A function of intents, facts,
 * policy and what is failed over already, in that order; the truth table stands over `decide` in decide.ts.
 */
export type Decision = {
  readonly mode: Mode;
  /** Service tags (without region) wanted in the failover region too; sorted, among the site's services. */
  readonly services: readonly string[];
  /** ARM name of the region failed over to; null in mode `home`. */
  readonly target: string | null;
  /** Services failed over now that facts and intents no longer ask for: they leave only with `releaseApproval`. */
  readonly leaving: readonly string[];
  /** Why a person must say yes before services are added; null where policy lets them be added by itself. */
  readonly addApproval: string | null;
  /** Why a person must say yes before `leaving` leaves; null where nothing leaves or policy has evidence enough. */
  readonly releaseApproval: string | null;
  /** Those of `services` that wait for `addApproval`; the others may be added now. Empty where it is null. */
  readonly addWaits: readonly string[];
  /** When what only waits because it left a moment ago may be added by itself (ISO); absent where nothing does. */
  readonly addAgainAt?: string;
  /** Those of `leaving` that wait for `releaseApproval`; the others may leave now. Empty where it is null. */
  readonly releaseWaits: readonly string[];
  /** Why the whole site should move to its target, and since when its region fails (ISO); null where it should not. */
  readonly move: { readonly why: string; readonly since: string } | null;
  /** Why no move there helps, whoever calls for it: it fails as a whole; absent where it does not. */
  readonly targetFails?: string;
  /** A person said: change nothing (intent `hold`). */
  readonly hold: string | null;
  /** What people must be told apart from the plan: both regions unwell, stale facts, a move that would be called for. */
  readonly alarms: readonly string[];
  readonly reasons: readonly string[];
  /** Earliest beginning of the open facts behind `services` (ISO): traffic may be singly encrypted since then. */
  readonly since: string | null;
};

/** A decision that waits for nobody: what is wanted, and why. */
export const settledDecision = (
  wanted: Pick<Decision, 'mode' | 'services' | 'target'> & { readonly reasons?: readonly string[] },
): Decision => ({
  leaving: [],
  addApproval: null,
  releaseApproval: null,
  addWaits: [],
  releaseWaits: [],
  move: null,
  hold: null,
  alarms: [],
  reasons: [],
  since: null,
  ...wanted,
});
