import { startArm } from '../../simulator/arm/server.ts';
import { ManualClock } from '../../simulator/clock.ts';
import type { Ask, Asked, Told } from './azureProcess.ts';
import { seedSites } from './fleetSites.ts';
import { fleetTally } from './fleetTally.ts';

/** The simulated Azure of a fleet, in a process of its own: what it remembers is not the app's memory. */
const clock = new ManualClock(0);
const simulated = await startArm({ clock });
const tally = fleetTally(simulated);

const answerTo = (ask: Ask): unknown => {
  switch (ask.kind) {
    case 'time':
      clock.set(ask.now);
      // Kept up with, or its record would fill the memory.
      return void tally.take();
    case 'seed':
      return seedSites(simulated, ask.sites, ask.subscriptions);
    case 'tally':
      return { ...tally.all(), peakMb: Math.round(process.resourceUsage().maxRSS / 1_024) };
  }
};

process.on('message', ({ id, ask }: Asked) => process.send?.({ id, answer: answerTo(ask) } satisfies Told));
process.on('disconnect', () => process.exit());
const { endpoint, ca, identity } = simulated;
process.send?.({ id: 0, answer: { endpoint, ca, identity } } satisfies Told);
