import { residenceOf } from '../../shared/record/residence.ts';
import type { SiteState } from '../../shared/record/state.ts';
import type { Arm } from '../../simulator/arm/server.ts';
import type { SiteTruth } from './siteTruth.ts';

/** What is wrong with a move as it was saved: begun by nobody who may, or failed without a word on what to do. */
export const moveWrong = (
  { site: { policy }, approved }: SiteTruth,
  before: SiteState | null,
  { move, standby }: SiteState,
): readonly string[] => {
  if (!move) return [];
  const wrong: string[] = [];
  if (move.status === 'failed' && (move.trouble === null || move.trouble.remedy === ''))
    wrong.push('it has failed, and nobody is told what to do');
  const began = move.status === 'running' && (before?.move?.id !== move.id || before.move.status !== 'running');
  if (!began || before?.move?.status === 'failed') return wrong;
  const lets =
    move.reason === 'return'
      ? policy.regionFailback === 'auto'
      : move.reason === 'standbyUp'
        ? standby === true
        : policy.regionMove === 'auto' && (move.reason === 'outage' || move.reason === 'budget');
  if (move.by === 'policy' ? !lets : !approved.has(move.digest))
    wrong.push(`${move.title} was begun by ${move.by}, and nobody has approved it`);
  return wrong;
};

const stateOf = (arm: Arm, id: string): string => {
  const { provisioningState } = (arm.read(id)?.['properties'] ?? {}) as { provisioningState?: unknown };
  return typeof provisioningState === 'string' ? provisioningState : 'not there';
};

/** What is wrong with saying that a site lives on another side from now on. */
export const movedWrong = (
  truth: SiteTruth,
  before: SiteState | null,
  state: SiteState,
  arm: Arm,
): readonly string[] => {
  const { site, table, firewall, tampered } = truth.sides[residenceOf(state)];
  const { device } = truth;
  const wrong: string[] = [];
  if (!before?.move?.cloudReadyAt) wrong.push('before it was proven');
  const [gateway, wall] = [stateOf(arm, site.ids.gateway), stateOf(arm, site.ids.firewall)];
  if (gateway !== 'Succeeded') wrong.push(`its gateway is ${gateway}`);
  if (wall !== 'Succeeded' && wall !== 'Updating') wrong.push(`its firewall is ${wall}`);
  if (state.device.confirmed === null) wrong.push('nobody has confirmed the device');
  if (device?.side !== residenceOf(state)) wrong.push('the device is not there');
  if (tampered) return wrong;
  const unrouted = device?.listed.subtract(table.reached);
  if (unrouted?.isEmpty === false) wrong.push(`${unrouted.size} addresses that the device lists have no route`);
  const dropped = table.reached.subtract(firewall.allowed);
  if (!dropped.isEmpty) wrong.push(`its firewall drops ${dropped.size} addresses that are routed there`);
  return wrong;
};
