import { isObject } from '../base/canonical.ts';
import { newFirewall } from '../plan/move/carryRoutes.ts';
import type { MovePlan, MoveReason } from '../plan/move/movePlan.ts';
import { durationText, momentText, plainText, sinceMs } from './words.ts';

/** What an approver has to see of a move's plan, in plain sentences; bodies stay in the plan. */
export type MovePlanView = {
  readonly resourceGroup: string;
  readonly snapshot: string;
  readonly criticalPath: { readonly steps: readonly string[]; readonly minutes: number };
  readonly writes: number;
  readonly table: string | null;
  readonly blockers: readonly { readonly code: string; readonly message: string; readonly remedy: string }[];
  readonly defaults: readonly string[];
  readonly mappings: readonly string[];
  readonly carriedRoutes: readonly string[];
  readonly secrets: readonly string[];
  readonly alternatives: readonly string[];
  readonly notes: readonly string[];
};

const long = (text: string): string => plainText(text, 600);

/** `from UK South to UK West`; a standby and a teardown have to do with one side only: `in UK West`. */
export const whereText = ({
  reason,
  from,
  to,
}: {
  readonly reason: MoveReason;
  readonly from: string;
  readonly to: string;
}): string => {
  if (reason === 'standbyUp') return `in ${to}`;
  return reason === 'teardown' ? `in ${from}` : `from ${from} to ${to}`;
};

/** The last part of an ARM id; a name as it is. */
export const shortName = (id: string): string => id.split('/').at(-1) ?? id;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** `to-proxy 10.9.0.0/16 VirtualAppliance, the new firewall's address` from a route's JSON as ARM has it. */
export const carriedText = (route: unknown): string => {
  const { name, properties } = isObject(route) ? route : {};
  const { addressPrefix, nextHopType, nextHopIpAddress } = isObject(properties) ? properties : {};
  const known = [name, addressPrefix, nextHopType, nextHopIpAddress].map(text).filter((part) => part !== '');
  return known.join(' ').replace(` ${newFirewall}`, ", the new firewall's address");
};

/** `131 of 400 routes (exact)`; null where the move brings no table of ours. */
export const tableText = ({ table }: MovePlan): string | null => {
  if (table === null) return null;
  const how = table.strategy === null ? '' : ` (${table.strategy})`;
  return `${table.routes} of ${table.limit} routes${how}${table.fits ? '' : ': they do not fit'}`;
};

export const mappingTexts = (plan: MovePlan): string[] =>
  plan.mappings.map(({ resource, where, before, after }) => `${shortName(resource)}, ${where}: ${before} -> ${after}`);

/** What is needed that cannot be read back, and where it comes from; never the thing itself. */
export const secretTexts = (plan: MovePlan): string[] =>
  plan.secrets.map(({ what, resource, source }) => `${what} (${shortName(resource)}): ${source}`);

/** `taken 03:12:00 (14 min ago), 1a2b3c4d5e6f` */
export const snapshotText = ({ snapshot }: MovePlan, now: number): string =>
  snapshot === null
    ? 'none; nothing has to be known of the old side'
    : `taken ${momentText(snapshot.takenAt, now)} (${durationText(sinceMs(snapshot.takenAt, now))} ago), ${snapshot.hash.replace('sha256:', '').slice(0, 12)}`;

export const writesIn = (plan: MovePlan): number => plan.writes.reduce((sum, { writes }) => sum + writes, 0);

export const movePlanView = (plan: MovePlan, now: number): MovePlanView => ({
  resourceGroup: plan.resourceGroup,
  snapshot: snapshotText(plan, now),
  criticalPath: { steps: plan.criticalPath.steps.map((id) => plainText(id)), minutes: plan.criticalPath.minutes },
  writes: writesIn(plan),
  table: tableText(plan),
  blockers: plan.blockers.map(({ code, message, remedy }) => ({ code, message: long(message), remedy: long(remedy) })),
  defaults: plan.defaults.map(long),
  mappings: mappingTexts(plan).map(long),
  carriedRoutes: plan.carriedRoutes.map((route) => long(carriedText(route))),
  secrets: secretTexts(plan).map(long),
  alternatives: plan.alternatives.map(long),
  notes: plan.notes.map(long),
});
