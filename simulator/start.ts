import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { makeScene } from './stage/scene.ts';
import { openStage } from './stage/stage.ts';

const help = `npm start [-- OPTIONS]

Starts simulated Azure, storage (Azurite) and the functions, and stays up for
trying things by hand. Ctrl-C stops everything and leaves nothing behind.

  --service-tags FILE  a real ServiceTags_*.json instead of our synthetic one
  --port N             of the functions (default 7071)
  --speed N            simulated seconds per second (default 20)
`;

const folder = new URL('../.tmp/', import.meta.url);
/** Where the command line finds the functions while they run here. */
const pointer = new URL('stage.json', folder);

const banner = (url: string, key: string, armUrl: string, site: string, speed: number): string => `
The functions run at ${url}
Azure is simulated at ${armUrl}, ${speed} times as fast.

Status page:
  ${url}/api/status?code=${key}

Try (the command line finds the functions by itself while this runs):
  npm run cli -- status
  npm run cli -- adopt --site ${site}
  npm run cli -- declare --site ${site} --services Storage --reason "a drill"
  npm run cli -- device-file --site ${site} --out device.json
  npm run cli -- confirm-device --site ${site}
  npm run cli -- ledger --site ${site}

Ctrl-C stops everything.
`;

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      'service-tags': { type: 'string' },
      port: { type: 'string', default: '7071' },
      speed: { type: 'string', default: '20' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const path = values['service-tags'];
  const scene = makeScene(
    path === undefined ? undefined : { text: await readFile(path, 'utf8'), from: basename(path) },
  );
  const speed = Number(values.speed);
  const stage = await openStage({
    scene,
    speed,
    runTimers: true,
    port: Number(values.port),
    onNotice: (notice) => {
      const data = notice.data as { title?: string } | undefined;
      process.stdout.write(`${notice.type}: ${data?.title ?? notice.subject ?? ''}\n`);
    },
  });
  // The first look, as the timer would give it within a quarter of an hour.
  await stage.host.fireTimer('driftTimer');
  await mkdir(folder, { recursive: true });
  const { url } = stage.host;
  const storage = process.env['AzureWebJobsStorage'];
  // It holds keys, if only of a simulation.
  const { key, systemKey, arm } = stage;
  await writeFile(pointer, JSON.stringify({ url, key, systemKey, storage, ca: arm.ca }), { mode: 0o600 });
  process.stdout.write(banner(stage.host.url, stage.key, stage.arm.endpoint, scene.siteId, speed));
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    process.stdout.write('\nStopping ...\n');
    await rm(folder, { recursive: true, force: true });
    await stage.close();
    process.stdout.write('Nothing is left running.\n');
  };
  process.on('SIGINT', () => void stop());
  process.on('SIGTERM', () => void stop());
};

try {
  await main();
} catch (error) {
  process.stderr.write(`npm start failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
