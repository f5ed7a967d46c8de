import { forbiddenFor } from '../../shared/ranges/forbidden.ts';
import { holesIn } from '../../shared/ranges/holes.ts';
import { RangeSet } from '../../shared/ranges/rangeSet.ts';
import type { TagTable } from '../../shared/ranges/tagTable.ts';
import { protectedOf } from '../../shared/record/protection.ts';
import type { SiteState } from '../../shared/record/state.ts';
import type { Fact } from '../../shared/scope/fact.ts';
import type { Intent } from '../../shared/scope/intent.ts';
import type { RecordedExchange } from '../../simulator/arm/recorded.ts';
import type { Arm } from '../../simulator/arm/server.ts';
import { syntheticGateways } from '../../simulator/tags/syntheticTags.ts';
import { home } from './cast.ts';
import { allowingOf, forwardingOf, type RawFirewall, type RawTable, type SiteTruth } from './siteTruth.ts';

/** A promise that was broken: where and when (application time, turn of the play), and how. */
export type Breach = { readonly site: string; readonly at: string; readonly turn: number; readonly what: string };

/** What the app has been told and may be held to: of one moment. */
export type Known = {
  /** Facts of incidents that are open, and were heard of so long ago that nobody can be in the middle of a call since. */
  open(subscriptionId: string): readonly Fact[];
  intents(site: string): readonly Intent[];
  /** What a service's tag in the failover region held in every file so far. */
  awayTag(service: string): RangeSet;
  pausedSince(): number | null;
};

/** Taken, cut off on the way back, or refused the second time that it arrived. */
export const mayHaveWritten = ({ method, status, fault }: RecordedExchange): boolean =>
  method !== 'GET' && method !== 'POST' && (status < 300 || fault === 'duplicate');

const some = (set: RangeSet): string => `${set.size} addresses, ${set.cidrs().slice(0, 3).join(', ')}`;

/** Holds every write and every claim of the app against the truth. */
export class Referee {
  readonly breaches: Breach[] = [];
  onBreach: () => void = () => {};
  readonly truths: ReadonlyMap<string, SiteTruth>;
  /** How much was looked at. */
  readonly checked = { writes: 0, claims: 0 };
  readonly #arm: Arm;
  readonly #tags: TagTable;
  readonly #known: Known;
  readonly #when: () => { readonly now: number; readonly turn: number };
  readonly #byTable: ReadonlyMap<string, SiteTruth>;
  readonly #byFirewall: ReadonlyMap<string, SiteTruth>;

  constructor(
    arm: Arm,
    tags: TagTable,
    truths: ReadonlyMap<string, SiteTruth>,
    known: Known,
    when: () => { readonly now: number; readonly turn: number },
  ) {
    this.#arm = arm;
    this.#tags = tags;
    this.truths = truths;
    this.#known = known;
    this.#when = when;
    const all = [...truths.values()];
    this.#byTable = new Map(all.map((truth) => [truth.site.ids.routeTable.toLowerCase(), truth]));
    this.#byFirewall = new Map(all.map((truth) => [truth.site.ids.firewall.toLowerCase(), truth]));
  }

  breach(site: string, what: string): void {
    const { now, turn } = this.#when();
    this.breaches.push({ site, at: new Date(now).toISOString(), turn, what });
    this.onBreach();
  }

