import { type FleetOptions, runFleet } from './fleet.ts';

/** One row of the table in a process of its own, so that its memory is the app's alone and no other row's. */
process.on('disconnect', () => process.exit());
const options: FleetOptions = JSON.parse(process.argv[2] ?? '');
process.send?.(await runFleet(options), () => process.disconnect());
