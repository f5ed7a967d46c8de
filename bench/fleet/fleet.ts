import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEvent } from '../../shared/events/readEvent.ts';
import { hear } from '../../shared/hear.ts';
import { reconcile } from '../../shared/reconcile.ts';
import { readMessage } from '../../shared/record/message.ts';
import type { Messages } from '../../shared/record/ports.ts';
import { startAzureProcess } from './azureProcess.ts';
import { fleetClock } from './fleetClock.ts';
import { fleetPorts } from './fleetPorts.ts';
import { fleetQueue } from './fleetQueue.ts';
import { regionFails, sitesFile } from './fleetSites.ts';
import { type Sweeps, sweepsOf } from './fleetSweep.ts';
import type { Tally } from './fleetTally.ts';
import { proofTimes, type Times } from './fleetTimes.ts';

export type FleetOptions = {
  readonly sites: number;
  readonly subscriptions: number;
  /** Messages at work at once on the one instance: host.json's `batchSize` and `newBatchThreshold` together. */
  readonly workers: number;
  /** Application milliseconds that a call to ARM and one to storage take. */
  readonly armMs: number;
  readonly storageMs: number;
  /** Whether the sweeps afterwards are measured as well. */
  readonly sweep: boolean;
};

export type FleetResult = Times & {
  readonly options: FleetOptions;
  readonly tally: Tally;
  readonly sweeps: Sweeps | null;
  readonly messages: number;
  readonly failed: number;
  readonly thrown: number;
  /** The most this process ever held, by the system's own count: the app, without the simulated Azure. */
  readonly appMb: number;
  /** The same after the sweeps. */
  readonly sweptMb: number;
  readonly azureMb: number;
  readonly wallSeconds: number;
};

const startMs = Date.parse('2026-07-20T03:00:00Z');

const peakOfApp = (): number => Math.round(process.resourceUsage().maxRSS / 1_024);

/** A region fails: so many sites, one instance of the app, every call through the front door of the simulated Azure. */
export const runFleet = async (options: FleetOptions): Promise<FleetResult> => {
  const started = Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'fleet-'));
  const azure = await startAzureProcess();
  try {
    const clock = fleetClock(startMs, azure.moveTo);
    await azure.moveTo(startMs);
    const subscriptions = Array.from({ length: options.subscriptions }, () => randomUUID());
    await azure.seed(options.sites, subscriptions);
    const queue = fleetQueue(clock, options.workers);
    const proofs = proofTimes(clock);
    let failed = 0;
    const messages: Messages = {
      send: (message) => {
        if (message.kind === 'site') proofs.asked(message.site);
        return queue.messages.send(message);
      },
    };
    const ports = fleetPorts({
      ...options,
      azure,
      clock,
      messages,
      folder,
      sitesFile: sitesFile(options.sites, subscriptions),
      onSave: proofs.saved,
      onTrouble: () => {
        failed += 1;
      },
    });
    for (const subscription of subscriptions)
      await hear(readEvent(regionFails(subscription, new Date(startMs).toISOString())), 'an event', ports);
    let thrown = 0;
    const work = () =>
      queue.drain(async (text) => {
        try {
          await reconcile(readMessage(text), ports);
        } catch {
          thrown += 1;
          await queue.messages.send({ ...readMessage(text), notBefore: clock.now() + 10_000 } as never);
        }
      });
    const handled = await work();
    const { peakMb, ...tally } = await azure.tally();
    const appMb = peakOfApp();
    const sweeps = options.sweep ? await sweepsOf({ ports, azure, work }) : null;
    return {
      options,
      ...proofs.all(),
      tally,
      sweeps,
      messages: handled,
      failed,
      thrown,
      appMb,
      sweptMb: peakOfApp(),
      azureMb: peakMb,
      wallSeconds: (Date.now() - started) / 1_000,
    };
  } finally {
    azure.close();
    rmSync(folder, { recursive: true, force: true });
  }
};
