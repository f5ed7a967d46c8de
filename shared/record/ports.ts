import type { Notice } from './notice.ts';
import type { SiteState } from './state.ts';

/** Run state of each site; implemented in `azure/` on a table. */
export interface SiteStore {
  /** The state and the token a later `save` must show; a site never seen is `newSite(id)` with token null. */
  load(site: string): Promise<{ readonly state: SiteState; readonly token: string | null }>;
  /** Writes if nobody has since; returns the new token. Throws ERR_STATE_CONFLICT. */
  save(state: SiteState, token: string | null): Promise<string>;
  list(): Promise<readonly SiteState[]>;
}

/** Write-once values and append-only ledgers; implemented in `azure/` on blobs. Names are paths such as `plans/rig-07/<digest>.json`. */
export interface Archive {
  /** Writes once; the same name again with any content is left as it is. */
  keep(name: string, text: string): Promise<void>;
  read(name: string): Promise<string | undefined>;
  /** Adds one line to an append-only ledger. */
  append(name: string, line: string): Promise<void>;
  list(prefix: string): Promise<readonly string[]>;
}

/** The operator's configuration; implemented in `azure/` on blobs of the container `config`. */
export interface ConfigStore {
  read(name: string): Promise<string | undefined>;
  write(name: string, text: string): Promise<void>;
  /**
   * Writes what `change` makes of what is there, if nobody has written since; else it is asked again of what is there
   * then. Null leaves it as it is. The text that stands now. Throws ERR_STATE_CONFLICT where others come before us each time.
   */
  change(name: string, change: (text: string | undefined) => string | null): Promise<string | undefined>;
  /** Names with a version that changes whenever the content does, and when that was (ISO, the storage's own clock). */
  list(
    prefix: string,
  ): Promise<readonly { readonly name: string; readonly version: string; readonly at: string | null }[]>;
}

/** A message to the one writer. `notBefore` is application time (ms). */
export type Message =
  | {
      readonly kind: 'look';
      readonly because: string;
      /** Lower-case; null means every site. */
      readonly subscriptionIds: readonly string[] | null;
      readonly arrivedAt: number;
      readonly sweep?: boolean;
      /** Takes up the runs and moves that stood still while every site was paused. */
      readonly resumes?: boolean;
    }
  /** A sweep, asked for at a door because the timer has not come. */
  | { readonly kind: 'sweep'; readonly because: string; readonly arrivedAt: number }
  | {
      readonly kind: 'site';
      readonly site: string;
      readonly generation: number;
      readonly because: string;
      readonly notBefore: number;
      readonly arrivedAt: number;
      /** The run this message carries on; a message without one is a look. */
      readonly continues?: string;
      /** Perhaps no other message carries the run on: take it up, or see to it that one does. */
      readonly revives?: boolean;
      /** Read everything afresh, the seldom changing too. */
      readonly sweep?: boolean;
      /** How often this message has found the site busy. */
      readonly busy?: number;
    };

/** What waits in the queue and in its poison queue, about; `oldestDue` (ms) of those that may be taken now. */
export type Backlog = { readonly messages: number; readonly oldestDue: number | null; readonly poison: number };

/** The queue; implemented in `azure/` on a storage queue. */
export interface Messages {
  /** Throws ERR_STORAGE where it cannot be persisted. */
  send(message: Message): Promise<void>;
  /** Absent where the queue cannot be looked into. Throws ERR_STORAGE. */
  backlog?(): Promise<Backlog>;
}

/** One worker per site at a time; for economy, since every write to state is fenced as well. */
export interface Leases {
  /** Runs `work` under the lease; throws ERR_LEASED (retry later) where another holds it. */
  hold<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** Where people are told; implemented by Event Grid and the log. */
export interface Notices {
  tell(notice: Notice): Promise<void>;
}
