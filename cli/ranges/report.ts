import { ownersOf } from '../../shared/ranges/extraOwners.ts';
import type { RangeSet } from '../../shared/ranges/rangeSet.ts';
import type { TagTable } from '../../shared/ranges/tagTable.ts';
import type { Io } from '../command.ts';
import { readOptions, required } from '../options.ts';
import { type Figures, figuresOf } from './figures.ts';
import { checkSiteOption, readLimit, readPercent, readSitesOf, readTags, writeHtml } from './inputs.ts';
import { reportPage } from './reportPage.ts';
import { reportText } from './reportText.ts';
import { type Overrides, pairSubjects, siteSubjects } from './subject.ts';

const options = {
  'service-tags': { type: 'string' },
  sites: { type: 'string' },
  site: { type: 'string' },
  limit: { type: 'string' },
  'max-extra': { type: 'string' },
  html: { type: 'string' },
  json: { type: 'boolean' },
} as const;

const ownersShown = 10;

/** Whose the addresses are that `summarize` adds at the limit; tags overlap. */
const mainOwners = (extra: RangeSet, table: TagTable) => {
  const { tags, nobodys } = ownersOf(extra, table);
  return { tags: tags.slice(0, ownersShown), nobodys };
};

/** As `--json` prints it: a contract. */
const contractOf = ({ subject, strategies, chosen, headroom, fewest, within, extra }: Figures, tags: TagTable) => ({
  title: subject.title,
  site: subject.site,
  mode: subject.mode,
  limit: subject.limit,
  limitFrom: subject.isGuessed ? 'default' : 'site',
  reserve: subject.reserve,
  room: subject.room,
  maxExtraPercent: subject.maxExtraPercent,
  addresses: subject.wanted.size,
  holes: subject.wanted.intersect(subject.holes).size,
  strategies,
  chosen,
  headroom,
  fewest,
  smallestFor: { '1%': within.onePercent, '5%': within.fivePercent },
  owners: extra.isEmpty ? null : mainOwners(extra, tags),
  trouble: subject.trouble,
});

/** `ranges report`: what each strategy makes of each site, or of every region pair. */
export const report = async (args: readonly string[], io: Io): Promise<number> => {
  const { values } = readOptions(args, options);
  checkSiteOption(values.sites, values.site);
  const over: Overrides = {
    limit: readLimit(values.limit),
    maxExtraPercent: readPercent(values['max-extra'], 'max-extra'),
  };
  const path = required(values['service-tags'], 'service-tags');
  const began = io.now();
  const tags = await readTags(path, io);
  const subjects =
    values.sites === undefined
      ? pairSubjects(tags, over)
      : (await readSitesOf(values.sites, values.site, { table: tags, path }, io)).flatMap((site) =>
          siteSubjects(site, tags, over),
        );
  const all = subjects.map(figuresOf);
  const ms = Math.round(io.now() - began);
  if (values.html !== undefined) await writeHtml(values.html, reportPage(all, tags), io);
  if (values.json) {
    const { cloud, changeNumber, hash } = tags;
    io.out(
      `${JSON.stringify({ tags: { cloud, changeNumber, hash }, ms, cases: all.map((figures) => contractOf(figures, tags)) }, null, 2)}\n`,
    );
    return 0;
  }
  io.out(reportText(all, tags, ms, io));
  return 0;
};
