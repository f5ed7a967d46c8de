import type { Ports } from '../../shared/ports.ts';
import { sitesInForce } from '../../shared/record/configuration.ts';
import { sweep } from '../../shared/sweep.ts';
import { say } from '../../shared/words.ts';
import type { AzureProcess } from './azureProcess.ts';

/** Reads of sweeps after the failover. */
export type Sweeps = {
  /** The first: every site's hourly snapshot and six-hourly check are due. */
  readonly due: number;
  /** While every site waits for its device. */
  readonly waiting: number;
  /** All devices are confirmed, and nothing has changed. */
  readonly quiet: number;
};

type Swept = { readonly ports: Ports; readonly azure: AzureProcess; readonly work: () => Promise<number> };

/** So short that no snapshot is due again meanwhile. */
const roundMs = 5 * 60_000;

export const sweepsOf = async ({ ports, azure, work }: Swept): Promise<Sweeps> => {
  const swept = async (): Promise<number> => {
    const before = await azure.tally();
    await ports.clock.pause(roundMs);
    await sweep(ports, 'the sweep');
    await work();
    const after = await azure.tally();
    return after.reads - before.reads;
  };
  const due = await swept();
  // A site is spared once it was looked at since all that decides was first seen as it is.
  await swept();
  const waiting = await swept();
  const { sites } = await sitesInForce(ports.config);
  for (const { id } of sites) await say({ action: 'confirmDevice', site: id }, 'the bench', ports);
  await work();
  await swept();
  return { due, waiting, quiet: await swept() };
};
