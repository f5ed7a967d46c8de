/** What a person declared, with name, reason and expiry; stands until withdrawn or expired, and comes before facts. */
export type Intent = {
  readonly id: string;
  readonly site: string;
  /** `failover`: these services go to the failover region; `home`: they are back, whatever facts say; `hold`: change nothing. */
  readonly kind: 'failover' | 'home' | 'hold';
  /** Service tags; empty means all of the site's. */
  readonly services: readonly string[];
  readonly reason: string;
  readonly by: string;
  /** ISO, UTC. */
  readonly at: string;
  readonly expiresAt: string | null;
  readonly withdrawnAt: string | null;
};

/** Where intents are kept; implemented in `azure/`. */
export interface IntentStore {
  list(site: string): Promise<readonly Intent[]>;
  put(intent: Intent): Promise<void>;
}
