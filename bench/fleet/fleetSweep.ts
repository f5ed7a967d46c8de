import type { Ports } from '../../shared/ports.ts';
import { sitesInForce } from '../../shared/record/configuration.ts';
import { sweep } from '../../shared/sweep.ts';
import { say } from '../../shared/words.ts';
import type { AzureProcess } from './azureProcess.ts';

/** Calls to ARM of sweeps after the failover. */
export type Sweeps = {
  /** The first, which visits every site: its hourly snapshot is due. */
  readonly first: number;
  /** One at which nothing has changed. */
  readonly quiet: number;
};

type Swept = { readonly ports: Ports; readonly azure: AzureProcess; readonly work: () => Promise<number> };

const roundMs = 15 * 60_000;

/** Every device is confirmed, then the timer sweeps three times: sites are spared from the third on. */
export const sweepsOf = async ({ ports, azure, work }: Swept): Promise<Sweeps> => {
  const { sites } = await sitesInForce(ports.config);
  for (const { id } of sites) await say({ action: 'confirmDevice', site: id }, 'the bench', ports);
  await work();
  const swept = async (): Promise<number> => {
    const before = await azure.tally();
    await ports.clock.pause(roundMs);
    await sweep(ports, 'the sweep');
    await work();
    const after = await azure.tally();
    return after.reads - before.reads;
  };
  const first = await swept();
  await swept();
  return { first, quiet: await swept() };
};
