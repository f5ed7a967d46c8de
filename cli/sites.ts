import { byCodeUnit, canonicalJson } from '../shared/base/canonical.ts';
import { counted } from '../shared/base/counted.ts';
import { readSites, type Site } from '../shared/base/site.ts';
import { wrap } from '../shared/base/wrap.ts';
import { serviceNotes } from '../shared/plan/serviceNotes.ts';
import { type SitesInForce, sitesBlob, sitesInForce } from '../shared/record/configuration.ts';
import { tagReader } from '../shared/record/tagReader.ts';
import type { Command, Io } from './command.ts';
import { readTextFile, within } from './files.ts';
import { misused, onlyWord, readOptions } from './options.ts';
import { checkSites } from './sitesCheck.ts';
import { openStore, type Store, storeUsage } from './store.ts';
import { noSites, unless } from './unless.ts';

const usage = [
  'npm run --silent cli -- sites put FILE [--json]',
  'npm run --silent cli -- sites get',
  'npm run --silent cli -- sites check FILE [--service-tags FILE] [--json]',
  '',
  '  put FILE  checks the file and puts it in force; a file with a fault is refused',
  '            whole, and the one in force stays',
  '  get       prints the file in force, as it was put',
  '  check     checks a file and writes nothing; with service tags also whether a',
  '            failover would find a tag for each service',
  '  --json    what was put, as JSON',
  ...storeUsage,
];

type SitesChange = { readonly added: string[]; readonly removed: string[]; readonly changed: string[] };

const changeBetween = (before: readonly Site[], after: readonly Site[]): SitesChange => {
  const old = new Map(before.map((site) => [site.id, canonicalJson(site)]));
  const now = new Map(after.map((site) => [site.id, canonicalJson(site)]));
  const among = (ids: Iterable<string>, kept: (id: string) => boolean) => [...ids].filter(kept).sort(byCodeUnit);
  return {
    added: among(now.keys(), (id) => !old.has(id)),
    removed: among(old.keys(), (id) => !now.has(id)),
    changed: among(now.keys(), (id) => old.has(id) && old.get(id) !== now.get(id)),
  };
};

/** What the person should know although the file is right. */
const warningsFor = async ({ ports }: Store, sites: readonly Site[], removed: readonly string[]): Promise<string[]> => {
  const warnings: string[] = [];
  for (const id of removed) {
    if ((await ports.sites.load(id)).state.inPlace === null) continue;
    warnings.push(`${id} is no longer listed: its routes and rules stay in Azure, and nobody looks after them.`);
  }
  const [first] = sites;
  if (first) {
    const found = await unless(['ERR_TAGS_MISSING'], () => tagReader(ports.config, { keeps: false })(first.cloud));
    if (found === null) warnings.push(`There are no service tags of ${first.cloud} yet: npm run cli -- tags put FILE`);
    else warnings.push(...sites.flatMap((site) => serviceNotes(site, found.tags)));
  }
  return warnings;
};

const describe = (sites: readonly Site[], { added, removed, changed }: SitesChange): string => {
  const parts = Object.entries({ new: added, changed, gone: removed })
    .filter(([, ids]) => ids.length > 0)
    .map(
      ([what, ids]) =>
        `${what}: ${ids.slice(0, 12).join(', ')}${ids.length > 12 ? ` and ${ids.length - 12} more` : ''}`,
    );
  return `${counted(sites.length, 'site')}${parts.length > 0 ? `; ${parts.join('; ')}` : '; none of them changed'}.`;
};

const put = async (path: string, json: boolean, io: Io): Promise<number> => {
  const text = await readTextFile(path, io);
  const sites = await within(path, () => readSites(text, path));
  const store = await openStore(io);
  const before = await unless<SitesInForce>(noSites, () => sitesInForce(store.ports.config));
  const written = before?.text !== text || before.blob !== sitesBlob;
  if (written) await store.ports.config.write(sitesBlob, text);
  const change = changeBetween(before?.sites ?? [], sites);
  const warnings = await warningsFor(store, sites, change.removed);
  if (json) {
    io.out(
      `${JSON.stringify({ blob: sitesBlob, written, sites: sites.length, ...change, warnings, storage: store.from }, null, 2)}\n`,
    );
    return 0;
  }
  const said = written ? `${path} is in force: ` : `${path} was in force already, nothing is written: `;
  io.out(`${wrap(`${said}${describe(sites, change)} (Storage: ${store.from}.)`, io.width).join('\n')}\n`);
  for (const warning of warnings) io.err(`${wrap(warning, io.width, '! ').join('\n')}\n`);
  return 0;
};

const get = async (io: Io): Promise<number> => {
  const { ports } = await openStore(io);
  const { text, blob, trouble } = await sitesInForce(ports.config);
  if (trouble !== null) io.err(`${wrap(`This is ${blob}. ${trouble}`, io.width, '! ').join('\n')}\n`);
  io.out(text.endsWith('\n') ? text : `${text}\n`);
  return 0;
};

const options = { json: { type: 'boolean' }, 'service-tags': { type: 'string' } } as const;

export const sitesCommand: Command = {
  summary: 'Put the sites file in force, or get the one that is',
  usage,
  run: async (args, io) => {
    const { values, positionals } = readOptions(args, options, true);
    const [verb, ...words] = positionals;
    if (verb === 'put') return put(onlyWord(words, 'FILE'), values.json ?? false, io);
    if (verb === 'get' && words.length === 0) return get(io);
    if (verb === 'check') return checkSites(onlyWord(words, 'FILE'), values['service-tags'], values.json ?? false, io);
    throw misused(
      `sites ${positionals.join(' ').slice(0, 60)} is not a command.`.replace('  ', ' '),
      'Say sites put FILE, sites get, or sites check FILE.',
    );
  },
};
