import { counted } from '../base/counted.ts';
import { isPending, planDirection } from './headline.ts';
import { moveConfirmed } from './moveProgress.ts';
import type { MoveView } from './moveView.ts';
import { deviceStepOfMove } from './moveWaits.ts';
import { fileWaits } from './progress.ts';
import { residenceOf } from './residence.ts';
import type { SiteState } from './state.ts';
import { durationText, momentText, shortDigest, sinceMs } from './words.ts';

/** Whether tables and firewall are proven for what is wanted now; says nothing of the device. */
export type CloudReady = { readonly ready: boolean; readonly since: string | null; readonly why: string };

/** Whether the device has the file that matches; `unknown` where none was ever offered to it. */
export type Protected = {
  readonly state: 'yes' | 'no' | 'unknown';
  readonly since: string | null;
  readonly by: string | null;
  readonly why: string;
};

/** Since when traffic may leave Azure's double encryption, as one sentence to be seen first. */
export type SinglyEncrypted = { readonly since: string; readonly forMs: number; readonly text: string };

/**
 * Only verification makes it ready. A plan that is not carried out means that what is proven is not what is wanted any
 * more, unless all it does is take away: then everything wanted is in place.
 */
export const cloudReadyOf = (state: SiteState, now: number, move: MoveView | null = null): CloudReady => {
  const { run, inPlace, lastPlan } = state;
  const not = (why: string): CloudReady => ({ ready: false, since: null, why });
  const proven = (since: string, more = ''): CloudReady => ({
    ready: true,
    since,
    why: `proven ${momentText(since, now)}${more}`,
  });
  if (move?.cloudReadyAt) return proven(move.cloudReadyAt, ` in ${move.to}`);
  // What was proven in a region that fails says nothing of it now; on any other way the old side carries the traffic.
  if (move?.reason === 'outage') return not(`${move.from} fails; ${move.to} is not proven yet`);
  if (run) return run.cloudReadyAt === null ? not('being written; not proven yet') : proven(run.cloudReadyAt);
  if (inPlace === null) return not('nothing has been put in place and proven yet');
  if (lastPlan === null || !isPending(state)) return proven(inPlace.at);
  const changes = counted(lastPlan.changes, 'planned change');
  const takesAway = planDirection(lastPlan, inPlace) === 'home' && state.singlyEncryptedSince === null;
  return takesAway ? proven(inPlace.at, `; ${changes} not written`) : not(`${changes} not written`);
};

/** The device is on the side that a move leads to, where the site does not live yet: what was confirmed here, it has no more. */
const isOnItsWay = (state: SiteState): boolean =>
  state.move?.from === residenceOf(state) && (state.move.deviceThere === true || moveConfirmed(state));

/** Only a person's confirmation of the very file offered last makes it protected. */
export const protectedOf = (state: SiteState, now: number, move: MoveView | null = null): Protected => {
  const { device, singlyEncryptedSince } = state;
  const { offered, confirmed } = device;
  const { at: since, by } = confirmed ?? { at: null, by: null };
  if (offered === null && confirmed === null && singlyEncryptedSince === null) {
    return { state: 'unknown', since, by, why: 'no file has been offered yet; it has the list it was set up with' };
  }
  if (move && deviceStepOfMove(state.move)) {
    return { state: 'no', since: null, by: null, why: `the bundle for ${move.to} is not on it yet` };
  }
  if (isOnItsWay(state)) {
    const why = `it has a bundle for ${move?.to ?? 'the other region'}, where the site has not settled yet`;
    return { state: 'no', since: null, by: null, why };
  }
  if (singlyEncryptedSince !== null && move?.reason === 'outage') {
    return { state: 'no', since: null, by: null, why: `${move.from} fails as a whole` };
  }
  if (singlyEncryptedSince !== null) {
    const why = offered === null ? 'the file for it is not made yet' : 'the file that matches is not on it yet';
    return { state: 'no', since: null, by: null, why };
  }
  if (fileWaits(state)) {
    return { state: 'no', since: null, by: null, why: 'a newer file waits for it; what it lists now is still routed' };
  }
  const file = shortDigest(confirmed?.checksum ?? '');
  const seen = confirmed?.gateway === undefined ? '' : `; ${confirmed.gateway}`;
  return {
    state: 'yes',
    since,
    by,
    why: `${by} confirmed ${file} ${since === null ? '' : momentText(since, now)}`.trim() + seen,
  };
};

export const singlyEncryptedOf = (state: SiteState, now: number): SinglyEncrypted | null => {
  const since = state.singlyEncryptedSince;
  if (since === null) return null;
  const forMs = sinceMs(since, now);
  return { since, forMs, text: `Singly encrypted since ${momentText(since, now)} (${durationText(forMs)})` };
};
