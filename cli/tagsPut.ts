import { AutomationError } from '../shared/base/errors.ts';
import type { Site } from '../shared/base/site.ts';
import { checkCloud, checkNewer } from '../shared/ranges/comparison.ts';
import { type DesiredSets, desiredSets, type RangeBlocker } from '../shared/ranges/desired.ts';
import { parseTagFile } from '../shared/ranges/tagFile.ts';
import type { TagTable } from '../shared/ranges/tagTable.ts';
import { acceptedTagsBlob, sitesInForce, tagReader, tagsPrefix } from '../shared/record/configuration.ts';
import type { Io } from './command.ts';
import { readTextFile, within } from './files.ts';
import type { Store } from './store.ts';
import { noSites, unless } from './unless.ts';

/** What became of a put. */
export type TagsPut = {
  readonly blob: string;
  readonly cloud: string;
  readonly changeNumber: number;
  /** Of the file in force until now; null where there was none. */
  readonly before: number | null;
  readonly accepted: { readonly by: string; readonly at: string } | null;
  readonly warnings: readonly string[];
};

const blobFor = ({ cloud, changeNumber }: TagTable): string =>
  `${tagsPrefix}${cloud}-${String(changeNumber).padStart(6, '0')}.json`;

const setsOf = (site: Site, tags: TagTable, lastGood: TagTable | undefined): DesiredSets =>
  desiredSets({ site, services: site.services, tags, lastGood });

const ofTags = ({ blockers }: DesiredSets): readonly RangeBlocker[] =>
  blockers.filter(({ code }) => code.startsWith('TAG_'));

/**
 * A file that would block a site which the one in force does not block is refused here, not found out in an outage.
 * Where none is in force there is nothing to lose: it is put, and each site says what is wrong.
 */
const checkSites = (
  path: string,
  sites: readonly Site[],
  tags: TagTable,
  current: TagTable,
  accepted: boolean,
): void => {
  const lastGood = accepted ? undefined : current;
  const worse = sites
    .filter((site) => ofTags(setsOf(site, current, undefined)).length === 0)
    .map((site) => ofTags(setsOf(site, tags, lastGood)))
    .filter((blockers) => blockers.length > 0);
  const [first] = worse[0] ?? [];
  if (!first) return;
  const onlyShrank = worse.flat().every(({ code }) => code === 'TAG_SHRANK');
  const more = worse.length > 1 ? ` So would ${worse.length - 1} more sites be blocked.` : '';
  throw new AutomationError('ERR_TAG_FILE', `${path} would block planning. ${first.message}${more}`, {
    remedy: onlyShrank
      ? 'Compare the two files; if the addresses are really gone, say so: tags put FILE --accept.'
      : first.remedy,
  });
};

/** Service tags that a failover of the site would need and not have. */
const warningsFor = (sites: readonly Site[], tags: TagTable, lastGood: TagTable | undefined): string[] => {
  const lines = sites.flatMap((site) => {
    const { blockers, leftOut } = setsOf(site, tags, lastGood);
    return [
      ...blockers.map(({ message }) => message),
      ...leftOut.map(({ tag, why }) => `A failover would leave out ${tag}: ${why}`),
    ];
  });
  return [...new Set(lines)];
};

/** Checks a service tags file and puts it in force; nothing is written where it is refused. */
export const putTags = async (
  path: string,
  { ports }: Store,
  accepted: TagsPut['accepted'],
  io: Pick<Io, 'cwd'>,
): Promise<TagsPut> => {
  const text = await readTextFile(path, io);
  const tags = parseTagFile(text, path);
  const { sites = [] } = (await unless(noSites, () => sitesInForce(ports.config))) ?? {};
  const [first] = sites;
  if (first) await within(path, () => checkCloud(tags, first.cloud));
  const current = (await unless(['ERR_TAGS_MISSING'], () => tagReader(ports.config)(tags.cloud)))?.tags;
  if (current) {
    await within(path, () => checkNewer(tags, current));
    checkSites(path, sites, tags, current, accepted !== null);
  }
  const blob = blobFor(tags);
  const { cloud, changeNumber } = tags;
  // The word first: without the file it is about it says nothing, but the file without it would block.
  if (accepted) await ports.config.write(acceptedTagsBlob, `${JSON.stringify({ changeNumber, ...accepted })}\n`);
  await ports.config.write(blob, text);
  const warnings = warningsFor(sites, tags, accepted ? undefined : current);
  return { blob, cloud, changeNumber, before: current?.changeNumber ?? null, accepted, warnings };
};
