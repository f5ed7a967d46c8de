import { byCodeUnit } from '../shared/base/canonical.ts';
import { byNumber } from '../shared/base/counted.ts';
import type { Site } from '../shared/base/site.ts';
import { readEvent } from '../shared/events/readEvent.ts';
import type { Reading, Signal } from '../shared/events/signal.ts';
import { isOfSite } from '../shared/scope/unwell.ts';
import type { Io } from './command.ts';
import { parseJson, readTextFile, within } from './files.ts';

/** Published samples carry a placeholder such as `{subscriptionId}`: here it stands for the site's own. */
const subscribed = (signal: Signal, site: Site): Signal =>
  /^[{<].*[}>]$/.test(signal.subscriptionId)
    ? { ...signal, subscriptionId: site.subscriptionId.toLowerCase() }
    : signal;

const strangerLine = ({ trackingId, resourceId, subscriptionId }: Signal, site: Site): string => {
  const what = resourceId === null ? `incident ${trackingId}` : `a failover of ${resourceId}`;
  return `Heard, not acted on: ${what}: it is of subscription ${subscriptionId}, site ${site.id} is in ${site.subscriptionId.toLowerCase()}.`;
};

/** What event files say to one site. */
export type HeardFiles = {
  readonly signals: readonly Signal[];
  /** What was left aside before it came to a decision, and why: sorted, each once, whatever the order of the files. */
  readonly aside: readonly string[];
};

const readEventFile = async (path: string, io: Pick<Io, 'cwd'>): Promise<Reading> => {
  const value = parseJson(await readTextFile(path, io), path, 'the payload as it was delivered');
  return within(path, () => readEvent(value));
};

/** Reads event payloads for a site. Throws ERR_USAGE or ERR_EVENT naming the file. */
export const readEventFiles = async (
  paths: readonly string[],
  site: Site,
  io: Pick<Io, 'cwd'>,
): Promise<HeardFiles> => {
  const readings = await Promise.all(paths.map((path) => readEventFile(path, io)));
  const signals = readings.flatMap((reading) => reading.signals).map((signal) => subscribed(signal, site));
  const strangers = signals.filter((signal) => !isOfSite(site, signal)).map((signal) => strangerLine(signal, site));
  const ignored = readings.flatMap((reading) => reading.ignored);
  const lines = [...strangers, ...ignored.map(({ what, reason }) => `Heard, not acted on: ${what}: ${reason}.`)];
  return { signals, aside: [...new Set(lines)].sort(byCodeUnit) };
};

const minute = (isoTime: string): string => `${isoTime.slice(0, 16)}Z`;

/** Events that are later than the time planned at, in one sentence: they count, but whoever gave `--now` may not mean it. */
export const laterThan = (signals: readonly Signal[], now: number): string[] => {
  const later = signals.map(({ at }) => at).filter((at) => Date.parse(at) > now);
  const newest = later.sort(byCodeUnit).at(-1);
  if (newest === undefined) return [];
  const which = byNumber(later.length, 'An event is', `${later.length} events are`);
  const last = byNumber(later.length, `of ${minute(newest)}`, `as late as ${minute(newest)}`);
  return [
    `${which} ${last}, after the time planned at (${minute(new Date(now).toISOString())}): counted all the same.`,
  ];
};
