/** Which channel told us. */
export type SignalSource = 'serviceHealth' | 'resourceHealthEvents' | 'eventGrid';

/** One service in one region that an incident touches, as the event spells them and as we understand them. */
export type Impact = {
  /** As the event spells it: `Key Vault`. */
  readonly serviceName: string;
  /** ARM name of the region, `global`, or null where the spelling is unknown. */
  readonly region: string | 'global' | null;
  /** As the event spells it: `North Europe`. */
  readonly regionName: string;
  /** Per impact, since the events API tells one region of an incident recovered before the others. */
  readonly state: 'open' | 'closed';
};

/**
 * One parsed event. It says when to look and adds one fact; it never says what to write.
 * `acts: false` is recorded and shown, and never changes a route (`why` says the reason in plain words).
 */
export type Signal = {
  readonly source: SignalSource;
  /** Lower-case; an incident is known by (subscription, tracking id). */
  readonly subscriptionId: string;
  readonly trackingId: string;
  /** The incident as a whole: `closed` closes every impact of it, listed or not. */
  readonly state: 'open' | 'closed';
  readonly impacts: readonly Impact[];
  /** The ARM id (lower-case) whose failover was run; null for incidents. */
  readonly resourceId: string | null;
  /** When the event says it happened: ISO, UTC, milliseconds. Orders the messages of one incident. */
  readonly at: string;
  /** When the impact began, as far as the event says; else `at`. */
  readonly since: string;
  readonly title: string;
  readonly acts: boolean;
  readonly why: string;
};

/** What a payload boils down to: signals, and what was left aside with the reason. Both may be empty only together never. */
export type Reading = {
  readonly signals: readonly Signal[];
  readonly ignored: readonly { readonly what: string; readonly reason: string }[];
};
