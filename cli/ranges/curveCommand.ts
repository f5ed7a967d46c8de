import type { TagTable } from '../../shared/ranges/tagTable.ts';
import type { Io } from '../command.ts';
import { listOf, misused, readOptions, required } from '../options.ts';
import { type Curve, curveOf, rulesOf } from './curve.ts';
import { curvePage } from './curvePage.ts';
import { curveText } from './curveText.ts';
import { figuresOf } from './figures.ts';
import { checkSiteOption, readLimit, readPercent, readSitesOf, readTags, writeHtml } from './inputs.ts';
import { type Overrides, type Subject, siteSubject, tagsSubject } from './subject.ts';

const options = {
  'service-tags': { type: 'string' },
  sites: { type: 'string' },
  site: { type: 'string' },
  services: { type: 'string' },
  tags: { type: 'string' },
  limit: { type: 'string' },
  'max-extra': { type: 'string' },
  html: { type: 'string' },
  json: { type: 'boolean' },
} as const;

type Asked = {
  readonly sites?: string | undefined;
  readonly site?: string | undefined;
  readonly services?: string | undefined;
  readonly tags?: string | undefined;
};

/** A service asked for by name must be there: a curve without it would be the price of something else. */
const siteAsked = async (asked: Asked, tags: TagTable, path: string, over: Overrides, io: Io): Promise<Subject> => {
  const sites = required(asked.sites, 'sites');
  const [site] = await readSitesOf(sites, required(asked.site, 'site'), { table: tags, path }, io);
  if (!site) throw misused(`${sites} lists no sites.`, 'Give a sites file with one.');
  const services = listOf(asked.services) ?? site.services;
  const unknown =
    asked.services === undefined ? undefined : services.find((name) => !tags.regional(name, site.failover));
  if (unknown !== undefined) {
    throw misused(
      `--services: there is no tag ${unknown.slice(0, 60)}.${site.failover.name} in the file.`,
      `Name services by their tag; the site has ${site.services.join(', ') || 'none'}.`,
    );
  }
  return siteSubject(site, services.length === 0 ? 'home' : 'serviceFailover', services, tags, over);
};

const subjectAsked = (
  asked: Asked,
  tags: TagTable,
  path: string,
  over: Overrides,
  io: Io,
): Promise<Subject> | Subject => {
  if (asked.tags === undefined) return siteAsked(asked, tags, path, over, io);
  const other = (['sites', 'site', 'services'] as const).find((name) => asked[name] !== undefined);
  if (other) throw misused(`--tags and --${other} are given together.`, 'Give the tags, or a site.');
  const names = listOf(asked.tags) ?? [];
  if (names.length === 0) throw misused('--tags names no tag.', 'Write them as T1,T2.');
  return tagsSubject(names, tags, over);
};

/** As `--json` prints it: a contract. */
const contractOf = (subject: Subject, curve: Curve) => ({
  title: subject.title,
  site: subject.site,
  mode: subject.mode,
  limit: subject.limit,
  reserve: subject.reserve,
  room: subject.room,
  addresses: subject.wanted.size,
  fewest: curve.summary.fewest ?? null,
  exact: curve.summary.exact ?? null,
  marks: curve.marks,
  rules: rulesOf(subject, curve.summary),
  points: curve.points,
  trouble: subject.trouble,
});

/** `ranges curve`: the price of every number of routes. */
export const curve = async (args: readonly string[], io: Io): Promise<number> => {
  const { values } = readOptions(args, options);
  const over = { limit: readLimit(values.limit), maxExtraPercent: readPercent(values['max-extra'], 'max-extra') };
  const path = required(values['service-tags'], 'service-tags');
  if (values.tags === undefined) checkSiteOption(values.sites, values.site);
  const tags = await readTags(path, io);
  const subject = await subjectAsked(values, tags, path, over, io);
  const made = curveOf(subject);
  if (values.html !== undefined) await writeHtml(values.html, curvePage(figuresOf(subject), made, tags), io);
  if (values.json) {
    const { cloud, changeNumber, hash } = tags;
    const contract = { tags: { cloud, changeNumber, hash }, ...contractOf(subject, made) };
    io.out(`${JSON.stringify(contract, null, 2)}\n`);
    return 0;
  }
  io.out(curveText(subject, made, tags, io));
  return 0;
};
