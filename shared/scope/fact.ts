import type { SignalSource } from '../events/signal.ts';

/**
 * What is remembered of signals, keyed by (subscription, tracking id, service, region).
 * `service: '*'`, `region: '*'` is the incident as a whole: closed there, every older fact of the incident is closed,
 * also after the incident was opened again without it.
 */
export type Fact = {
  readonly subscriptionId: string;
  readonly trackingId: string;
  /** Service tag where the name is known, else the name as spelt; `*` for the incident as a whole. */
  readonly service: string;
  /** As the event spelt it. */
  readonly serviceName: string;
  /** False where no table knows the name: recorded, shown, never acted on. */
  readonly known: boolean;
  /** ARM name, `global`, the spelling where unknown, or `*`. */
  readonly region: string;
  readonly state: 'open' | 'closed';
  readonly since: string;
  /** Timestamp of the newest message heard of this key (orders messages). */
  readonly at: string;
  /** Timestamp of the newest message that told it closed; absent where none has. Outlives a newer one that opens it. */
  readonly closedAt?: string;
  /** When we last heard of it, in our own time (staleness). */
  readonly heardAt: string;
  readonly source: SignalSource;
  readonly resourceId: string | null;
  readonly title: string;
  readonly acts: boolean;
  readonly why: string;
};

/** Where facts are kept; implemented in `azure/`. `put` merges under an ETag, so two writers lose nothing. */
export interface FactStore {
  /** Facts of these subscriptions (lower-case), closed ones included, in a stable order. */
  list(subscriptionIds: readonly string[]): Promise<readonly Fact[]>;
  /** Merges each fact with what is stored under its key (`mergeFact`); safe to repeat. */
  remember(facts: readonly Fact[]): Promise<void>;
}
