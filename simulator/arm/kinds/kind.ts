import type { Answer } from '../answer.ts';
import type { ResourceId } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import type { DurationKey, Limits } from '../settings.ts';
import type { Store, Stored } from '../store.ts';

/** What a kind may look at while it checks or finishes a resource. */
export interface Env {
  readonly store: Store;
  readonly limits: Limits;
  readonly newGuid: () => string;
  readonly newPublicAddress: (location: string) => string;
}

/** One array of child objects inside a resource, such as the routes of a table. */
export interface ChildKind {
  /** Its place in the parent's `properties`, and its part of the id. */
  readonly property: string;
  readonly segment: string;
  /** Whether the objects carry a `type`. */
  readonly typed: boolean;
  /** Children of a firewall say Succeeded while the firewall still says Updating; the others follow their parent. */
  readonly alwaysSucceeded: boolean;
  /** Set when the child has addresses of its own. */
  readonly own?: { readonly group: string; readonly noun: string; readonly duration: DurationKey };
  readonly defaults: (given: JsonObject, previous: JsonObject | undefined) => JsonObject;
}

/** One resource type: how its bodies are completed, checked and finished. */
export interface Kind {
  /** `routeTables`, or with its parent's type `firewallPolicies/ruleCollectionGroups`. */
  readonly type: string;
  /** Virtual appliances: another poll address and rhythm, bare etags, JSON on many lines, types in capitals (recorded). */
  readonly provider?: 'nfv';
  /** The type as answers spell it, where that is not `type`. */
  readonly shownType?: string;
  /** IP groups spell it `eTag` (recorded). */
  readonly etagKey?: 'eTag';
  /** Untracked children have no location in requests and their parent's in answers. */
  readonly location?: 'parent';
  /** The name under which the usages of a location count it; creating one too many is refused. */
  readonly usage?: string;
  /** The operation group of the published API: `RouteTables`. */
  readonly group: string;
  /** As in `PutRouteTableOperation`. */
  readonly noun: string;
  readonly duration: DurationKey;
  /** Retry-After of the first answer, in seconds, as recorded. */
  readonly retryAfter: { readonly put: number; readonly delete: number };
  /** Gateways answer GET without an ETag header (recorded); the others with. */
  readonly etagHeader: boolean;
  /** Whether it has a resourceGuid; firewalls have none. */
  readonly guid: boolean;
  /** Properties the provider works out itself and ignores in requests. */
  readonly readOnly: readonly string[];
  readonly children: readonly ChildKind[];
  /** Completes the given properties; `previous` are those of the resource before the write. */
  readonly defaults: (given: JsonObject, previous: JsonObject | undefined) => JsonObject;
  /** Completes what stands beside `properties`, such as `sku`. */
  readonly outerDefaults?: (given: JsonObject) => JsonObject;
  /** Refuses a complete body, or returns undefined. */
  readonly check: (id: ResourceId, body: JsonObject, env: Env, previous: JsonObject | undefined) => Answer | undefined;
  /** Refuses a deletion, or returns undefined. */
  readonly checkDelete?: (id: ResourceId, env: Env) => Answer | undefined;
  /** Firewalls that a write of this resource keeps Updating until it ends. */
  readonly affects?: (id: ResourceId, env: Env) => Stored[];
  /** Refuses a write of what another operation holds although it is not the same resource. */
  readonly heldBy?: (id: ResourceId, body: JsonObject, env: Env) => string[];
  /** ids the body refers to; they must exist and be settled. */
  readonly references: (body: JsonObject) => string[];
  /** A write that changes nothing on the network is finished when it is answered (recorded for route tables). */
  readonly instant?: (before: JsonObject, after: JsonObject) => boolean;
  /** Fills in what only the finished resource has, such as addresses. */
  readonly finish?: (id: ResourceId, body: JsonObject, env: Env) => void;
  /** Works out back references at reading time, in place on a copy. */
  readonly present?: (id: ResourceId, body: JsonObject, env: Env) => void;
}
