import { isObject } from './base/canonical.ts';
import type { MovePlan } from './plan/move/movePlan.ts';
import type { Snapshot } from './plan/snapshot.ts';
import type { Ports } from './ports.ts';
import { askedPlanBlob } from './record/moveProgress.ts';
import { movePlanBlob } from './record/progress.ts';
import type { Kept } from './record/siteView.ts';
import { type Standing, type StandingSource, standingSource } from './record/standingView.ts';
import type { SiteState } from './record/state.ts';

type From = Pick<Ports, 'archive'>;

/** What we kept ourselves, by a member it must have; null where it is not there or cut short, which a view lives with. */
const read = async <T>(blob: string, member: string, { archive }: From): Promise<T | null> => {
  const text = await archive.read(blob);
  if (text === undefined) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && Array.isArray(value[member]) ? (value as T) : null;
  } catch {
    return null;
  }
};

const planIn = (blob: string, from: From): Promise<MovePlan | null> => read<MovePlan>(blob, 'steps', from);

const standingOf = async (site: string, source: StandingSource, from: From): Promise<Standing | null> => {
  const { side, at } = source;
  if ('snapshotBlob' in source.from) {
    const snapshot = await read<Snapshot>(source.from.snapshotBlob, 'resources', from);
    return snapshot && { side, at, resources: snapshot.resources };
  }
  const plan = await planIn(movePlanBlob(site, source.from.planDigest), from);
  const resources = plan?.steps.flatMap(({ kind, resource, body }) => {
    if (kind === 'delete') return [{ id: resource, body: {} }];
    return kind === 'put' && body ? [{ id: resource, body }] : [];
  });
  return resources ? { side, at, resources } : null;
};

/** Reads what a view of the site shows beyond its state: nothing at all of most sites. */
export const keptOf = async (state: SiteState, from: From): Promise<Kept> => {
  const source = standingSource(state);
  const [movePlan, standing] = await Promise.all([
    state.move ? planIn(askedPlanBlob(state.site, state.move), from) : null,
    source ? standingOf(state.site, source, from) : null,
  ]);
  return { movePlan, standing };
};
