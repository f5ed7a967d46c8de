import type { JsonObject } from '../../base/canonical.ts';
import type { SideName } from '../../base/side.ts';
import type { Site } from '../../base/site.ts';
import type { MovePlan } from './movePlan.ts';

/** What Azure said when it was asked, or why it did not say. */
export type Heard<T> = { readonly value: T } | { readonly why: string };

/** All that is known of whether a site could move now. Raw items are as ARM sends them. */
export type PreflightFacts = {
  /** As the sites file has it. */
  readonly site: Site;
  readonly to: SideName;
  /** The move as it would be planned for an outage this minute. */
  readonly plan: MovePlan;
  /** Of the side that is left. */
  readonly kept: {
    /** When the good snapshot was last seen to be so (ISO); null where there is none. */
    readonly at: string | null;
    readonly lost: readonly string[];
    readonly trouble: string | null;
  };
  readonly usages: Heard<readonly JsonObject[]>;
  readonly regions: Heard<readonly JsonObject[]>;
  readonly resourceTypes: Heard<readonly JsonObject[]>;
  readonly permissions: Heard<readonly JsonObject[]>;
  /** What stands at the ids the plan would write, by lower-case id; null where nothing does. */
  readonly standing: Heard<ReadonlyMap<string, JsonObject | null>>;
  /** Key Vault secrets by address: null where it could be read, else why not. */
  readonly secrets: ReadonlyMap<string, string | null>;
  readonly appRegion: string | null;
  /** Milliseconds. */
  readonly now: number;
};

/** One thing that a move needs. */
export type Check = {
  /** Stable, such as `quota` or `names`. */
  readonly id: string;
  readonly ok: boolean;
  readonly text: string;
  /** Empty where it is as it should be. */
  readonly remedy: string;
};

export const passed = (id: string, text: string): Check => ({ id, ok: true, text, remedy: '' });
export const failed = (id: string, text: string, remedy: string): Check => ({ id, ok: false, text, remedy });

/** Azure would not say. A move may well work all the same, so this is no failure; the reader is told. */
export const unknown = (id: string, what: string, why: string): Check => passed(id, `Not known: ${what}: ${why}`);

/** Why nothing is known of what a move would need. */
export const noPlan = 'there is no snapshot to plan a move from.';
