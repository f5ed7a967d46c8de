import type { AllowanceStore } from '../../shared/azure/turns.ts';
import { iso } from '../../shared/base/clock.ts';
import type { Archive, ConfigStore, SiteStore } from '../../shared/record/ports.ts';
import type { SiteState } from '../../shared/record/state.ts';
import {
  memoryAllowances,
  memoryArchive,
  memoryConfig,
  memoryFacts,
  memoryIntents,
  memorySites,
} from '../support/memoryStores.ts';

/** The app's storage: what all instances share, and what outlives them. */
export type Shelves = {
  readonly sites: SiteStore;
  readonly facts: ReturnType<typeof memoryFacts>;
  readonly intents: ReturnType<typeof memoryIntents>;
  readonly archive: Archive;
  readonly config: ConfigStore;
  readonly allowances: AllowanceStore;
};

/** `said`: what a worse app says of a site. */
export const newShelves = (
  now: () => number,
  onSave: (state: SiteState) => void,
  said: (state: SiteState) => SiteState = (state) => state,
): Shelves => ({
  sites: memorySites((state) => onSave(said(state))),
  facts: memoryFacts(),
  intents: memoryIntents(),
  archive: memoryArchive(),
  config: memoryConfig(() => iso(now())),
  allowances: memoryAllowances(),
});
