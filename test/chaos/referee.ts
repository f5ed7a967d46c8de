import { otherSide } from '../../shared/base/side.ts';
import { hasOurTag } from '../../shared/plan/move/standing.ts';
import { forbiddenFor } from '../../shared/ranges/forbidden.ts';
import { holesIn } from '../../shared/ranges/holes.ts';
import { RangeSet } from '../../shared/ranges/rangeSet.ts';
import type { TagTable } from '../../shared/ranges/tagTable.ts';
import { deviceStepOfMove } from '../../shared/record/moveWaits.ts';
import { protectedOf } from '../../shared/record/protection.ts';
import { residenceOf } from '../../shared/record/residence.ts';
import type { SiteState } from '../../shared/record/state.ts';
import type { Fact } from '../../shared/scope/fact.ts';
import type { Intent } from '../../shared/scope/intent.ts';
import type { RecordedExchange } from '../../simulator/arm/recorded.ts';
import type { Arm } from '../../simulator/arm/server.ts';
import { movedWrong, moveWrong } from './moveTruth.ts';
import { gatewayAddresses, lookAtSide, resourceText, type SideTruth, type SiteTruth } from './siteTruth.ts';
import { isOursAnywhere, isRules } from './wall.ts';

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
  /** So long somebody may still be in the middle of a call (ms). */
  readonly toldMs: number;
};

/** A DELETE that came late, when another had taken it down. */
const foundNothing = ({ method, status }: RecordedExchange): boolean => method === 'DELETE' && status === 204;

/** Taken, cut off on the way back, or refused the second time that it arrived. */
export const mayHaveWritten = (request: RecordedExchange): boolean => {
  const { method, status, fault } = request;
  return method !== 'GET' && method !== 'POST' && (fault === 'duplicate' || (status < 300 && !foundNothing(request)));
};

const some = (set: RangeSet): string => `${set.size} addresses, ${set.cidrs().slice(0, 3).join(', ')}`;

/** The side that the device goes to; before anything was put on it, where the site lives. */
const deviceSide = ({ device, state }: SiteTruth) => device?.side ?? (state === null ? 'home' : residenceOf(state));

/** Routes or rules of others: null where they stand as they did, but for what a move brought along from the other side. */
const foreignWrong = (
  { method, status }: RecordedExchange,
  before: readonly string[],
  after: readonly string[],
  side: SideTruth,
  other: SideTruth,
): string | null => {
  // What others put into what a move made goes with it.
  if (method === 'DELETE') return null;
  const gone = (status === 201 ? [] : before).find((text) => !after.includes(text) && !side.brought.has(text));
  if (gone !== undefined) return gone.slice(0, 160);
  for (const text of after.filter((each) => !before.includes(each))) {
    if (!other.known.has(text)) return `${text.slice(0, 160)} is new`;
    side.known.add(text);
    side.brought.add(text);
  }
  return null;
};

