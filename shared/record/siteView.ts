import type { CloudName } from '../base/clouds.ts';
import { findRegion } from '../base/geography.ts';
import type { Site } from '../base/site.ts';
import type { MovePlan } from '../plan/move/movePlan.ts';
import type { Mode } from '../scope/decision.ts';
import type { Fact } from '../scope/fact.ts';
import type { Intent } from '../scope/intent.ts';
import { answeredHome } from '../scope/intents.ts';
import { regionFails } from '../scope/unwell.ts';
import { type BudgetView, budgetOf } from './budgetView.ts';
import { type FactView, factsOfSite, type IntentView, intentsOfSite } from './factView.ts';
import { type Headline, headlineOf, isPending } from './headline.ts';
import { type MoveView, moveView } from './moveView.ts';
import { type PastMoveView, pastMoveView } from './pastMoveView.ts';
import {
  type CloudReady,
  cloudReadyOf,
  type Protected,
  protectedOf,
  type SinglyEncrypted,
  singlyEncryptedOf,
} from './protection.ts';
import { asItLives } from './residence.ts';
import { type PastRunView, pastRunView, type RunView, runView } from './runView.ts';
import {
  type PreflightView,
  preflightView,
  type ResidenceView,
  residenceView,
  type SnapshotView,
  snapshotViews,
} from './sideView.ts';
import { type Standing, type StandingView, standingView } from './standingView.ts';
import type { SiteState } from './state.ts';
import { type Wait, waitsOf } from './waits.ts';
import { plainText } from './words.ts';

type RegionView = { readonly name: string; readonly displayName: string };

/** A plan that is not carried out: waiting, blocked, or of a site in shadow. */
export type PendingPlanView = {
  readonly digest: string;
  readonly at: string;
  readonly text: string;
  readonly changes: number;
};

/** One site as people see it; every text in it is plain, and still has to be escaped. */
export type SiteView = {
  readonly id: string;
  readonly cloud: CloudName;
  /** Where it lives: after a region move that is the target. */
  readonly home: RegionView;
  readonly failover: RegionView;
  readonly headline: Headline;
  readonly needsPerson: boolean;
  readonly shadow: boolean;
  readonly singlyEncrypted: SinglyEncrypted | null;
  readonly cloudReady: CloudReady;
  readonly protected: Protected;
  /** When what is in place was proven; null where nothing has been. */
  readonly provenAt: string | null;
  /** As proven to be in place; `home` where nothing has been. */
  readonly mode: Mode;
  readonly services: readonly string[];
  /** Display name of the region failed over to. */
  readonly target: string | null;
  readonly pending: PendingPlanView | null;
  readonly budget: BudgetView;
  readonly waits: readonly Wait[];
  readonly run: RunView | null;
  readonly lastRuns: readonly PastRunView[];
  readonly move: MoveView | null;
  readonly lastMoves: readonly PastMoveView[];
  readonly residence: ResidenceView | null;
  /** Whether its other side is to be kept standing. */
  readonly standby: 'cold' | 'warm';
  readonly standing: StandingView | null;
  readonly snapshots: readonly SnapshotView[];
  readonly preflight: PreflightView | null;
  readonly facts: readonly FactView[];
  readonly intents: readonly IntentView[];
  readonly attention: { readonly code: string; readonly why: string; readonly since: string } | null;
  readonly alarms: readonly string[];
  readonly blockers: readonly { readonly code: string; readonly message: string; readonly remedy: string }[];
  readonly reasons: readonly string[];
  readonly notes: readonly string[];
  readonly lastLook: { readonly at: string; readonly because: string } | null;
};

/** What is in place, as half a sentence. */
export const placeText = ({ provenAt, mode, services, target, home, failover, residence }: SiteView): string => {
  if (provenAt === null) return 'nothing of ours has been proven yet';
  if (mode === 'home')
    return residence?.side === 'target' ? `everything is in ${home.displayName}` : 'everything is home';
  const where = target ?? failover.displayName;
  return mode === 'regionMove' ? `the whole site has moved to ${where}` : `${services.join(', ')} also in ${where}`;
};

