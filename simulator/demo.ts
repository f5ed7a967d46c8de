import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { duration, makeNarrator, type Narrator, silentNarrator } from './demo/narrator.ts';
import { type Leg, play } from './demo/play.ts';
import { makeScene, type Scene } from './stage/scene.ts';
import { openStage } from './stage/stage.ts';

const help = `npm run demo [-- OPTIONS]

Plays a service failover and the way back on simulated Azure, with real storage
(Azurite) and the real functions. Exits 0 only if everything was proven.

  --service-tags FILE  a real ServiceTags_*.json instead of our synthetic one
  --speed N            simulated seconds per second (default 60)
  --json               one JSON summary instead of the story
`;

const speedOf = (text: string): number => {
  const speed = Number(text);
  if (Number.isFinite(speed) && speed >= 1 && speed <= 1_000) return speed;
  throw new Error(`--speed: "${text}" is not a number from 1 to 1000`);
};

const readScene = async (path: string | undefined): Promise<Scene> => {
  if (path === undefined) return makeScene();
  return makeScene({ text: await readFile(path, 'utf8'), from: basename(path) });
};

const proved = (leg: Leg): boolean => leg.cloudReady && leg.protected && leg.checks.length > 0 && leg.earlyPolls === 0;

const tellFigures = (tell: Narrator, name: string, leg: Leg): void =>
  tell.say(
    `${name}: ${leg.writes} writes, ${leg.reads} reads, ${leg.polls} polls (${leg.earlyPolls} early); ` +
      `routes ${leg.routesBefore} -> ${leg.routesAfter}; own overhead ${duration(leg.ownOverheadMs)} of ${duration(leg.totalMs)}.`,
  );

const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      'service-tags': { type: 'string' },
      speed: { type: 'string', default: '60' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const speed = speedOf(values.speed);
  const scene = await readScene(values['service-tags']);
  const colour = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined;
  const tell = values.json ? silentNarrator : makeNarrator((line) => process.stdout.write(`${line}\n`), colour);
  const started = performance.now();
  tell.say(
    `Site ${scene.siteId}: ${scene.home.displayName}, fails over to ${scene.failover.displayName} (${scene.cloud}).`,
  );
  tell.say(
    `Service tags: ${scene.tagsFrom}. Azure is simulated, ${speed} times as fast; storage and functions are real.`,
  );
  const stage = await openStage({
    scene,
    speed,
    runTimers: false,
    onNotice: ({ data }) => tell.told((data as { title?: string } | undefined)?.title ?? 'a notice'),
  });
  try {
    const played = await play(stage, scene, tell);
    const ok = proved(played.failover) && proved(played.failback) && played.sweepWrites === 0;
    const wallMs = Math.round(performance.now() - started);
    const { failover, failback } = played;
    if (values.json) {
      const { cloud, siteId: site, tagsFrom } = scene;
      process.stdout.write(
        `${JSON.stringify({ ok, cloud, site, serviceTags: tagsFrom, speed, failover, failback, sweepWrites: played.sweepWrites, wallMs }, null, 2)}\n`,
      );
    } else {
      tell.chapter('The figures');
      tellFigures(tell, 'There', failover);
      tellFigures(tell, 'Back', failback);
      if (ok) tell.good(`Everything was proven. The demo took ${duration(wallMs)}.`);
      else tell.bad('Not everything was proven.');
    }
    return ok ? 0 : 1;
  } finally {
    await stage.close();
  }
};

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`The demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
