import { isObject } from '../shared/base/canonical.ts';
import { counted } from '../shared/base/counted.ts';
import { snapshotVersions } from '../shared/record/snapshotVersions.ts';
import { appOptions, appUsage, findApp } from './app.ts';
import type { Command, Io } from './command.ts';
import { misused, onlyWord, readOptions, required } from './options.ts';
import { showSaid, speak } from './speak.ts';
import { openStore, storeUsage } from './store.ts';

const usage = [
  'npm run --silent cli -- snapshot accept|list|use --site ID [OPTIONS]',
  '',
  'A move is built from the last good snapshot. One that lost something is kept',
  'beside it and told.',
  '',
  '  accept           what is missing was meant to go',
  '  list             the versions that are kept, out of storage',
  '  use              go back to one of them (--version), until a sweep has read',
  '                   the side twice alike',
  '',
  '  --site ID        the site',
  '  --side SIDE      home or target; default: where the site lives; of list: both',
  '  --version HEX    of use: twelve digits, as list shows them',
  '  --reason TEXT    why; people will read it',
  '  --by NAME        who says it; default: the name you are logged in with',
  '  --json           the answer as JSON',
  ...appUsage,
  ...storeUsage,
];

type Listed = { readonly site: string; readonly side: string | undefined; readonly json: boolean };

/** What a version is, in figures; one that is cut short still has its name. */
const figuresOf = (text: string | undefined): { readonly takenAt: string | null; readonly resources: number } => {
  try {
    const kept: unknown = JSON.parse(text ?? 'null');
    if (isObject(kept) && typeof kept['takenAt'] === 'string' && Array.isArray(kept['resources']))
      return { takenAt: kept['takenAt'], resources: kept['resources'].length };
  } catch {
    // Said below.
  }
  return { takenAt: null, resources: 0 };
};

const list = async ({ site, side, json }: Listed, io: Io): Promise<number> => {
  const { ports } = await openStore(io);
  const [blobs, { state }] = await Promise.all([ports.archive.list(`snapshots/${site}/`), ports.sites.load(site)]);
  const wanted = snapshotVersions(blobs, state.snapshots).filter((one) => side === undefined || one.side === side);
  const texts = await Promise.all(wanted.map(({ blob }) => ports.archive.read(blob)));
  const versions = wanted.map((one, index) => ({ ...one, ...figuresOf(texts[index]) }));
  if (json) {
    io.out(`${JSON.stringify({ site, versions }, null, 2)}\n`);
    return 0;
  }
  const lines = versions.map(
    ({ side: of, version, standing, takenAt, resources }) =>
      `${of.padEnd(6)} ${version}  ${standing.padEnd(8)}  ${takenAt === null ? 'cannot be read' : `${takenAt}, ${counted(resources, 'resource')}`}`,
  );
  io.out(`${lines.length === 0 ? `No snapshot of site ${site} is kept.` : lines.join('\n')}\n`);
  return 0;
};

const actions: Readonly<Record<string, string>> = { accept: 'acceptSnapshot', use: 'useSnapshot' };

export const snapshotCommand: Command = {
  summary: 'List kept snapshots, go back to one, or accept what is gone',
  usage,
  run: async (args, io) => {
    const text = { type: 'string' } as const;
    const options = {
      ...appOptions,
      site: text,
      side: text,
      version: text,
      reason: text,
      by: text,
      json: { type: 'boolean' },
    } as const;
    const { values, positionals } = readOptions(args, options, true);
    const verb = onlyWord(positionals, 'accept, list or use');
    const { side, reason } = values;
    const action = actions[verb];
    if (action === undefined && verb !== 'list')
      throw misused(`snapshot ${verb.slice(0, 60)} is not a command.`, 'Say snapshot accept, list or use.');
    if (side !== undefined && side !== 'home' && side !== 'target')
      throw misused(`--side: "${side.slice(0, 60)}" is none.`, 'Say home or target.');
    const site = required(values.site, 'site');
    if (action === undefined) return list({ site: site.slice(0, 60), side, json: values.json ?? false }, io);
    const version = verb === 'use' ? { version: required(values.version, 'version') } : {};
    const by = values.by ?? io.user;
    const word = { action, site, side, ...version, by, ...(reason ? { reason } : {}) };
    return showSaid(await speak(await findApp(values, io), word), values.json ?? false, io);
  },
};
