import type { RangeSet } from '../../shared/ranges/rangeSet.ts';
import type { Move } from '../../shared/record/move.ts';
import { protectedOf } from '../../shared/record/protection.ts';
import { residenceOf } from '../../shared/record/residence.ts';
import type { SiteTruth } from './siteTruth.ts';

const whyOf = ({ trouble, steps }: Move): string =>
  trouble?.why ??
  steps
    .filter(({ status }) => !['done', 'unchanged', 'skipped', 'pending'].includes(status))
    .map(({ id, status, why }) => `${id} ${status} ${why ?? ''}`)
    .join(', ');

/** A group stays with what others have put into it; all else that a move made is kept by somebody's choice, or is gone. */
const leftThere = ({ site, sides, keptByChoice, state }: SiteTruth): string | null =>
  keptByChoice || site.move.standby === 'warm' || state?.standby === true
    ? null
    : ([...sides.target.made].find((id) => id.includes('/providers/')) ?? null);

/** What keeps a site from being at home, proven and protected; null where nothing does. */
export const endOf = (truth: SiteTruth, list: RangeSet, now: number): string | null => {
  const { state, device } = truth;
  const { table, firewall } = truth.sides.home;
  if (state === null) return 'nobody ever looked at it';
  const { run, waiting, inPlace, attention, paused } = state;
  if (paused !== null) return 'it is paused';
  if (attention !== null) return `it needs attention: ${attention.why}`;
  if (state.move) return `its move (${state.move.title}) is ${state.move.status}: ${whyOf(state.move)}`;
  if (residenceOf(state) !== 'home') return `it lives in ${truth.site.target.region.name}`;
  if (run !== null) return `a run is under way: ${run.steps.map(({ id, status }) => `${id} ${status}`).join(', ')}`;
  if (waiting !== null) return `it waits for a person: ${waiting.title}`;
  // A move leaves what it has proven under its own name, home or there.
  if (inPlace?.mode !== 'home' && !(truth.moves && inPlace?.mode === 'regionMove')) return `it is ${inPlace?.mode}`;
  const protection = protectedOf(state, now);
  if (protection.state !== 'yes') return `it is not protected: ${protection.why}`;
  const missing = list.subtract(table.reached);
  if (!missing.isEmpty) return `${missing.size} addresses of home have no route`;
  const more = table.reached.subtract(list);
  if (!more.isEmpty) return `${more.size} addresses more than home's have a route`;
  if (!table.reached.subtract(firewall.allowed).isEmpty) return 'the firewall does not allow what is routed there';
  const left = leftThere(truth);
  if (left !== null) return `${left} stands in the region that was left, and nobody was asked`;
  if (device !== null && device.side !== 'home') return 'its device is on the gateway that was left';
  if (device === null || !list.subtract(device.listed).isEmpty) return 'the device does not list all of home';
  return null;
};
