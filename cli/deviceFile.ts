import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AutomationError } from '../shared/base/errors.ts';
import { wrap } from '../shared/base/wrap.ts';
import { deviceInHand } from '../shared/record/moveProgress.ts';
import type { Command, Io } from './command.ts';
import { readOptions, required } from './options.ts';
import { openStore, storeUsage } from './store.ts';
import { fetchProfile } from './vpnProfile.ts';

const usage = [
  'npm run --silent cli -- device-file --site ID [--out FILE] [--profile] [--json]',
  '',
  'Gets the newest file prepared for the device of a site, out of storage.',
  '',
  '  --site ID   the site',
  '  --out FILE  where to write it; default: ID-device.json in this folder',
  '  --profile   also gets the VPN client profile that a move made: ID-vpn.zip in',
  '              this folder',
  '  --json      what the file is (checksum, prefixes added, instruction) as JSON',
  ...storeUsage,
];

const none = (site: string): AutomationError =>
  new AutomationError('ERR_NOTHING_WAITS', `No file has been prepared for the device of site ${site}.`, {
    remedy: 'It is prepared by a run; see: npm run cli -- status',
  });

const write = async (path: string, text: string | Uint8Array): Promise<void> => {
  try {
    await writeFile(path, text);
  } catch (cause) {
    throw new AutomationError('ERR_USAGE', `${path} cannot be written: ${(cause as Error).message}.`, {
      remedy: 'Choose another place with --out.',
      cause,
    });
  }
};

export const deviceFileCommand: Command = {
  summary: "Get the file that belongs on a site's device",
  usage,
  run: async (args, io: Io) => {
    const options = {
      site: { type: 'string' },
      out: { type: 'string' },
      profile: { type: 'boolean' },
      json: { type: 'boolean' },
    } as const;
    const { values } = readOptions(args, options);
    const site = required(values.site, 'site').slice(0, 60);
    const store = await openStore(io);
    const { ports } = store;
    const { state } = await ports.sites.load(site);
    const { offered, confirmed } = deviceInHand(state);
    const text = offered === null ? undefined : await ports.archive.read(offered.blob);
    if (offered === null || text === undefined) throw none(site);
    const path = resolve(io.cwd, values.out ?? `${site}-device.json`);
    await write(path, text);
    const profile = values.profile ? resolve(io.cwd, `${site}-vpn.zip`) : null;
    if (profile !== null) await write(profile, await fetchProfile(site, state, store));
    const { checksum, added, at, instruction } = offered;
    const onDevice = confirmed?.checksum === checksum;
    if (values.json) {
      io.out(`${JSON.stringify({ site, file: path, checksum, added, at, onDevice, instruction, profile }, null, 2)}\n`);
      return 0;
    }
    const lines = [
      `${path}`,
      ...(profile === null ? [] : [profile]),
      `${checksum}, of ${at}, ${added} prefixes beyond home${onDevice ? '; already on the device' : ''}`,
      '',
      ...instruction,
    ];
    io.out(`${lines.flatMap((line) => wrap(line, io.width, '', '   ')).join('\n')}\n`);
    return 0;
  },
};
