import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { iso } from '../shared/base/clock.ts';
import { counted } from '../shared/base/counted.ts';
import { wrap } from '../shared/base/wrap.ts';
import { aged, sourceText } from '../shared/ranges/tagSource.ts';
import { type Acceptance, acceptancesIn, acceptedTagsBlob } from '../shared/record/acceptance.ts';
import { type Asked, askedIn, askedText } from '../shared/record/asked.ts';
import { sitesInForce } from '../shared/record/configuration.ts';
import { askedBlob } from '../shared/record/tagBlobs.ts';
import { tagReader } from '../shared/record/tagReader.ts';
import type { TagsInForce } from '../shared/record/tagsInForce.ts';
import type { Command, Io } from './command.ts';
import { misused, onlyWord, readOptions } from './options.ts';
import { openStore, type Store, storeUsage } from './store.ts';
import { outlookOf, outlookText } from './tagOutlook.ts';
import { acceptTags, putTags } from './tagsPut.ts';
import { grouped } from './text.ts';
import { noSites, unless } from './unless.ts';

const usage = [
  'npm run --silent cli -- tags put FILE [--accept [--by NAME]] [--json]',
  'npm run --silent cli -- tags accept CHANGE [--by NAME] [--json]',
  'npm run --silent cli -- tags [get] [--out FILE] [--json]',
  '',
  '  put FILE    checks a ServiceTags_*.json and puts it in force: what it adds at',
  '              once, what it takes away when the next change agrees; a tag that',
  '              vanished or shrank stays as it was. Refused where the file is',
  '              faulty, of another cloud or older',
  '  --accept    a person has looked: what it lost is really gone',
  '  accept      the same of the file in force, named by its change number',
  '  --by NAME   who that is; default: the name you are logged in with',
  '  get         says what is in force and how old it is, what waits, what is',
  '              frozen, and which files were refused',
  '  --out FILE  writes the one in force to a file',
  ...storeUsage,
];

const cloudOf = async (store: Store): Promise<Store['cloud']> => {
  const known = await unless(noSites, () => sitesInForce(store.ports.config));
  return known?.sites[0]?.cloud ?? store.cloud;
};

/** Who accepted the losses of the file in force, and when; null where nobody did or had to. */
const acceptanceOf = async (store: Store, { witnessed }: TagsInForce): Promise<Acceptance | null> => {
  const { list } = acceptancesIn(await store.ports.config.read(acceptedTagsBlob));
  return list.find(({ changeNumber }) => changeNumber === witnessed.file) ?? null;
};

const describe = (found: TagsInForce, accepted: Acceptance | null, asked: Asked, io: Io): string => {
  const { tags, blob, before, refused, sources } = found;
  const prefixes = tags.tags.reduce((sum, tag) => sum + tag.publishedCount, 0);
  const outlook = outlookText(outlookOf(null, tags));
  const lines = [
    ...wrap(
      `${blob}: ${tags.cloud}, change ${tags.changeNumber}, ${grouped(tags.tags.length)} tags, ${grouped(prefixes)} prefixes`,
      io.width,
      'In force   ',
    ),
    `Content    ${tags.hash}`,
    ...sources.flatMap((source) => wrap(sourceText(aged(source, io.now())), io.width, 'Source     ')),
    ...askedText(asked).flatMap((line) => wrap(line, io.width, 'Asked      ')),
    accepted
      ? `Accepted   by ${accepted.by}, ${accepted.at.slice(0, 16).replace('T', ' ')} UTC: what it lost is gone`
      : `Before it  ${before === null ? 'nothing' : `change ${before}; tags that vanished or shrank since are frozen`}`,
    ...outlook.said.flatMap((line) => wrap(line, io.width, 'Held       ')),
    ...outlook.warnings.flatMap((line) => wrap(line, io.width, '!          ')),
    ...(outlook.warnings.length > 0
      ? wrap(
          `If that is really so, say it: tags accept ${found.witnessed.file}. It is over by itself when a newer file has it whole.`,
          io.width,
          '           ',
        )
      : []),
    ...refused.flatMap((why) => wrap(why, io.width, 'Refused    ')),
  ];
  return `${lines.join('\n')}\n`;
};

const write = async (path: string, text: string, io: Io): Promise<void> => {
  try {
    await writeFile(resolve(io.cwd, path), text);
  } catch (cause) {
    throw misused(`${path} cannot be written: ${(cause as Error).message}.`, 'Check the path.', cause);
  }
};

const get = async (out: string | undefined, json: boolean, io: Io): Promise<number> => {
  const store = await openStore(io);
  const cloud = await cloudOf(store);
  const found = await tagReader(store.ports.config, { ...store.tagSettings, keeps: false })(cloud);
  const accepted = await acceptanceOf(store, found);
  const asked = askedIn(await store.ports.config.read(askedBlob(cloud)));
  if (out !== undefined) await write(out, found.text(), io);
  const { tags, blob, before, refused } = found;
  const facts = { blob, cloud: tags.cloud, changeNumber: tags.changeNumber, hash: tags.hash, tags: tags.tags.length };
  const sources = found.sources.map((source) => aged(source, io.now()));
  const { waits, frozen } = outlookOf(null, tags);
  const more = { before, accepted, sources, asked, waits, frozen, refused, out: out ?? null, storage: store.from };
  io.out(json ? `${JSON.stringify({ ...facts, ...more }, null, 2)}\n` : describe(found, accepted, asked, io));
  return 0;
};

const accept = async (word: string, by: string, json: boolean, io: Io): Promise<number> => {
  const changeNumber = /^\d{1,9}$/.test(word) ? Number(word) : Number.NaN;
  if (Number.isNaN(changeNumber)) {
    throw misused(`"${word.slice(0, 30)}" is not a change number.`, 'Say which change you looked at: see tags get.');
  }
  const store = await openStore(io);
  const said = await acceptTags(changeNumber, { by, at: iso(io.now()) }, store, await cloudOf(store));
  if (json) io.out(`${JSON.stringify({ ...said, storage: store.from }, null, 2)}\n`);
  else {
    const { goes } = said.outlook;
    const text = `Change ${changeNumber} is accepted by ${by}: ${goes.length > 0 ? `what it no longer has is gone (${counted(goes.length, 'tag')})` : 'nothing in force changes'}. (Storage: ${store.from}.)`;
    io.out(`${wrap(text, io.width).join('\n')}\n`);
    for (const line of outlookText(said.outlook).said) io.out(`${wrap(line, io.width, '  ').join('\n')}\n`);
  }
  for (const warning of said.warnings) io.err(`${wrap(warning, io.width, '! ').join('\n')}\n`);
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
  for (const line of outlookText(said.outlook).said) io.out(`${wrap(line, io.width, '  ').join('\n')}\n`);
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
    const { by = io.user, json = false } = values;
    const accepting = values.accept === true;
    if (verb === 'put' && values.out === undefined) return put(onlyWord(words, 'FILE'), accepting, by, json, io);
    if (verb === 'accept' && values.out === undefined) return accept(onlyWord(words, 'CHANGE'), by, json, io);
    if ((verb === 'get' || verb === undefined) && words.length === 0 && !accepting) return get(values.out, json, io);
    throw misused(
      `tags ${args.join(' ').slice(0, 60)}: that is not a command.`,
      'Say tags put FILE [--accept], tags accept CHANGE, or tags get [--out FILE].',
    );
  },
};
