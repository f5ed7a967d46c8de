import { byCodeUnit, isObject, type JsonObject } from '../base/canonical.ts';
import { counted } from '../base/counted.ts';
import { otherSide, type SideName } from '../base/side.ts';
import type { Site } from '../base/site.ts';
import { residenceOf } from './residence.ts';
import { sideNames } from './sideView.ts';
import type { SiteState } from './state.ts';
import { momentText } from './words.ts';

/** What stands on the side a site does not live on, as last known. */
export type Standing = {
  readonly side: SideName;
  /** ISO; it may have changed since. */
  readonly at: string;
  readonly resources: readonly { readonly id: string; readonly body: JsonObject }[];
};

/** Where that is to be read: a kept snapshot, or the plan of the move that built it, or of a taking down that never began. */
export type StandingSource = {
  readonly side: SideName;
  readonly at: string;
  readonly from: { readonly snapshotBlob: string } | { readonly planDigest: string };
};

export type StandingView = {
  readonly side: SideName;
  /** Display name. */
  readonly region: string;
  readonly at: string;
  /** `1 VPN gateway VpnGw1AZ`; what costs most first. */
  readonly resources: readonly string[];
  readonly text: string;
};

/** What a move made that was turned back, where nobody has approved yet that it goes: as it was when that was asked. */
const leftOver = ({ move, lastMoves }: SiteState, side: SideName, removedAt: string): StandingSource | null => {
  const waits = move?.status === 'awaitingApproval' ? [{ ...move, at: move.askedAt }] : [];
  const unheeded = (lastMoves ?? [])
    .filter(({ outcome }) => outcome === 'declined' || outcome === 'expired')
    .map((one) => ({ ...one, at: one.endedAt }));
  const found = [...waits, ...unheeded].find(
    ({ reason, from, at }) => reason === 'teardown' && from === side && at > removedAt,
  );
  return found ? { side, at: found.at, from: { planDigest: found.digest } } : null;
};

/** null where nothing is known to stand there, or it was taken down since. */
export const standingSource = (state: SiteState): StandingSource | null => {
  const side = otherSide(residenceOf(state));
  const past = state.lastMoves ?? [];
  const settledAt = state.residence?.since ?? '';
  const removedAt = past
    .filter(({ outcome, endedAt }) => outcome === 'removed' && endedAt >= settledAt)
    .map(({ endedAt }) => endedAt)
    .reduce((a, b) => (a > b ? a : b), '');
  const snapshot = state.snapshots?.[side]?.good ?? null;
  const built = past.find(({ outcome, to }) => outcome === 'standing' && to === side);
  const sources: StandingSource[] = [
    ...(snapshot ? [{ side, at: snapshot.at, from: { snapshotBlob: snapshot.blob } }] : []),
    ...(built ? [{ side, at: built.endedAt, from: { planDigest: built.digest } }] : []),
  ];
  const newest = sources
    .filter(({ at }) => at > removedAt)
    .reduce<StandingSource | null>((a, b) => (a && a.at >= b.at ? a : b), null);
  return newest ?? leftOver(state, side, removedAt);
};

/** By ARM type, lower-case; in the order of what they cost. */
const nouns: Readonly<Record<string, string>> = {
  virtualnetworkgateways: 'VPN gateway',
  azurefirewalls: 'Azure Firewall',
  publicipaddresses: 'public IP address',
  connections: 'VPN connection',
  localnetworkgateways: 'local network gateway',
  firewallpolicies: 'firewall policy',
  rulecollectiongroups: 'rule collection group',
  ipgroups: 'IP group',
  virtualnetworks: 'virtual network',
  routetables: 'route table',
};
const order = Object.keys(nouns);

const skuOf = (type: string, { sku, properties }: JsonObject): string => {
  const inner = isObject(properties) && isObject(properties['sku']) ? properties['sku'] : isObject(sku) ? sku : {};
  const name = inner[type === 'azurefirewalls' ? 'tier' : 'name'];
  return typeof name === 'string' ? ` ${name}` : '';
};

/** Resources counted by type and size: `1 VPN gateway VpnGw1AZ`, `2 public IP addresses Standard`. */
export const countedResources = (resources: Standing['resources']): string[] => {
  const counts = new Map<string, { readonly type: string; readonly sku: string; readonly n: number }>();
  for (const { id, body } of resources) {
    const type = id.split('/').at(-2)?.toLowerCase() ?? '';
    if (!order.includes(type)) continue;
    const sku = skuOf(type, body);
    counts.set(type + sku, { type, sku, n: 1 + (counts.get(type + sku)?.n ?? 0) });
  }
  return [...counts.values()]
    .sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type) || byCodeUnit(a.sku, b.sku))
    .map(({ type, sku, n }) => counted(n, nouns[type] ?? type) + sku);
};

/** null where nothing stands. */
export const standingView = (site: Site, standing: Standing | null, now: number): StandingView | null => {
  if (standing === null) return null;
  const { side, at } = standing;
  const resources = countedResources(standing.resources);
  if (resources.length === 0) return null;
  const region = sideNames(site)[side];
  const text = `${region} stands idle and is billed by Azure: ${resources.join(', ')} (as of ${momentText(at, now)})`;
  return { side, region, at, resources, text };
};
