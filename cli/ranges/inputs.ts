import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { findSite, readSites, type Site } from '../../shared/base/site.ts';
import { checkCloud } from '../../shared/ranges/comparison.ts';
import { mostRoutes } from '../../shared/ranges/lookFurther.ts';
import { parseTagFile } from '../../shared/ranges/tagFile.ts';
import type { TagTable } from '../../shared/ranges/tagTable.ts';
import type { Io } from '../command.ts';
import { readTextFile, within } from '../files.ts';
import { misused } from '../options.ts';

/** The service tags of a file that a person named. Throws ERR_USAGE or ERR_TAG_FILE naming it. */
export const readTags = async (path: string, io: Pick<Io, 'cwd'>): Promise<TagTable> =>
  parseTagFile(await readTextFile(path, io), path);

/** The sites of a file, or the one asked for; of the same cloud as the tags. Throws naming the file at fault. */
export const readSitesOf = async (
  path: string,
  only: string | undefined,
  tags: { readonly table: TagTable; readonly path: string },
  io: Pick<Io, 'cwd'>,
): Promise<readonly Site[]> => {
  const text = await readTextFile(path, io);
  const sites = await within(path, () => {
    const all = readSites(text, path);
    return only === undefined ? all : [findSite(all, only)];
  });
  const [first] = sites;
  if (first) await within(tags.path, () => checkCloud(tags.table, first.cloud));
  return sites;
};

/** `--site` says which of the sites of `--sites`; alone it says nothing. */
export const checkSiteOption = (sites: string | undefined, site: string | undefined): void => {
  if (site !== undefined && sites === undefined) throw misused('--site is given without --sites.', 'Add --sites FILE.');
};

/** A number of routes, 1 to 10,000 as in a sites file; undefined where none is given. */
export const readLimit = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (limit >= 1 && limit <= mostRoutes) return limit;
  throw misused(
    `--limit: "${text.slice(0, 30)}" is not a number of routes.`,
    `Give a whole number from 1 to ${mostRoutes}; Azure allows 400 in a table by default.`,
  );
};

/** Per cent, 0 to 100; undefined where none is given. */
export const readPercent = (text: string | undefined, option: string): number | undefined => {
  if (text === undefined) return undefined;
  const percent = /^\d{1,3}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  if (percent <= 100) return percent;
  throw misused(
    `--${option}: "${text.slice(0, 30)}" is not a percentage.`,
    'Give a number from 0 to 100, such as 2.5.',
  );
};

/** Writes the one file that these commands ever write. Throws ERR_USAGE naming it. */
export const writeHtml = async (path: string, page: string, io: Pick<Io, 'cwd'>): Promise<void> => {
  try {
    await writeFile(resolve(io.cwd, path), page);
  } catch (cause) {
    throw misused(`${path} cannot be written: ${(cause as Error).message}.`, 'Check the path.', cause);
  }
};
