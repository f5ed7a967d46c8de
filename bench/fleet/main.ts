import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { machineLine } from '../measure.ts';
import type { FleetOptions, FleetResult } from './fleet.ts';
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
  'bound s',
  'ratio',
  'median s',
  'wait s',
  'tightest',
  '429',
  'locks',
  'reads',
  'polls',
  'writes',
  'app MB',
  'Azure MB',
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
    seconds.toFixed(0),
    (result.lastSeconds / seconds).toFixed(2),
    result.medianSeconds.toFixed(0),
    result.longestSeconds.toFixed(0),
    `${tightest?.[0]} ${tightest?.[1].toFixed(0)}`,
    tally.refused,
    tally.locked,
    tally.reads,
    tally.polls,
    tally.writes,
    result.appMb,
    result.azureMb,
    result.wallSeconds.toFixed(0),
  ];
};

const print = (cells: readonly (string | number)[]): void => {
  process.stdout.write(`${cells.map((cell, index) => String(cell).padStart(index === 7 ? 18 : 8)).join(' ')}\n`);
};

/** As infra/app.bicep has the app run. */
const nodeOptions = '--max-semi-space-size=8';

const inProcessOfItsOwn = async (options: FleetOptions): Promise<FleetResult> => {
  const row = fork(new URL('./rowMain.ts', import.meta.url), [JSON.stringify(options)], {
    env: { ...process.env, NODE_OPTIONS: nodeOptions },
  });
  const ended = once(row, 'exit').then(([code]) => {
    throw new Error(`The fleet of ${options.sites} sites ended with ${code} before it was measured.`);
  });
  ended.catch(() => {});
  const [result] = await Promise.race([once(row, 'message'), ended]);
  return result;
};

const swept = ({ sweeps, sweptMb }: FleetResult): string =>
  sweeps === null
    ? ''
    : `         reads of a sweep: ${sweeps.due} with all snapshots due, ${sweeps.waiting} while devices are waited for, ${sweeps.quiet} when they are confirmed; ${sweptMb} MB\n`;

/** `npm run bench -- fleet`: how long until every site of a failed region is proven, beside what a subscription allows. */
export const fleetBench = async (argv: readonly string[]): Promise<number> => {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      sites: { type: 'string', default: '10,100,1000,3000' },
      subscriptions: { type: 'string', default: '1,10' },
      workers: { type: 'string', default: String(workersOfHost()) },
      'arm-ms': { type: 'string', default: '100' },
      'storage-ms': { type: 'string', default: '5' },
      sweep: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const common = {
    workers: Number(values.workers),
    armMs: Number(values['arm-ms']),
    storageMs: Number(values['storage-ms']),
    sweep: values.sweep,
  };
  const numbers = (text: string) => text.split(',').map(Number);
  const run = (sites: number, subscriptions: number): Promise<FleetResult> =>
    inProcessOfItsOwn({ sites, subscriptions, ...common });
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
      else {
        print(rowOf(result, single));
        process.stdout.write(swept(result));
      }
      if (result.failed + result.thrown > 0)
        process.stderr.write(`${result.failed} failed or alarmed, ${result.thrown} messages thrown back\n`);
    }
  return missed > 0 ? 1 : 0;
};
