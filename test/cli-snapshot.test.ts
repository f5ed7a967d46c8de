import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../shared/base/log.ts';
import { readSettings } from '../shared/base/settings.ts';
import { newSite } from '../shared/record/state.ts';
import { buildPorts } from '../shared/wire.ts';
import { type Azurite, startAzurite } from '../simulator/azurite.ts';
import { type Folder, newFolder, run } from './cliRun.ts';

let azurite: Azurite;
let folder: Folder;
const [newer, older] = ['a'.repeat(12), 'b'.repeat(12)];
const blobOf = (version: string) => `snapshots/rig-01/home-${version}.json`;
beforeAll(async () => {
  azurite = await startAzurite();
  folder = newFolder();
  const { archive, sites } = await buildPorts(
    readSettings({ AzureWebJobsStorage: azurite.connectionString }),
    silentLog,
  );
  await archive.keep(blobOf(newer), JSON.stringify({ takenAt: '2026-07-20T02:00:00.000Z', resources: [{}] }));
  await archive.keep(blobOf(older), '{"takenAt": cut short');
  const good = { blob: blobOf(newer), hash: `sha256:${newer}`, at: '2026-07-20T02:00:00.000Z' };
  await sites.save({ ...newSite('rig-01'), snapshots: { home: { good, doubtful: null } } }, null);
});
afterAll(async () => {
  folder.remove();
  await azurite.close();
});

const cli = (...words: string[]) =>
  run(['snapshot', ...words], { cwd: folder.path, env: { AzureWebJobsStorage: azurite.connectionString } });

describe('snapshot list', () => {
  it('shows every kept version, which is the good one, and one that cannot be read', async () => {
    const { code, out } = await cli('list', '--site', 'rig-01');
    expect({ code, out }).toEqual({
      code: 0,
      out: [
        `home   ${newer}  good      2026-07-20T02:00:00.000Z, 1 resource`,
        `home   ${older}  kept      cannot be read`,
        '',
      ].join('\n'),
    });
  });

  it('shows only the side that is asked for', async () => {
    const { out } = await cli('list', '--site', 'rig-01', '--side', 'target', '--json');
    expect(JSON.parse(out)).toEqual({ site: 'rig-01', versions: [] });
  });
});

it('names every verb of snapshot where none is given', async () => {
  const { code, err } = await cli('--site', 'rig-01');
  expect(code).toBe(1);
  expect(err).toContain('accept, list or use is missing.');
});
