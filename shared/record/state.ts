import type { SideName } from '../base/side.ts';
import type { ObservedNetwork } from '../plan/observed.ts';
import type { LimitSource } from '../plan/routeLimit.ts';
import type { Mode } from '../scope/decision.ts';
import type { Departure } from '../scope/flapping.ts';
import type { Built } from './built.ts';
import type { LedgerLine } from './ledgerLines.ts';
import type { Move, MoveSummary, Preflight, Residence, SideSnapshots } from './move.ts';
import type { Question } from './question.ts';
import type { Run, RunSummary } from './run.ts';

/** A person's word on something: who, when, and the digest it was about where there is one. */
export type Word = {
  readonly by: string;
  readonly at: string;
  readonly reason: string;
  readonly digest: string | null;
};

/** A plan that waits for a person: nothing of it is written before its very digest is approved. */
export type Waiting = {
  readonly digest: string;
  readonly why: string;
  readonly since: string;
  readonly title: string;
};

/** What verification last proved to be in place. */
export type InPlace = {
  readonly mode: Mode;
  readonly services: readonly string[];
  readonly target: string | null;
  readonly digest: string;
  /** Of the wanted set; says whether tags or scope moved since. */
  readonly wantedHash: string;
  readonly tagsChangeNumber: number;
  readonly tagsHash: string;
  /** Of the site as it was planned by, and of what that left in place; absent in older states. */
  readonly settingsHash?: string;
  readonly outcomeHash?: string;
  readonly at: string;
  readonly routes: number;
  /** Addresses wanted; absent in older states. */
  readonly addresses?: number;
  readonly foreignRoutes: number;
  /** Addresses no longer wanted are still routed, until the device no longer lists them. */
  readonly retains: boolean;
};

/** The device's file of inclusive routes: the newest one offered and the one a person said is on the device. */
export type DeviceState = {
  readonly offered: {
    readonly checksum: string;
    readonly listHash: string;
    readonly blob: string;
    readonly at: string;
    readonly added: number;
    readonly instruction: readonly string[];
  } | null;
  readonly confirmed: {
    readonly checksum: string;
    readonly listHash: string;
    readonly by: string;
    readonly at: string;
    /** What the gateway of a new side said of it, as one clause; absent where it was not asked. */
    readonly gateway?: string;
  } | null;
};

/** The last plan made, in short; the whole is a blob under its digest. */
export type PlanSummary = {
  readonly digest: string;
  readonly at: string;
  readonly mode: Mode;
  readonly services: readonly string[];
  readonly target: string | null;
  readonly applyable: boolean;
  readonly changes: number;
  readonly routes: number;
  readonly limit: number;
  readonly limitFrom?: LimitSource;
  readonly headroom: number;
  readonly reasons: readonly string[];
  readonly blockers: readonly { readonly code: string; readonly message: string; readonly remedy: string }[];
  readonly alarms: readonly string[];
  readonly notes: readonly string[];
};

/** Something a person should know of; `tries`: looks in vain for the same reason, where looking again may help. */
export type Attention = {
  readonly why: string;
  readonly since: string;
  readonly code: string;
  readonly tries?: number;
  /** When the next of them is due, by a message that is sent (ISO). */
  readonly again?: string;
};

/** A plan that Azure refused for good: done again unasked only when that long has passed, since only a person can help. */
export type InVain = { readonly digest: string; readonly tries: number; readonly again: string };

/** All that is remembered of one site between two looks. Small: big values are blobs. */
export type SiteState = {
  readonly site: string;
  /** Rises with every save; a message or worker with an older one is late. */
  readonly generation: number;
  readonly adopted: Word | null;
  readonly paused: Word | null;
  readonly approved: Word | null;
  readonly waiting: Waiting | null;
  /** What a person has said yes to, lately: a yes that is sent again is none. Absent in older states. */
  readonly answered?: readonly Question[];
  /** The moves that a person has said no to, lately: a no that is sent again is none. Absent in older states. */
  readonly declined?: readonly Question[];
  readonly run: Run | null;
  /** The ledger of the run that ended last, and the lines it still has to have; absent once it has them. */
  readonly closing?: { readonly ledger: string; readonly lines: readonly LedgerLine[] };
  readonly inPlace: InPlace | null;
  /** Services that runs set out to fail over and no proof has spoken of since: they may be in our tables. */
  readonly mayBeAway?: readonly string[];
  /** Services no longer wanted in the failover region, whose routes stay until the device does not list them. */
  readonly leaving?: readonly string[];
  /** Services that a proof found gone from the failover region, the newest for each. */
  readonly left?: readonly Departure[];
  readonly device: DeviceState;
  readonly network: (ObservedNetwork & { readonly at: string }) | null;
  readonly lastPlan: PlanSummary | null;
  /** Something was heard while a run was busy: look again when it is over. */
  readonly lookAgain: boolean;
  /** `began`: when the worker came in whose look worked; absent where it failed, and in older states. */
  readonly lastLook: { readonly at: string; readonly because: string; readonly began?: string } | null;
  /** Since when traffic may leave the tunnel; null while `protected` or nothing is failed over. */
  readonly singlyEncryptedSince: string | null;
  readonly attention: Attention | null;
  /** Absent or null where the last plan was not refused for good. */
  readonly inVain?: InVain | null;
  readonly lastRuns: readonly RunSummary[];
  /** Absent: where the sites file says. */
  readonly residence?: Residence;
  readonly move?: Move | null;
  readonly lastMoves?: readonly MoveSummary[];
  /** By which plans each side was built; absent where no move has been finished since this is remembered. */
  readonly built?: Partial<Record<SideName, Built>>;
  /** Whether a standby was approved and built, and not taken down since; absent in older states. */
  readonly standby?: boolean;
  readonly snapshots?: Partial<Record<SideName, SideSnapshots>>;
  readonly preflight?: Preflight | null;
  /** Keys of notices told, so that nothing is told twice. */
  readonly told: readonly string[];
};

export const newSite = (site: string): SiteState => ({
  site,
  generation: 0,
  adopted: null,
  paused: null,
  approved: null,
  waiting: null,
  run: null,
  inPlace: null,
  device: { offered: null, confirmed: null },
  network: null,
  lastPlan: null,
  lookAgain: false,
  lastLook: null,
  singlyEncryptedSince: null,
  attention: null,
  lastRuns: [],
  told: [],
});
