import { AutomationError } from '../shared/base/errors.ts';
import type { Site } from '../shared/base/site.ts';
import { checkCloud, checkNewer } from '../shared/ranges/comparison.ts';
import { type DesiredSets, desiredSets, type RangeBlocker } from '../shared/ranges/desired.ts';
import { parseTagFile } from '../shared/ranges/tagFile.ts';
import type { TagTable } from '../shared/ranges/tagTable.ts';
import { tableInForce, type Witnessed, witness } from '../shared/ranges/witness.ts';
import { addAcceptance } from '../shared/record/acceptance.ts';
import { sitesInForce } from '../shared/record/configuration.ts';
import { tagBlob } from '../shared/record/tagBlobs.ts';
import { tagReader } from '../shared/record/tagReader.ts';
import type { Io } from './command.ts';
import { readTextFile, within } from './files.ts';
import type { Store } from './store.ts';
import { type Outlook, outlookOf, outlookText } from './tagOutlook.ts';
import { noSites, unless } from './unless.ts';

/** What became of a put. */
export type TagsPut = {
  readonly blob: string;
  readonly cloud: string;
  readonly changeNumber: number;
  /** Of the file in force until now; null where there was none. */
  readonly before: number | null;
  readonly accepted: { readonly by: string; readonly at: string } | null;
  /** What the file changes at once, what waits, and what is frozen. */
  readonly outlook: Outlook;
  readonly warnings: readonly string[];
};

const setsOf = (site: Site, tags: TagTable): DesiredSets => desiredSets({ site, services: site.services, tags });

const ofTags = ({ blockers }: DesiredSets): readonly RangeBlocker[] =>
  blockers.filter(({ code }) => code.startsWith('TAG_'));

/**
 * A file that would block a site which the one in force does not block is refused here, not found out in an outage.
 * Where none is in force there is nothing to lose: it is put, and each site says what is wrong.
 */
const checkSites = (path: string, sites: readonly Site[], tags: TagTable, current: TagTable): void => {
  const worse = sites
    .filter((site) => ofTags(setsOf(site, current)).length === 0)
    .map((site) => ofTags(setsOf(site, tags)))
    .filter((blockers) => blockers.length > 0);
  const [first] = worse[0] ?? [];
  if (!first) return;
  const more = worse.length > 1 ? ` So would ${worse.length - 1} more sites be blocked.` : '';
  const { message, remedy } = first;
  throw new AutomationError('ERR_TAG_FILE', `${path} would block planning. ${message}${more}`, { remedy });
};

/** A person cannot accept what must never be routed: such a tag stays as it was, and the file is not worth putting. */
const checkAccepted = (path: string, { tags }: Witnessed): void => {
  for (const { said, frozen } of tags.values()) {
    if (!frozen) continue;
    throw new AutomationError('ERR_TAG_FILE', `${path}: tag ${said.name} ${frozen.why}; nobody can accept that.`, {
      remedy: 'Put a genuine service tags file; or put this one without --accept: the tag then stays as it is.',
    });
  }
};

/** Under one number there is one content: else nobody could say what was lost since. */
const checkSame = (path: string, table: TagTable, base: TagTable): void => {
  if (table.changeNumber !== base.changeNumber || table.hash === base.hash) return;
  const message = `${path} has the change number ${table.changeNumber} of the file in force, and other content.`;
  throw new AutomationError('ERR_TAG_FILE', message, {
    remedy: 'Put a genuine service tags file; if this one is right, say so: tags put FILE --accept.',
  });
};

/** Service tags that a failover of the site would need and not have, or have as they were. */
const warningsFor = (sites: readonly Site[], tags: TagTable, outlook: Outlook): string[] => {
  const lines = sites.flatMap((site) => {
    const { blockers, leftOut } = setsOf(site, tags);
    return [
      ...blockers.map(({ message }) => message),
      ...leftOut.map(({ tag, why }) => `A failover would leave out ${tag}: ${why}`),
    ];
  });
  return [...new Set([...lines, ...outlookText(outlook).warnings])];
};

/** Checks a service tags file and puts it in force; nothing is written where it is refused. */
export const putTags = async (
  path: string,
  { ports, tagSettings: { mostLost } }: Store,
  accepted: TagsPut['accepted'],
  io: Pick<Io, 'cwd'>,
): Promise<TagsPut> => {
  const text = await readTextFile(path, io);
  const table = parseTagFile(text, path);
  const { sites = [] } = (await unless(noSites, () => sitesInForce(ports.config))) ?? {};
  const [first] = sites;
  if (first) await within(path, () => checkCloud(table, first.cloud));
  const current = await unless(['ERR_TAGS_MISSING'], () =>
    tagReader(ports.config, { mostLost, keeps: false })(table.cloud),
  );
  if (current?.witnessed.baseIsWhole) {
    await within(path, () => checkNewer(table, current.witnessed.base));
    if (!accepted) checkSame(path, table, current.witnessed.base);
  }
  const next = witness(current?.witnessed ?? null, { table, whole: true, accepted: accepted !== null }, mostLost);
  if (accepted) checkAccepted(path, next);
  const tags = tableInForce(next);
  if (current) checkSites(path, sites, tags, current.tags);
  const { cloud, changeNumber } = table;
  const blob = tagBlob('file', cloud, changeNumber);
  // The word first: without the file it is about it says nothing, but the file without it would wait.
  if (accepted) await addAcceptance(ports.config, { changeNumber, ...accepted });
  await ports.config.write(blob, text);
  const outlook = outlookOf(current?.tags ?? null, tags);
  const before = current?.witnessed.file ?? null;
  return { blob, cloud, changeNumber, before, accepted, outlook, warnings: warningsFor(sites, tags, outlook) };
};

/**
 * A person's word that what the file in force lost is really gone. Throws ERR_DIGEST_MISMATCH where it is another
 * change by now, ERR_TAG_FILE where a site would be blocked without it.
 */
export const acceptTags = async (
  changeNumber: number,
  word: { readonly by: string; readonly at: string },
  { ports, tagSettings: { mostLost } }: Store,
  cloud: TagTable['cloud'],
): Promise<Omit<TagsPut, 'before'>> => {
  const current = await tagReader(ports.config, { mostLost, keeps: false })(cloud);
  const { witnessed, blob } = current;
  if (witnessed.file !== changeNumber) {
    throw new AutomationError(
      'ERR_DIGEST_MISMATCH',
      `Change ${changeNumber} is not the file in force${witnessed.file === null ? ': there is none' : `, ${witnessed.file} is`}.`,
      { remedy: 'Look at what is in force now (tags get), and accept that.' },
    );
  }
  const next = witness(witnessed, { table: witnessed.base, whole: true, accepted: true }, mostLost);
  checkAccepted(blob, next);
  const tags = tableInForce(next);
  const { sites = [] } = (await unless(noSites, () => sitesInForce(ports.config))) ?? {};
  checkSites(blob, sites, tags, current.tags);
  await addAcceptance(ports.config, { changeNumber, ...word });
  const outlook = outlookOf(current.tags, tags);
  return { blob, cloud, changeNumber, accepted: word, outlook, warnings: warningsFor(sites, tags, outlook) };
};