const long = (text: string): string => plainText(text, 600);

const nameOf = (cloud: CloudName, region: string | null): string | null =>
  region === null ? null : (findRegion(cloud, region)?.displayName ?? region);

const pendingOf = (site: Site, state: SiteState): PendingPlanView | null => {
  const { lastPlan } = state;
  if (lastPlan === null || !isPending(state)) return null;
  const { digest, at, changes, mode, services, target } = lastPlan;
  const where = nameOf(site.cloud, target);
  const what =
    mode === 'home'
      ? 'everything home'
      : mode === 'regionMove'
        ? `the whole site to ${where}`
        : `${services.join(', ')} also in ${where ?? site.failover.displayName}`;
  return { digest, at, changes, text: what };
};

const textsOf = ({ attention, lastPlan, lastLook }: SiteState) => ({
  attention: attention && { code: attention.code, why: long(attention.why), since: attention.since },
  alarms: (lastPlan?.alarms ?? []).map(long),
  blockers: (lastPlan?.blockers ?? []).map(({ code, message, remedy }) => ({
    code,
    message: long(message),
    remedy: long(remedy),
  })),
  reasons: (lastPlan?.reasons ?? []).map(long),
  notes: (lastPlan?.notes ?? []).map(long),
  lastLook: lastLook && { at: lastLook.at, because: long(lastLook.because) },
});

/** What is too big for a state and was read for the view: the plan of the move, what stands on the other side. */
export type Kept = { readonly movePlan: MovePlan | null; readonly standing: Standing | null };

/** One site's view of all that is remembered of it; `now` in milliseconds of application time. */
export const siteViewOf = (input: {
  readonly site: Site;
  readonly state: SiteState;
  readonly facts: readonly Fact[];
  readonly intents: readonly Intent[];
  readonly kept?: Kept | undefined;
  readonly now: number;
}): SiteView => {
  const { state, kept, now } = input;
  const { inPlace, run } = state;
  const site = asItLives(input.site, state);
  const move = state.move ? moveView(input.site, state.move, kept?.movePlan ?? null, now) : null;
  const facts = input.facts.filter((fact) => !answeredHome(fact, site.id, input.intents));
  const { views, stale } = factsOfSite(site, facts, now);
  const outageOver = move?.reason === 'outage' && !regionFails(site, facts, now);
  const waits = waitsOf(site, state, move, { stale, outageOver }, now);
  return {
    id: site.id,
    cloud: site.cloud,
    home: { name: site.home.name, displayName: site.home.displayName },
    failover: { name: site.failover.name, displayName: site.failover.displayName },
    headline: headlineOf(site.policy.shadow, state),
    needsPerson: waits.some(({ who }) => who === 'A person'),
    shadow: site.policy.shadow && state.adopted === null,
    singlyEncrypted: singlyEncryptedOf(state, now),
    cloudReady: cloudReadyOf(state, now, move),
    protected: protectedOf(state, now, move),
    provenAt: inPlace?.at ?? null,
    mode: inPlace?.mode ?? 'home',
    services: inPlace?.services ?? [],
    target: nameOf(site.cloud, inPlace?.target ?? null),
    pending: pendingOf(site, state),
    budget: budgetOf(site, state),
    waits,
    run: run && runView(run, state, now),
    lastRuns: state.lastRuns
      .map(pastRunView)
      .sort((a, b) => (a.endedAt < b.endedAt ? 1 : a.endedAt > b.endedAt ? -1 : 0)),
    move,
    lastMoves: (state.lastMoves ?? []).map((past) => pastMoveView(input.site, past)),
    residence: residenceView(input.site, state, now),
    standby: input.site.move.standby,
    standing: standingView(input.site, kept?.standing ?? null, now),
    snapshots: snapshotViews(input.site, state, now),
    preflight: preflightView(input.site, state, now),
    facts: views,
    intents: intentsOfSite(site.id, input.intents, now),
    ...textsOf(state),
  };
};
