import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createSimulated } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../shared/base/log.ts';
import { readSettings } from '../shared/base/settings.ts';
import type { Move } from '../shared/record/move.ts';
import { newSite } from '../shared/record/state.ts';
import { buildPorts } from '../shared/wire.ts';
import { makeCertificates } from '../simulator/arm/ca.ts';
import { type Azurite, startAzurite } from '../simulator/azurite.ts';
import { type Folder, newFolder, run } from './cliRun.ts';

let azurite: Azurite;
let folder: Folder;
let azure: Server;
beforeAll(async () => {
  azurite = await startAzurite();
  folder = newFolder();
  azure = createServer((request, response) => {
    response.writeHead(request.url?.includes('expired') ? 403 : 200).end('the profile');
  });
  await new Promise<void>((resolve) => void azure.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  azure.close();
  folder.remove();
  await azurite.close();
});

const originOf = (server: Server, scheme: 'http' | 'https'): string =>
  `${scheme}://localhost:${(server.address() as AddressInfo).port}`;

/** A site whose move has made a bundle; `path` is where the profile lies, null where none was made. */
const waiting = async (site: string, path: string | null, origin = originOf(azure, 'http')): Promise<void> => {
  const ports = await buildPorts(readSettings({ AzureWebJobsStorage: azurite.connectionString }), silentLog);
  const url = `${origin}/${path}?sig=secret`;
  await ports.archive.keep(`profiles/${site}/1.json`, JSON.stringify({ url }));
  await ports.archive.keep(`bundles/${site}/1.json`, '{}');
  const offered = {
    checksum: 'sha256:1',
    listHash: 'h',
    blob: `bundles/${site}/1.json`,
    at: '',
    added: 0,
    instruction: [],
  };
  const move = { profileBlob: path === null ? null : `profiles/${site}/1.json`, device: { offered, confirmed: null } };
  await ports.sites.save({ ...newSite(site), move: move as unknown as Move }, null);
};

const deviceFile = (site: string) =>
  run(['device-file', '--site', site, '--profile'], {
    cwd: folder.path,
    env: { AzureWebJobsStorage: azurite.connectionString },
  });

describe('device-file --profile', () => {
  it('gets file and profile, and never shows where the profile lay', async () => {
    await waiting('rig-01', 'good');
    const { code, out, err } = await deviceFile('rig-01');
    expect(code, err).toBe(0);
    expect(readFileSync(join(folder.path, 'rig-01-vpn.zip'), 'utf8')).toBe('the profile');
    expect(out).toContain('rig-01-vpn.zip');
    expect(out + err).not.toContain('secret');
  });

  it('trusts the simulated Azure of npm start, which signs by a CA of its own', async () => {
    const { ca, certificate, key } = await makeCertificates(Date.now());
    const simulated = createSimulated({ cert: certificate, key }, (_, response) => void response.end('simulated'));
    await new Promise<void>((resolve) => void simulated.listen(0, '127.0.0.1', resolve));
    await waiting('rig-04', 'good', originOf(simulated, 'https'));
    mkdirSync(join(folder.path, '.tmp'));
    folder.write('.tmp/stage.json', { storage: azurite.connectionString, ca });
    const world = { cwd: folder.path, project: folder.path };
    const { code, err } = await run(['device-file', '--site', 'rig-04', '--profile'], world);
    simulated.close();
    expect(code, err).toBe(0);
    expect(readFileSync(join(folder.path, 'rig-04-vpn.zip'), 'utf8')).toBe('simulated');
  });

  it('says what to do where the address is good no more', async () => {
    await waiting('rig-02', 'expired');
    const { code, out, err } = await deviceFile('rig-02');
    expect(code).toBe(1);
    expect(err).toContain('Azure answered 403');
    expect(out + err).not.toContain('secret');
    expect(existsSync(join(folder.path, 'rig-02-vpn.zip'))).toBe(false);
  });

  it('says that there is none where no move has made one', async () => {
    await waiting('rig-03', null);
    expect((await deviceFile('rig-03')).err).toContain('No VPN client profile has been made');
  });
});
