import { bundleLife } from './bundle.ts';
import { openLanes } from './lanes.ts';
import { differing, type Matrix, playMatrix, summaryOf } from './matrix.ts';
import { readOptions, usage } from './options.ts';

const main = async (argv: readonly string[]): Promise<number> => {
  const options = readOptions(argv);
  const say = (line: string): void => void (options.json ? process.stderr : process.stdout).write(`${line}\n`);
  const begun = performance.now();
  const bundle = await bundleLife();
  const lanes = openLanes(bundle.file, options.lanes);
  try {
    const matrices: Matrix[] = [];
    for (const journey of options.journeys) matrices.push(await playMatrix(lanes, journey, options, say));
    const seconds = Math.round((performance.now() - begun) / 1_000);
    if (options.json) process.stdout.write(`${JSON.stringify({ seconds, journeys: matrices }, null, 2)}\n`);
    else say(['', ...matrices.map(summaryOf), `${seconds} s`].join('\n'));
    return matrices.some((matrix) => differing(matrix) > 0) ? 1 : 0;
  } finally {
    await lanes.close();
    bundle.close();
  }
};

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}\n`);
  process.exitCode = 1;
}