/** Holds every write and every claim of the app against the truth. */
export class Referee {
  readonly breaches: Breach[] = [];
  onBreach: () => void = () => {};
  readonly truths: ReadonlyMap<string, SiteTruth>;
  /** How much was looked at. */
  readonly checked = { writes: 0, claims: 0, moved: 0, made: 0, deleted: 0 };
  readonly #arm: Arm;
  readonly #tags: TagTable;
  readonly #known: Known;
  readonly #when: () => { readonly now: number; readonly turn: number };
  readonly #byGroup: ReadonlyMap<string, readonly [SiteTruth, SideTruth]>;

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
    this.#byGroup = new Map(
      [...truths.values()].flatMap((truth) =>
        Object.values(truth.sides).map((side) => [side.site.ids.resourceGroup.toLowerCase(), [truth, side]] as const),
      ),
    );
  }

  breach(site: string, what: string): void {
    const { now, turn } = this.#when();
    this.breaches.push({ site, at: new Date(now).toISOString(), turn, what });
    this.onBreach();
  }

  /** A request of the app that the simulated Azure has seen. */
  saw(request: RecordedExchange): void {
    if (!mayHaveWritten(request)) return;
    const id = new URL(request.url).pathname.toLowerCase();
    const found = this.#byGroup.get(id.split('/').slice(0, 5).join('/'));
    if (found === undefined) {
      this.breach('-', `${request.method} ${id}, which is of no site`);
      return;
    }
    const [truth, side] = found;
    this.checked.writes += 1;
    if (id === side.site.ids.routeTable.toLowerCase()) this.#tableWritten(truth, side, request);
    if (isRules(id, side.site)) this.#firewallWritten(truth, side, request);
    if (request.method === 'DELETE') this.#deleted(truth, side, id);
    else this.#put(truth, side, id, request.status);
    this.#othersStand(truth);
    if (this.#known.pausedSince() === null) return;
    truth.writesWhilePaused += 1;
    if (truth.writesWhilePaused > 1) this.breach(truth.site.id, `write ${truth.writesWhilePaused} while all is paused`);
  }

  /** Somebody else changed something: from now on this is how it is. */
  outsiderWrote(side: SideTruth, tampered: boolean): void {
    lookAtSide(this.#arm, this.#tags, side);
    for (const text of [...side.table.foreign, ...side.firewall.foreign]) side.known.add(text);
    side.tampered ||= tampered;
  }

  /** What others have put into the groups of a site is there, as they put it. */
  #othersStand({ site, theirs }: SiteTruth): void {
    for (const [id, text] of theirs) {
      if (resourceText(this.#arm, id) === text) continue;
      this.breach(site.id, `what somebody else put there is not as it was: ${id}`);
      theirs.delete(id);
    }
  }

  /** Only a move makes anything, or writes to what a move made; it is in the target, and made once. */
  #put(truth: SiteTruth, side: SideTruth, id: string, status: number): void {
    const wrong = (what: string) => this.breach(truth.site.id, `PUT ${id}: ${what}`);
    const { routeTable, firewall } = side.site.ids;
    const known = [routeTable.toLowerCase(), firewall.toLowerCase()].includes(id) || isOursAnywhere(id);
    const stands = this.#arm.read(id);
    const tagged = stands !== undefined && hasOurTag(stands, truth.site.id);
    if (status === 201) {
      this.checked.made += 1;
      // What is made at home, rules of a failover in a policy, says nothing of what somebody kept there.
      if (side.name === 'target') truth.keptByChoice = false;
      if (side.made.has(id)) wrong('made twice');
      if (side.name === 'home' && !isOursAnywhere(id)) wrong('made at home');
      if (!tagged && !isChild(id)) wrong('made without the tag that says whose it is');
    } else if (!tagged && !known && !isChild(id)) wrong('it is not ours');
    if (tagged) side.made.add(id);
    const { state } = truth;
    const lives = state === null ? 'home' : residenceOf(state);
    if (side.name === lives && known) return;
    const stoppedMs = this.#when().now - truth.moveStoppedAt;
    if (state?.move?.status !== 'running' && stoppedMs > this.#known.toldMs) wrong('no move is under way');
  }

  /** What a move made may be taken down again, where neither site nor device are. */
  #deleted(truth: SiteTruth, side: SideTruth, id: string): void {
    const wrong = (what: string) => this.breach(truth.site.id, `DELETE ${id}: ${what}`);
    this.checked.deleted += 1;
    if (!side.made.delete(id)) wrong('no move made it');
    if (truth.state !== null && residenceOf(truth.state) === side.name) wrong('the site lives there');
    if (deviceSide(truth) === side.name) wrong('the device is on it');
    if (side.made.size === 0) {
      side.brought.clear();
      side.tampered = false;
    }
  }

  #look(truth: SiteTruth, side: SideTruth): void {
    lookAtSide(this.#arm, this.#tags, side);
    const { table, firewall } = side;
    const { device } = truth;
    const listed = device?.side === side.name ? device.listed : RangeSet.empty;
    const whole = table.reached.subtract(firewall.allowed).isEmpty && listed.subtract(table.reached).isEmpty;
    if (whole) side.tampered = false;
  }

  #tableWritten(truth: SiteTruth, side: SideTruth, request: RecordedExchange): void {
    const before = side.table;
    this.#look(truth, side);
    const { table, firewall, site } = side;
    const { device } = truth;
    const where = side.name === 'home' ? 'table' : 'table there';
    const wrong = (what: string) => this.breach(site.id, `${where}: ${what}`);
    const foreign = foreignWrong(request, before.foreign, table.foreign, side, this.#other(truth, side));
    if (foreign !== null) wrong(`routes that are not ours changed: ${foreign}`);
    if (table.routes > 400) wrong(`${table.routes} routes, more than 400`);
    const forbidden = forbiddenFor(site).intersect(table.reached);
    if (!forbidden.isEmpty) wrong(`forbidden to the firewall: ${some(forbidden)}`);
    const holes = holesIn(table.reached, this.#tags, gatewayAddresses(this.#arm, side));
    if (!holes.isEmpty) wrong(`holes to the firewall: ${some(holes)}`);
    const lost = before.reached.subtract(table.reached);
    const listed = device?.side === side.name ? lost.intersect(device.listed) : RangeSet.empty;
    if (!listed.isEmpty) wrong(`the device lists what lost its route: ${some(listed)}`);
    for (const service of this.#openAt(truth, side)) {
      const missing = lost.intersect(this.#known.awayTag(service));
      if (!missing.isEmpty) wrong(`${service} fails over and lost its routes: ${some(missing)}`);
    }
    const dropped = table.reached.subtract(before.reached).subtract(firewall.allowed);
    if (!side.tampered && !dropped.isEmpty) wrong(`led to a firewall that drops it: ${some(dropped)}`);
  }

  #firewallWritten(truth: SiteTruth, side: SideTruth, request: RecordedExchange): void {
    const before = side.firewall;
    this.#look(truth, side);
    const { table, firewall, site } = side;
    const where = side.name === 'home' ? 'firewall' : 'firewall there';
    const wrong = (what: string) => this.breach(site.id, `${where}: ${what}`);
    const foreign = foreignWrong(request, before.foreign, firewall.foreign, side, this.#other(truth, side));
    if (foreign !== null) wrong(`rules that are not ours changed: ${foreign}`);
    const dropped = before.allowed.subtract(firewall.allowed).intersect(table.reached);
    // Where the device does not go, nothing is dropped: a move back writes the rules of its day before the routes.
    if (deviceSide(truth) === side.name && !side.tampered && !dropped.isEmpty)
      wrong(`dropped while routed there: ${some(dropped)}`);
    const forbidden = forbiddenFor(site).intersect(firewall.allowed);
    if (!forbidden.isEmpty) wrong(`allows what is forbidden: ${some(forbidden)}`);
  }

  #other({ sides }: SiteTruth, { name }: SideTruth): SideTruth {
    return sides[otherSide(name)];
  }

  /** Services of the site that the app has known to be failed over for a while. */
  #openAt(truth: SiteTruth, { name }: SideTruth): readonly string[] {
    const { site, state } = truth;
    if (state === null || this.#muted(site.id)) return [];
    // Services fail at home only; whoever has moved from there is not concerned.
    if (name !== 'home' || deviceSide(truth) !== 'home' || residenceOf(state) !== 'home') return [];
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
    this.#movedAsItShould(truth, before, state);
    // Page and terminal say then that the bundle is not on it yet.
    if (deviceStepOfMove(state.move)) return;
    if (protectedOf(state, this.#when().now).state !== 'yes') return;
    const wrong = (what: string) => this.breach(state.site, `said protected: ${what}`);
    const { device } = truth;
    if (device === null) {
      wrong('no file was ever put on the device');
      return;
    }
    if (device.checksum !== state.device.confirmed?.checksum)
      wrong(`the device has ${device.checksum.slice(0, 19)}, not ${state.device.confirmed?.checksum.slice(0, 19)}`);
    if (device.side !== residenceOf(state)) wrong(`the device is on the gateway of the other side`);
    if (before === null || protectedOf(before, this.#when().now).state === 'yes') return;
    const { table, tampered } = truth.sides[residenceOf(state)];
    const unrouted = device.listed.subtract(table.reached);
    if (!tampered && !unrouted.isEmpty) wrong(`what the device lists has no route: ${some(unrouted)}`);
  }

  #movedAsItShould(truth: SiteTruth, before: SiteState | null, state: SiteState): void {
    if (before?.move?.status === 'running' && state.move?.status !== 'running') truth.moveStoppedAt = this.#when().now;
    for (const what of moveWrong(truth, before, state)) this.breach(state.site, `move: ${what}`);
    if (residenceOf(before ?? state) === residenceOf(state)) return;
    this.checked.moved += 1;
    // A no to taking down what was left was said of that stay: it is asked anew after the next.
    truth.keptByChoice = false;
    for (const what of movedWrong(truth, before, state, this.#arm))
      this.breach(state.site, `said to live in the ${residenceOf(state)}: ${what}`);
  }
}

/** A child has no tags: it is its parent's. */
const isChild = (id: string): boolean => (id.split('/providers/')[1] ?? '').split('/').length > 3;
