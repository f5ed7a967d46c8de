import type { Plan } from '../../shared/plan/plan.ts';
import { planBlob } from '../../shared/record/progress.ts';
import type { StepRecord } from '../../shared/record/run.ts';
import type { SiteState } from '../../shared/record/state.ts';
import { wire } from '../../shared/wire.ts';
import type { Stage } from '../stage/stage.ts';
import { duration, type Narrator } from './narrator.ts';

const lookEveryMs = 25;
const giveUpAfterMs = 120_000;

export const stateOf = async (site: string): Promise<SiteState> => (await (await wire()).sites.load(site)).state;

/** The plan a run carries out, from the archive where an auditor would find it. */
export const planOf = async (site: string, digest: string): Promise<Plan> => {
  const text = await (await wire()).archive.read(planBlob(site, digest));
  if (text === undefined) throw new Error(`the plan ${digest} is not in the archive`);
  return JSON.parse(text) as Plan;
};

const took = (step: StepRecord): string =>
  step.startedAt === null || step.endedAt === null || step.id === 'deviceConfirm'
    ? ''
    : ` (${duration(Date.parse(step.endedAt) - Date.parse(step.startedAt))})`;

const tellStep = (tell: Narrator, step: StepRecord, now: number): void => {
  if (step.id === 'verify') return;
  if (step.status === 'running') {
    const due = (step.operation?.notBefore ?? now) - now;
    const wait = due > 0 ? `; ask again in ${duration(due)}` : '';
    tell.detail(`… ${step.title}: Azure is at it${wait}`);
  } else if (step.status === 'done' || step.status === 'unchanged') {
    tell.good(`${step.title}${step.status === 'unchanged' ? ': unchanged' : took(step)}`);
  } else if (step.status === 'failed') {
    tell.bad(`${step.title}: ${step.why}`);
  }
};

/** Follows a site until something holds, telling each step's progress once. Throws after two minutes of wall time. */
export type Watch = (
  until: (state: SiteState) => boolean,
  onRun?: (state: SiteState) => Promise<void>,
) => Promise<SiteState>;

export const watcher = (stage: Stage, site: string, tell: Narrator): Watch => {
  const told = new Set<string>();
  let lastRun: string | null = null;
  return async (until, onRun = async () => {}) => {
    const end = Date.now() + giveUpAfterMs;
    for (;;) {
      const state = await stateOf(site);
      if (state.run !== null && state.run.id !== lastRun) {
        lastRun = state.run.id;
        await onRun(state);
      }
      for (const step of state.run?.steps ?? []) {
        const key = `${lastRun} ${step.id} ${step.status}`;
        if (step.status !== 'pending' && !told.has(key)) tellStep(tell, step, stage.clock.now());
        told.add(key);
      }
      if (until(state)) return state;
      if (Date.now() > end) {
        throw new Error(`the site did not get there: ${JSON.stringify(state.attention ?? state.run ?? state.waiting)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  };
};
