import { iso } from './base/clock.ts';
import type { CloudName } from './base/clouds.ts';
import { AutomationError, asAutomationError } from './base/errors.ts';
import type { Site } from './base/site.ts';
import type { Ports } from './ports.ts';
import { checkCloud } from './ranges/comparison.ts';
import { parseTagFile, tagTableFromApi } from './ranges/tagFile.ts';
import type { TagTable } from './ranges/tagTable.ts';
import { type Asked, type AskedSource, askedIn } from './record/asked.ts';
import { askedBlob, tagBlob } from './record/tagBlobs.ts';
import { tagsFor } from './visit.ts';

const hourMs = 60 * 60 * 1_000;
const dayMs = 24 * hourMs;
/** The API throttles for minutes; two regions in a row that do not answer are enough for one sweep. */
const mostRegions = 2;
/** Files come about weekly, on no fixed day. */
const daysBack = 8;
/**
 * Each week's file counts on by one, and no cloud has come to 500 in all its years. A file that is two years ahead is no
 * next one, and whatever came after it would be older for ever.
 */
const mostAhead = 100;

type Answer = {
  readonly changeNumber: number | null;
  readonly said: string;
  readonly waitMs: number;
  /** It is not taken, and people are told. */
  readonly trouble?: boolean;
};

const inVain = (error: unknown): Answer => {
  const { message, retryAfterMs } = asAutomationError(error);
  return { changeNumber: null, said: message, waitMs: Math.max(hourMs, retryAfterMs ?? 0) };
};

type Where = { readonly subscriptionId: string; readonly region: string };

/** Where the API can be asked: never a region with an open incident; failover regions first. */
const healthyRegions = async (sites: readonly Site[], ports: Ports): Promise<Where[]> => {
  const subscriptions = [...new Set(sites.map((site) => site.subscriptionId.toLowerCase()))].sort();
  const facts = await ports.facts.list(subscriptions);
  const troubled = new Set(facts.flatMap(({ state, region }) => (state === 'open' ? [region] : [])));
  const all = [
    ...sites.map(({ subscriptionId, failover }) => ({ subscriptionId, region: failover.name })),
    ...sites.map(({ subscriptionId, home }) => ({ subscriptionId, region: home.name })),
  ].filter(({ region }) => !troubled.has(region));
  // One subscription a region: a site's own trouble with its subscription should not ask that region twice.
  return all.filter((one, index) => all.findIndex(({ region }) => region === one.region) === index);
};

const askApi = async (cloud: CloudName, sites: readonly Site[], ports: Ports): Promise<Answer> => {
  let failed: Answer = { changeNumber: null, said: 'every region to ask has an open incident', waitMs: hourMs };
  for (const { subscriptionId, region } of (await healthyRegions(sites, ports)).slice(0, mostRegions)) {
    try {
      const body = await ports.locations.serviceTags(subscriptionId, region);
      const table = tagTableFromApi(body, `The Service Tags API in ${region}`);
      checkCloud(table, cloud);
      const { changeNumber } = table;
      const blob = tagBlob('api', cloud, changeNumber);
      if ((await ports.config.list(blob)).length === 0) await ports.config.write(blob, JSON.stringify(body));
      return { changeNumber, said: `change ${changeNumber}, asked in ${region}`, waitMs: dayMs };
    } catch (error) {
      failed = inVain(error);
      // Every region counts the same calls: another one would be throttled, too, and start the wait anew.
      if (asAutomationError(error).code === 'ERR_AZURE_THROTTLED') return failed;
    }
  }
  return failed;
};

/** The address as it is; or, where it has YYYYMMDD in it, as it would be of each of the last days. */
const addressesOf = (url: string, now: number): string[] =>
  url.includes('YYYYMMDD')
    ? Array.from({ length: daysBack }, (_, index) =>
        url.replaceAll(
          'YYYYMMDD',
          iso(now - index * dayMs)
            .slice(0, 10)
            .replaceAll('-', ''),
        ),
      )
    : [url];

const newestFile = async (cloud: CloudName, ports: Ports): Promise<number> => {
  try {
    return (await tagsFor(ports)(cloud)).witnessed.file ?? -1;
  } catch (error) {
    if (error instanceof AutomationError && error.code === 'ERR_TAGS_MISSING') return -1;
    throw error;
  }
};

const keepDownload = async (table: TagTable, text: string, ports: Ports): Promise<Answer> => {
  const { cloud, changeNumber } = table;
  const known = await newestFile(cloud, ports);
  if (changeNumber <= known) {
    return { changeNumber, said: `change ${changeNumber}, no newer than what was put (${known})`, waitMs: dayMs };
  }
  // Without a file before there is nothing to measure the first one by.
  if (known >= 0 && changeNumber - known > mostAhead) {
    const said = `change ${changeNumber}, which is not taken: it is more than ${mostAhead} ahead of what was put (${known}). If it is right, put it: npm run cli -- tags put FILE`;
    return { changeNumber: null, said, waitMs: dayMs, trouble: true };
  }
  await ports.config.write(tagBlob('download', cloud, changeNumber), text);
  return { changeNumber, said: `change ${changeNumber}`, waitMs: dayMs };
};

const askDownload = async (cloud: CloudName, url: string, ports: Ports): Promise<Answer> => {
  try {
    for (const address of addressesOf(url, ports.clock.now())) {
      const text = await ports.tagDownload.fetch(address);
      if (text === null) continue;
      const table = parseTagFile(text, 'The download');
      checkCloud(table, cloud);
      return await keepDownload(table, text, ports);
    }
    return { changeNumber: null, said: 'there is no such file (404)', waitMs: dayMs };
  } catch (error) {
    return inVain(error);
  }
};

const recorded = ({ changeNumber, said, waitMs, trouble }: Answer, now: number): AskedSource => ({
  askedAt: iso(now),
  notBefore: iso(now + waitMs),
  changeNumber,
  said,
  ...(trouble ? { trouble } : {}),
});

const isDue = (asked: AskedSource | undefined, now: number): boolean =>
  asked === undefined || !(Date.parse(asked.notBefore) > now);

const refresh = async (cloud: CloudName, sites: readonly Site[], ports: Ports): Promise<void> => {
  const { tagSettings, clock, config } = ports;
  if (!tagSettings) return;
  const now = clock.now();
  const kept = askedIn(await config.read(askedBlob(cloud)));
  const { url } = tagSettings;
  const api = tagSettings.api && isDue(kept.api, now) ? recorded(await askApi(cloud, sites, ports), now) : null;
  const file = url !== null && isDue(kept.download, now) ? recorded(await askDownload(cloud, url, ports), now) : null;
  if (api === null && file === null) return;
  const asked: Asked = { ...kept, ...(api ? { api } : {}), ...(file ? { download: file } : {}) };
  await config.write(askedBlob(cloud), `${JSON.stringify(asked)}\n`);
  ports.log.info('service tags were asked for', { cloud, api: api?.said, download: file?.said });
};

/**
 * Asks the Service Tags API and the download address for newer tags, each once a day, and later where it was told to
 * wait. What comes of it is in force at the next look, witnessed like any file. Never throws: tags that did not come
 * today come tomorrow.
 */
export const refreshTags = async (sites: readonly Site[], ports: Ports): Promise<void> => {
  for (const cloud of [...new Set(sites.map((site) => site.cloud))].sort()) {
    try {
      await refresh(
        cloud,
        sites.filter((site) => site.cloud === cloud),
        ports,
      );
    } catch (error) {
      const { code, message } = asAutomationError(error);
      ports.log.warn('service tags could not be asked for', { cloud, code, message });
    }
  }
};
