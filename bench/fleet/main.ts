import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { machineLine } from '../measure.ts';
import { type FleetOptions, type FleetResult, openFleetStage, runFleet } from './fleet.ts';
import { boundOf } from './fleetBound.ts';

const workersOfHost = (): number => {
  const host = JSON.parse(readFileSync(new URL('../../host.json', import.meta.url), 'utf8'));
  const { batchSize, newBatchThreshold } = host.extensions.queues;
  return batchSize + newBatchThreshold;
};

const columns = [
  'sites',
  'in',
  'last s',
  'median s',
  'bound s',
  'ratio',
  'tightest',
  '429',
  'locks',
  'reads',
  'polls',
  'writes',
  'MB',
  'wall s',
];

const rowOf = (result: FleetResult, single: FleetResult): (string | number)[] => {
  const { options, tally } = result;
  const { seconds, ...limits } = boundOf(options, single);
  const tightest = Object.entries(limits).sort(([, a], [, b]) => b - a)[0];
  const unready = result.ready === options.sites ? '' : ` (${result.ready} ready)`;
  return [
    `${options.sites}${unready}`,
    options.subscriptions,
    result.lastSeconds.toFixed(0),
    result.medianSeconds.toFixed(0),
    seconds.toFixed(0),
    (result.lastSeconds / seconds).toFixed(2),
    `${tightest?.[0]} ${tightest?.[1].toFixed(0)}`,
    tally.refused,
    tally.locked,
    tally.reads,
    tally.polls,
    tally.writes,
    result.peakMb,
    result.wallSeconds.toFixed(0),
  ];
};

const print = (cells: readonly (string | number)[]): void => {
  process.stdout.write(`${cells.map((cell, index) => String(cell).padStart(index === 6 ? 18 : 8)).join(' ')}\n`);
};

/** `npm run bench -- fleet`: how long until every site of a failed region is proven, beside what a subscription allows. */
export const fleetBench = async (argv: readonly string[]): Promise<number> => {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      sites: { type: 'string', default: '10,100,1000' },
      subscriptions: { type: 'string', default: '1,10' },
      workers: { type: 'string', default: String(workersOfHost()) },
      'arm-ms': { type: 'string', default: '100' },
      'storage-ms': { type: 'string', default: '5' },
      json: { type: 'boolean', default: false },
    },
  });
  const common = {
    workers: Number(values.workers),
    armMs: Number(values['arm-ms']),
    storageMs: Number(values['storage-ms']),
  };
  const numbers = (text: string) => text.split(',').map(Number);
  const stage = await openFleetStage();
  const run = (sites: number, subscriptions: number): Promise<FleetResult> =>
    runFleet(stage, { sites, subscriptions, ...common } satisfies FleetOptions);
  const single = await run(1, 1);
  if (!values.json) {
    process.stdout.write(`${machineLine()}; load ${loadavg()[0]?.toFixed(1)}\n`);
    process.stdout.write(
      `${common.workers} messages at once; ${common.armMs} ms a call to ARM, ${common.storageMs} ms to storage; one site alone: ${single.lastSeconds.toFixed(0)} s\n`,
    );
    print(columns);
  }
  let missed = 0;
  for (const sites of numbers(values.sites))
    for (const subscriptions of numbers(values.subscriptions)) {
      const result = await run(sites, subscriptions);
      if (result.ready < sites || result.tally.refused > 0) missed += 1;
      if (values.json)
        process.stdout.write(`${JSON.stringify({ ...result, bound: boundOf(result.options, single) })}\n`);
      else print(rowOf(result, single));
      if (result.failed + result.thrown > 0)
        process.stderr.write(`${result.failed} failed or alarmed, ${result.thrown} messages thrown back\n`);
    }
  await stage.simulated.close();
  return missed > 0 ? 1 : 0;
};
