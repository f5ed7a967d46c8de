import { counted } from '../shared/base/counted.ts';
import { readSites, type Site } from '../shared/base/site.ts';
import { wrap } from '../shared/base/wrap.ts';
import { thirdRegionNotes } from '../shared/plan/move/thirdRegion.ts';
import { serviceNotes } from '../shared/plan/serviceNotes.ts';
import { checkCloud } from '../shared/ranges/comparison.ts';
import { parseTagFile } from '../shared/ranges/tagFile.ts';
import type { TagTable } from '../shared/ranges/tagTable.ts';
import type { Io } from './command.ts';
import { readTextFile, within } from './files.ts';

/** `sites check`: what is wrong with a file, and what a failover would find missing; needs no storage. Throws as `put` does. */
export const checkSites = async (
  path: string,
  tagsPath: string | undefined,
  json: boolean,
  io: Io,
): Promise<number> => {
  const text = await readTextFile(path, io);
  const sites = await within(path, () => readSites(text, path));
  const tags = tagsPath === undefined ? undefined : parseTagFile(await readTextFile(tagsPath, io), tagsPath);
  const [first] = sites;
  if (tags && first) await within(tagsPath ?? '', () => checkCloud(tags, first.cloud));
  const warningsOf = (site: Site, table: TagTable) => [
    ...serviceNotes(site, table),
    ...thirdRegionNotes({ site, to: 'target', tags: table }),
  ];
  const warnings = tags ? sites.flatMap((site) => warningsOf(site, tags)) : [];
  if (json) {
    io.out(`${JSON.stringify({ sites: sites.length, servicesChecked: tags !== undefined, warnings }, null, 2)}\n`);
    return 0;
  }
  const services = tags ? '' : ' Its services are not: that takes --service-tags FILE.';
  io.out(`${wrap(`${path} is right: ${counted(sites.length, 'site')}.${services}`, io.width).join('\n')}\n`);
  for (const warning of warnings) io.err(`${wrap(warning, io.width, '! ').join('\n')}\n`);
  return 0;
};