  /** A request of the app that the simulated Azure has seen. */
  saw(request: RecordedExchange): void {
    if (!mayHaveWritten(request)) return;
    const { url } = request;
    const id = new URL(url).pathname.toLowerCase();
    const table = this.#byTable.get(id);
    const firewall = this.#byFirewall.get(id);
    if (table !== undefined) this.#tableWritten(table);
    if (firewall !== undefined) this.#firewallWritten(firewall);
    if (table === undefined && firewall === undefined) return;
    this.checked.writes += 1;
    const truth = table ?? firewall;
    if (truth === undefined || this.#known.pausedSince() === null) return;
    truth.writesWhilePaused += 1;
    if (truth.writesWhilePaused > 1) this.breach(truth.site.id, `write ${truth.writesWhilePaused} while all is paused`);
  }

  /** Somebody else changed something: from now on this is how it is. */
  outsiderWrote(truth: SiteTruth, tampered: boolean): void {
    this.#read(truth);
    truth.tampered ||= tampered;
  }

  #read(truth: SiteTruth): void {
    truth.table = forwardingOf(this.#arm.read(truth.site.ids.routeTable) as unknown as RawTable, this.#tags);
    truth.firewall = allowingOf(this.#arm.read(truth.site.ids.firewall) as unknown as RawFirewall);
    const { table, firewall, device } = truth;
    const whole = table.reached.subtract(firewall.allowed).isEmpty && device?.listed.subtract(table.reached).isEmpty;
    if (whole === true) truth.tampered = false;
  }

  #tableWritten(truth: SiteTruth): void {
    const before = truth.table;
    this.#read(truth);
    const { table, firewall, site, device } = truth;
    const wrong = (what: string) => this.breach(site.id, `table: ${what}`);
    if (table.foreign !== before.foreign) wrong('routes that are not ours changed');
    if (table.routes > 400) wrong(`${table.routes} routes, more than 400`);
    const forbidden = forbiddenFor(site).intersect(table.reached);
    if (!forbidden.isEmpty) wrong(`forbidden to the firewall: ${some(forbidden)}`);
    const holes = holesIn(table.reached, this.#tags, [syntheticGateways[home]]);
    if (!holes.isEmpty) wrong(`holes to the firewall: ${some(holes)}`);
    const lost = before.reached.subtract(table.reached);
    const listed = device === null ? RangeSet.empty : lost.intersect(device.listed);
    if (!listed.isEmpty) wrong(`the device lists what lost its route: ${some(listed)}`);
    for (const service of this.#openAt(truth)) {
      const missing = lost.intersect(this.#known.awayTag(service));
      if (!missing.isEmpty) wrong(`${service} fails over and lost its routes: ${some(missing)}`);
    }
    const dropped = table.reached.subtract(before.reached).subtract(firewall.allowed);
    if (!truth.tampered && !dropped.isEmpty) wrong(`led to a firewall that drops it: ${some(dropped)}`);
  }

  #firewallWritten(truth: SiteTruth): void {
    const before = truth.firewall;
    this.#read(truth);
    const { table, firewall, site } = truth;
    const wrong = (what: string) => this.breach(site.id, `firewall: ${what}`);
    if (firewall.foreign !== before.foreign) wrong('rules that are not ours changed');
    const dropped = before.allowed.subtract(firewall.allowed).intersect(table.reached);
    if (!truth.tampered && !dropped.isEmpty) wrong(`dropped while routed there: ${some(dropped)}`);
    const forbidden = forbiddenFor(site).intersect(firewall.allowed);
    if (!forbidden.isEmpty) wrong(`allows what is forbidden: ${some(forbidden)}`);
  }

  /** Services of the site that the app has known to be failed over for a while. */
  #openAt({ site, state }: SiteTruth): readonly string[] {
    if (state === null || this.#muted(site.id)) return [];
    const open = this.#known.open(site.subscriptionId.toLowerCase());
    return site.services.filter((service) => open.some((fact) => fact.service === service));
  }

  /** A person's word goes before facts. */
  #muted(site: string): boolean {
    const { now } = this.#when();
    return this.#known
      .intents(site)
      .some(
        ({ withdrawnAt, expiresAt }) => withdrawnAt === null && (expiresAt === null || Date.parse(expiresAt) > now),
      );
  }

  /** A state that was saved: what page and command line say of the site from now on. */
  claims(state: SiteState): void {
    const truth = this.truths.get(state.site);
    if (truth === undefined) return;
    const before = truth.state;
    truth.state = state;
    this.checked.claims += 1;
    if (before !== null && state.generation < before.generation)
      this.breach(state.site, `generation ${state.generation} after ${before.generation}`);
    if (protectedOf(state, this.#when().now).state !== 'yes') return;
    const wrong = (what: string) => this.breach(state.site, `said protected: ${what}`);
    const { device } = truth;
    if (device === null) {
      wrong('no file was ever put on the device');
      return;
    }
    if (device.checksum !== state.device.confirmed?.checksum)
      wrong(`the device has ${device.checksum.slice(0, 19)}, not ${state.device.confirmed?.checksum.slice(0, 19)}`);
    if (before === null || protectedOf(before, this.#when().now).state === 'yes') return;
    const unrouted = device.listed.subtract(truth.table.reached);
    if (!truth.tampered && !unrouted.isEmpty) wrong(`what the device lists has no route: ${some(unrouted)}`);
  }
}
