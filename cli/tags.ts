import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isObject } from '../shared/base/canonical.ts';
import { iso } from '../shared/base/clock.ts';
import { wrap } from '../shared/base/wrap.ts';
import { acceptedTagsBlob, sitesInForce, type TagsInForce, tagReader } from '../shared/record/configuration.ts';
import type { Command, Io } from './command.ts';
import { misused, onlyWord, readOptions } from './options.ts';
import { openStore, type Store } from './store.ts';
import { putTags } from './tagsPut.ts';
import { grouped } from './text.ts';
import { noSites, unless } from './unless.ts';

const usage = [
  'npm run --silent cli -- tags put FILE [--accept [--by NAME]] [--json]',
  'npm run --silent cli -- tags get [--out FILE] [--json]',
  '',
  '  put FILE    checks a ServiceTags_*.json and puts it in force; refused where it',
  '              is faulty, of another cloud, older, or would block a site',
  '  --accept    a person has looked: the addresses that it lost are really gone',
  '  --by NAME   who that is; default: the name you are logged in with',
  '  get         says which file is in force, and which were refused',
  '  --out FILE  writes the one in force to a file',
  '',
  'The storage is that of AzureWebJobsStorage in the environment, else of',
  'npm start, else of local.settings.json.',
];

const cloudOf = async (store: Store): Promise<Store['cloud']> => {
  const known = await unless(noSites, () => sitesInForce(store.ports.config));
  return known?.sites[0]?.cloud ?? store.cloud;
};

/** Who accepted the losses of the file in force, and when; null where nobody did or had to. */
const acceptanceOf = async (store: Store, { tags }: TagsInForce): Promise<{ by: string; at: string } | null> => {
  const text = await store.ports.config.read(acceptedTagsBlob);
  const value: unknown = text === undefined ? null : JSON.parse(text);
  if (!isObject(value) || value['changeNumber'] !== tags.changeNumber) return null;
  return { by: String(value['by']), at: String(value['at']) };
};

const describe = (found: TagsInForce, accepted: { by: string; at: string } | null, io: Io): string => {
  const { tags, blob, lastGood, refused } = found;
  const prefixes = tags.tags.reduce((sum, tag) => sum + tag.publishedCount, 0);
  const lines = [
    ...wrap(
      `${blob}: ${tags.cloud}, change ${tags.changeNumber}, ${grouped(tags.tags.length)} tags, ${grouped(prefixes)} prefixes`,
      io.width,
      'In force   ',
    ),
    `Content    ${tags.hash}`,
    accepted
      ? `Accepted   by ${accepted.by}, ${accepted.at.slice(0, 16).replace('T', ' ')} UTC: nothing older is compared with it`
      : `Before it  ${lastGood ? `change ${lastGood.changeNumber}; tags that lost half since are not believed` : 'nothing'}`,
    ...refused.flatMap((why) => wrap(why, io.width, 'Refused    ')),
  ];
  return `${lines.join('\n')}\n`;
};

const get = async (out: string | undefined, json: boolean, io: Io): Promise<number> => {
  const store = await openStore(io);
  const found = await tagReader(store.ports.config)(await cloudOf(store));
  const accepted = await acceptanceOf(store, found);
  if (out !== undefined) {
    try {
      await writeFile(resolve(io.cwd, out), found.text);
    } catch (cause) {
      throw misused(`${out} cannot be written: ${(cause as Error).message}.`, 'Check the path.', cause);
    }
  }
  const { tags, blob, lastGood, refused } = found;
  const facts = { blob, cloud: tags.cloud, changeNumber: tags.changeNumber, hash: tags.hash, tags: tags.tags.length };
  const more = { before: lastGood?.changeNumber ?? null, accepted, refused, out: out ?? null, storage: store.from };
  io.out(json ? `${JSON.stringify({ ...facts, ...more }, null, 2)}\n` : describe(found, accepted, io));
  return 0;
};

const put = async (path: string, accept: boolean, by: string, json: boolean, io: Io): Promise<number> => {
  const store = await openStore(io);
  const said = await putTags(path, store, accept ? { by, at: iso(io.now()) } : null, io);
  if (json) {
    io.out(`${JSON.stringify({ ...said, storage: store.from }, null, 2)}\n`);
    return 0;
  }
  const before =
    said.before === null
      ? 'the first of its cloud'
      : said.before === said.changeNumber
        ? 'as before'
        : `before it ${said.before}`;
  const text = `${path} is in force as ${said.blob}: ${said.cloud}, change ${said.changeNumber}, ${before}. (Storage: ${store.from}.)`;
  io.out(`${wrap(text, io.width).join('\n')}\n`);
  for (const warning of said.warnings) io.err(`${wrap(warning, io.width, '! ').join('\n')}\n`);
  return 0;
};

export const tagsCommand: Command = {
  summary: 'Put service tags in force, or say which are',
  usage,
  run: async (args, io) => {
    const options = {
      accept: { type: 'boolean' },
      by: { type: 'string' },
      out: { type: 'string' },
      json: { type: 'boolean' },
    } as const;
    const { values, positionals } = readOptions(args, options, true);
    const [verb, ...words] = positionals;
    const { accept = false, by = io.user, json = false } = values;
    if (verb === 'put' && values.out === undefined) return put(onlyWord(words, 'FILE'), accept, by, json, io);
    if (verb === 'get' && words.length === 0 && !accept) return get(values.out, json, io);
    throw misused(
      `tags ${args.join(' ').slice(0, 60)}: that is not a command.`,
      'Say tags put FILE [--accept], or tags get [--out FILE].',
    );
  },
};
