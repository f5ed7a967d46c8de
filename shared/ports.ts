import type { ResourceBuilder, ResourceWriter } from './apply/target.ts';
import type { JsonObject } from './base/canonical.ts';
import type { Clock } from './base/clock.ts';
import type { Log } from './base/log.ts';
import type { TagSettings } from './base/settings.ts';
import type { Doors } from './caller.ts';
import type { ResourceReader } from './plan/observed.ts';
import type { Archive, ConfigStore, Leases, Messages, Notices, SiteStore } from './record/ports.ts';
import type { FactStore } from './scope/fact.ts';
import type { IntentStore } from './scope/intent.ts';

/** Told of every call to Azure: its kind and its length in application time (ms). */
export type OnCall = (kind: 'read' | 'write' | 'poll', ms: number, id: string) => void;

/** What is asked of Azure itself. */
export interface AzureView {
  readonly resources: ResourceReader & ResourceWriter & ResourceBuilder;
  readonly healthEvents: {
    list(
      subscriptionId: string,
      sinceMs: number,
    ): Promise<{ readonly items: readonly JsonObject[]; readonly truncated: boolean }>;
  };
  readonly locations: {
    /** The service tags of the cloud as a region knows them, raw. Throttled hard. Throws ERR_AZURE_*. */
    serviceTags(subscriptionId: string, region: string): Promise<JsonObject>;
    /** Quotas of Microsoft.Network in a region, raw items. Throws ERR_AZURE_*. */
    usages(subscriptionId: string, region: string): Promise<readonly JsonObject[]>;
    /** The regions this subscription may see, raw items. Throws ERR_AZURE_*. */
    regions(subscriptionId: string): Promise<readonly JsonObject[]>;
    /** What Microsoft.Network offers, each with the regions and zones it is offered in, raw. Throws ERR_AZURE_*. */
    resourceTypes(subscriptionId: string): Promise<readonly JsonObject[]>;
    /** What the app's identity may do at a scope (a subscription's or a resource group's id), raw. Throws ERR_AZURE_*. */
    permissions(scope: string): Promise<readonly JsonObject[]>;
  };
  readonly lists: {
    /** All items of a collection by its path, such as the connections of a resource group; of each, what `shorten` keeps. Throws ERR_AZURE_*. */
    list(id: string, shorten?: (item: JsonObject) => JsonObject): Promise<readonly JsonObject[]>;
  };
}

/** Everything the hall needs of the world. `wire.ts` builds it once; tests build it of the same parts. */
export interface Ports extends AzureView {
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  /** 0 to 1, for what must not happen to all at once; absent: 0. */
  readonly random?: () => number;
  readonly namePrefix: string;
  /** Where the app runs, where the platform tells. */
  readonly appRegion?: string | null;
  /** How new service tags are judged and where they are asked for, besides what operators put. */
  readonly tagSettings?: TagSettings;
  /** How late the sweep may be (ms); three rounds of the default schedule where absent. */
  readonly sweepOverdueMs?: number;
  /** Who is let in; absent: whoever holds a function key. */
  readonly doors?: Doors;
  readonly tagDownload: {
    /** A file's text by its address; null where there is none. Throws ERR_AZURE_*. */
    fetch(url: string): Promise<string | null>;
  };
  readonly facts: FactStore;
  readonly intents: IntentStore;
  readonly sites: SiteStore;
  readonly archive: Archive;
  readonly config: ConfigStore;
  readonly leases: Leases;
  readonly messages: Messages;
  readonly notices: Notices;
  readonly secrets: {
    /** The value of a Key Vault secret by its address. Throws ERR_AZURE_*; never shows the value. */
    read(address: string): Promise<string>;
  };
  /** The same Azure, its calls counted. */
  metered(onCall: OnCall): AzureView;
}
