import { deviceStepOfMove, explainedByMove } from './moveWaits.ts';
import { fileWaits } from './progress.ts';
import type { Run } from './run.ts';
import type { InPlace, PlanSummary, SiteState } from './state.ts';

/** A site's state in two or three words: the first thing on the page. */
export const headlines = [
  'needs attention',
  'waits for the device',
  'waits for approval',
  'blocked',
  'paused',
  'failing over',
  'coming home',
  'moving',
  'moving back',
  'shadow',
  'moved',
  'failed over',
  'home',
] as const;
export type Headline = (typeof headlines)[number];

/** Which way a run goes; `keeping` puts right what is in place (drift, new service tags, a first run). */
export type Direction = 'away' | 'home' | 'keeping';

const isRemoval = ({ steps }: Run): boolean => {
  const at = (id: string) => steps.findIndex((step) => step.id === id);
  const writes = ['routeTable', 'firewall', 'ipGroup'].map(at).filter((index) => index >= 0);
  const device = at('deviceConfirm');
  return device >= 0 && writes.some((index) => index > device);
};

/** Which way a plan goes, measured by what is in place. */
export const planDirection = (plan: PlanSummary, inPlace: InPlace | null): Direction => {
  const before = inPlace?.services ?? [];
  const comes = plan.services.some((service) => !before.includes(service));
  if (comes || (plan.mode === 'regionMove' && inPlace?.target !== plan.target)) return 'away';
  const leaves = before.some((service) => !plan.services.includes(service));
  return leaves || (plan.mode === 'home' && inPlace !== null && inPlace.mode !== 'home') ? 'home' : 'keeping';
};

/**
 * Told by the run's own plan while it is the last one made and not in place yet, else by the order of its steps: when
 * removing, the device comes first.
 */
export const directionOf = (run: Run, { lastPlan, inPlace }: SiteState): Direction => {
  if (lastPlan?.digest === run.digest && inPlace?.digest !== run.digest) return planDirection(lastPlan, inPlace);
  if (isRemoval(run)) return 'home';
  return run.steps.some((step) => step.id === 'deviceConfirm') ? 'away' : 'keeping';
};

/** The step that waits for a person at the device, if the run has come to it. */
export const deviceStepOf = (run: Run | null) =>
  run?.steps.find((step) => step.id === 'deviceConfirm' && step.status === 'waiting');

/** True where the policy or a default keeps the site in shadow and nobody has adopted it yet. */
export const isShadow = (shadowPolicy: boolean, state: SiteState): boolean => shadowPolicy && state.adopted === null;

/** Whether the last plan made is still to be carried out: it changes something and no run or proof has caught up with it. */
export const isPending = ({ lastPlan, inPlace, run }: SiteState): boolean =>
  lastPlan !== null &&
  lastPlan.changes > 0 &&
  run?.digest !== lastPlan.digest &&
  inPlace?.digest !== lastPlan.digest &&
  (inPlace === null || inPlace.at < lastPlan.at);

/** Away for a time: who moved on purpose is at home there. */
const isMoved = ({ residence }: SiteState): boolean =>
  residence?.side === 'target' && (residence.because === 'outage' || residence.because === 'budget');

const resting = (state: SiteState): Headline => {
  if (isMoved(state)) return 'moved';
  return state.inPlace !== null && state.inPlace.mode !== 'home' ? 'failed over' : 'home';
};

/** A standby that is built or taken down leaves the site where it is. */
const movingSite = ({ move }: SiteState): Headline | null => {
  if (move?.status !== 'running' || move.reason === 'standbyUp' || move.reason === 'teardown') return null;
  return move.reason === 'return' ? 'moving back' : 'moving';
};

const moving = (run: Run, state: SiteState): Headline => {
  const direction = directionOf(run, state);
  if (direction === 'keeping') return resting(state);
  return direction === 'away' ? 'failing over' : 'coming home';
};

/**
 * The first row that holds gives the headline:
 *
 * | row                                                    | headline                    |
 * | ------------------------------------------------------ | --------------------------- |
 * | something went wrong that a person has to look into, a failed move too | needs attention |
 * | a person paused it                                     | paused                      |
 * | its move waits for a person at the device              | waits for the device        |
 * | the whole site is on its way                           | moving, moving back         |
 * | a move waits for a person's word                       | waits for approval          |
 * | its run waits for a person at the device               | waits for the device        |
 * | its run is going: services come, leave, neither        | failing over, coming home, as at rest |
 * | nobody has adopted it yet                              | shadow                      |
 * | its last plan cannot be applied                        | blocked                     |
 * | a plan waits for a person's word                       | waits for approval          |
 * | a device file was offered and is not confirmed         | waits for the device        |
 * | at rest: the site has moved; services are in the failover region, or not | moved, failed over, home |
 */
export const headlineOf = (shadowPolicy: boolean, state: SiteState): Headline => {
  const { run, lastPlan, move } = state;
  if ((state.attention && !explainedByMove(state)) || move?.status === 'failed') return 'needs attention';
  if (state.paused) return 'paused';
  if (deviceStepOfMove(move)) return 'waits for the device';
  const onTheWay = movingSite(state);
  if (onTheWay !== null) return onTheWay;
  const inShadow = isShadow(shadowPolicy, state);
  if (move?.status === 'awaitingApproval' && !inShadow) return 'waits for approval';
  if (deviceStepOf(run)) return 'waits for the device';
  if (run) return moving(run, state);
  if (inShadow) return 'shadow';
  if (lastPlan !== null && lastPlan.blockers.length > 0) return 'blocked';
  if (state.waiting) return 'waits for approval';
  if (fileWaits(state)) return 'waits for the device';
  return resting(state);
};
