import { AutomationError } from '../../shared/base/errors.ts';
import type { Site } from '../../shared/base/site.ts';
import type { Budget } from '../../shared/plan/budget.ts';
import type { Route } from '../../shared/plan/observed.ts';
import { compareTagFiles, type TagComparison } from '../../shared/ranges/comparison.ts';
import type { TagTable } from '../../shared/ranges/tagTable.ts';
import { tableInForce, type Witnessed, witness } from '../../shared/ranges/witness.ts';
import type { Io } from '../command.ts';
import { misused, readOptions } from '../options.ts';
import { type Outlook, outlookOf } from '../tagOutlook.ts';
import { diffText } from './diffText.ts';
import { checkSiteOption, readSitesOf, readTags } from './inputs.ts';
import { type Mode, modes, tableOf } from './tableOf.ts';

const options = { sites: { type: 'string' }, site: { type: 'string' }, json: { type: 'boolean' } } as const;

/** What a new file would change in the table of one site in one mode. */
export type TableDiff = {
  readonly site: string;
  readonly mode: Mode;
  readonly before: Pick<Budget, 'needed' | 'headroom' | 'strategy'>;
  readonly after: Pick<Budget, 'needed' | 'headroom' | 'strategy'>;
  readonly add: readonly Route[];
  readonly remove: readonly Route[];
  /** Routes that keep their prefix and change their hop. */
  readonly change: number;
  readonly unchanged: number;
  /** Why the new file would block this site, or leave a tag out. */
  readonly trouble: readonly string[];
};

/** Two files of service tags, and what going from one to the other means. */
export type FileDiff = {
  readonly older: TagTable;
  readonly newer: TagTable;
  readonly comparison: TagComparison;
  /** What would be in at once, wait for another change, or be frozen, were `newer` put after `older`. */
  readonly outlook: Outlook;
  /** Null where no sites were given. */
  readonly tables: readonly TableDiff[] | null;
};

const short = ({ needed, headroom, strategy }: Budget) => ({ needed, headroom, strategy });

/** The table once what waits is out: with `newer` twice over, or a person's word for all but what is frozen. */
const tableDiff = (site: Site, mode: Mode, older: TagTable, settled: TagTable): TableDiff => {
  const before = tableOf(site, mode, older).climb;
  const { desired, climb } = tableOf(site, mode, settled, before.changes.routes);
  return {
    site: site.id,
    mode,
    before: short(before.budget),
    after: short(climb.budget),
    add: climb.changes.add,
    remove: climb.changes.remove,
    change: climb.changes.change.length,
    unchanged: climb.changes.unchanged,
    trouble: [
      ...desired.blockers.map(({ message }) => message),
      ...desired.leftOut.map(({ tag, why }) => `${tag} is left out: ${why}`),
      ...desired.held.filter(({ kind }) => kind === 'frozen').map(({ text }) => text),
    ],
  };
};

const prefixesOf = (routes: readonly Route[]) =>
  routes.map(({ addressPrefix, nextHopType }) => ({ addressPrefix, nextHopType }));

/** As `--json` prints it: a contract. */
const contractOf = ({ older, newer, comparison, outlook, tables }: FileDiff) => ({
  old: { cloud: older.cloud, changeNumber: older.changeNumber, hash: older.hash },
  new: { cloud: newer.cloud, changeNumber: newer.changeNumber, hash: newer.hash },
  newTags: comparison.newTags,
  vanishedTags: comparison.vanishedTags,
  tags: comparison.changes.map(({ tag, added, removed }) => ({
    tag,
    addedAddresses: added.size,
    removedAddresses: removed.size,
    added: added.cidrs(),
    removed: removed.cidrs(),
  })),
  flows: outlook.flows,
  waits: outlook.waits,
  frozen: outlook.frozen,
  tables: tables?.map((one) => ({ ...one, add: prefixesOf(one.add), remove: prefixesOf(one.remove) })) ?? null,
});

/** What is in force when the new file has come, and when a later one says the same. */
const tablesAfter = (older: TagTable, newer: TagTable): readonly [TagTable, TagTable] => {
  const hear = (before: Witnessed | null, table: TagTable) => witness(before, { table, whole: true, accepted: false });
  // Two files in the wrong order, or of one number, are compared as if the second came later.
  const at = Math.max(newer.changeNumber, older.changeNumber + 1);
  const first = hear(hear(null, older), newer.as(at));
  return [tableInForce(first), tableInForce(hear(first, newer.as(at + 1)))];
};

const twoFiles = (words: readonly string[]): readonly [string, string] => {
  const [older, newer, more] = words;
  if (older === undefined || newer === undefined) throw misused('Two files are needed.', 'Say ranges diff OLD NEW.');
  if (more !== undefined) throw misused(`"${more.slice(0, 60)}" is one word too many.`, 'Say ranges diff OLD NEW.');
  return [older, newer];
};

/** `ranges diff`: which tags changed between two files, and what that changes in each site's table. */
export const diff = async (args: readonly string[], io: Io): Promise<number> => {
  const { values, positionals } = readOptions(args, options, true);
  const [oldPath, newPath] = twoFiles(positionals);
  checkSiteOption(values.sites, values.site);
  const older = await readTags(oldPath, io);
  const newer = await readTags(newPath, io);
  if (older.cloud !== newer.cloud) {
    throw new AutomationError('ERR_TAG_CLOUD', `${oldPath} is of ${older.cloud}, ${newPath} of ${newer.cloud}.`, {
      remedy: 'Compare two files of one cloud.',
    });
  }
  const sites =
    values.sites === undefined
      ? null
      : await readSitesOf(values.sites, values.site, { table: newer, path: newPath }, io);
  const [atFirst, settled] = tablesAfter(older, newer);
  const made: FileDiff = {
    older,
    newer,
    comparison: compareTagFiles(older, newer),
    outlook: outlookOf(older, atFirst),
    tables: sites?.flatMap((site) => modes.map((mode) => tableDiff(site, mode, older, settled))) ?? null,
  };
  io.out(values.json ? `${JSON.stringify(contractOf(made), null, 2)}\n` : diffText(made, io));
  return 0;
};
