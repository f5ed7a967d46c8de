import type { SiteState } from '../../shared/record/state.ts';
import { countWrites } from '../../simulator/arm/tally.ts';
import type { Journey, Stage } from '../support/journey.ts';
import { alike, bareText, hashOf } from './normal.ts';

/** How a journey ended, in texts by name: the same of two runs that ended alike. */
export type End = {
  /** Resources, by id. */
  readonly resources: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, unknown>>;
  /** How often each thing was told. */
  readonly told: Readonly<Record<string, number>>;
  /** Ledger lines that end something, and how often each is there. */
  readonly ledger: Readonly<Record<string, number>>;
  /** Accepted writes by resource; those that made it. */
  readonly writes: Readonly<Record<string, number>>;
  readonly made: Readonly<Record<string, number>>;
  /** Writes that brought back what an earlier one had changed. */
  readonly backAndForth: readonly string[];
  readonly early: number;
};

const essentials = (state: SiteState): Record<string, unknown> => {
  const { inPlace, device, lastRuns, lastMoves, residence } = state;
  return {
    residence: residence && { side: residence.side, because: residence.because, by: residence.by },
    inPlace: inPlace && { ...inPlace, at: null, digest: null, outcomeHash: null, settingsHash: null },
    offered: device.offered?.listHash,
    confirmed: device.confirmed && { listHash: device.confirmed.listHash, by: device.confirmed.by },
    run: state.run?.steps.map(({ id, status }) => `${id} ${status}`) ?? null,
    move: state.move ? state.move.status : null,
    waiting: state.waiting?.title ?? null,
    approved: state.approved !== null,
    paused: state.paused,
    attention: state.attention?.code ?? null,
    singlyEncrypted: state.singlyEncryptedSince !== null,
    lookAgain: state.lookAgain,
    mayBeAway: state.mayBeAway ?? [],
    lastRuns: lastRuns.map(({ outcome }) => outcome),
    lastMoves: (lastMoves ?? []).map(({ outcome, reason }) => `${reason} ${outcome}`),
  };
};

const count = (texts: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const text of [...texts].sort()) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
};

/** Lines such as `step firewall done` and `run protected`; what is under way may be said as often as it is begun. */
const endsSomething = /^(step \S.* (done|unchanged|skipped|failed)|run \w+|move \w+)$/;

/** A write whose answer was lost is found done. */
const over = (event: string): string => event.replace(/^(step .*) unchanged$/, '$1 done');

const ledgerOf = async ({ ports, site }: Journey): Promise<string[]> => {
  const lines: string[] = [];
  for (const name of await ports.archive.list(`ledger/${site}/`)) {
    const text = (await ports.archive.read(name)) ?? '';
    for (const line of text.split('\n').filter((each) => each !== ''))
      lines.push(over(String((JSON.parse(line) as { event: unknown }).event)));
  }
  return lines.filter((line) => endsSomething.test(line));
};

/** A resource written as it was two writes before. */
const backAndForth = (exchanges: ReturnType<Journey['exchanges']>): string[] => {
  const bodies = new Map<string, string[]>();
  for (const { method, url, status, requestBody } of exchanges) {
    if (method !== 'PUT' || status < 200 || status > 299) continue;
    const { pathname } = new URL(url);
    const hash = hashOf(bareText(requestBody));
    const before = bodies.get(pathname) ?? [];
    if (before.at(-1) !== hash) bodies.set(pathname, [...before, hash]);
  }
  return [...bodies].filter(([, all]) => new Set(all).size < all.length).map(([path]) => path);
};

/** Ask for something, and change nothing that is there; they are asked again rather than missed. */
const asksOnly = /(getvpnclientconnectionhealth|generatevpnprofile)$/i;

export const endOf = async ({ arm }: Stage, journey: Journey, notices: readonly string[]): Promise<End> => {
  const { subscriptionId } = journey;
  const named = (text: string): string => alike(journey, text);
  const ids = arm.ids().filter((id) => id.includes(subscriptionId));
  const exchanges = journey.exchanges().filter(({ url }) => url.includes(subscriptionId));
  const accepted = countWrites(exchanges).filter(({ accepted: times, id }) => times > 0 && !asksOnly.test(id));
  const created = exchanges.filter(({ method, status }) => method === 'PUT' && status === 201);
  const state = await journey.state();
  const file = await journey.ports.archive.read(state.device.offered?.blob ?? 'none');
  return {
    resources: Object.fromEntries(ids.sort().map((id) => [named(id), named(bareText(arm.read(id)))])),
    state: { ...essentials(state), file: file === undefined ? null : hashOf(named(file)) },
    told: count(notices.map(named)),
    ledger: count((await ledgerOf(journey)).map(named)),
    writes: Object.fromEntries(accepted.map(({ id, method, accepted: times }) => [`${method} ${named(id)}`, times])),
    made: count(created.map(({ url }) => named(new URL(url).pathname))),
    backAndForth: backAndForth(exchanges).map(named),
    early: exchanges.filter(({ earlyBySeconds }) => earlyBySeconds !== undefined).length,
  };
};
