import { duration, makeNarrator, silentNarrator } from './demo/narrator.ts';
import { type DemoOptions, help, readDemoOptions } from './demo/options.ts';
import { playScenario } from './demo/scenarios.ts';
import { sceneFor } from './demo/scenes.ts';
import { openStage } from './stage/stage.ts';

const main = async (options: DemoOptions): Promise<number> => {
  const { scenario, speed, json } = options;
  const scene = await sceneFor(options);
  const colour = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined;
  const tell = json ? silentNarrator : makeNarrator((line) => process.stdout.write(`${line}\n`), colour);
  const started = performance.now();
  const { cloud, siteId: site, tagsFrom: serviceTags, home, failover } = scene;
  tell.say(`Site ${site}: ${home.displayName}, fails over to ${failover.displayName} (${cloud}).`);
  tell.say(`Service tags: ${serviceTags}. Azure is simulated, ${speed} times as fast; storage and functions are real.`);
  const stage = await openStage({
    scene,
    speed,
    runTimers: false,
    // What goes wrong on purpose is part of the story.
    logLevel: 'error',
    onNotice: ({ data }) => tell.told((data as { title?: string } | undefined)?.title ?? 'a notice'),
  });
  try {
    const { ok, ...figures } = await playScenario(stage, scene, tell, options);
    const wallMs = Math.round(performance.now() - started);
    if (json) {
      const summary = { ok, scenario, cloud, site, serviceTags, speed, ...figures, wallMs };
      process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
    } else if (ok) tell.good(`Everything was proven. The demo took ${duration(wallMs)}.`);
    else tell.bad('Not everything was proven.');
    return ok ? 0 : 1;
  } finally {
    await stage.close();
  }
};

try {
  const options = readDemoOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(help);
  else process.exitCode = await main(options);
} catch (error) {
  process.stderr.write(`The demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
