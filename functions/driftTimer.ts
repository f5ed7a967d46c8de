import { app } from '@azure/functions';
import { sweep } from '../shared/sweep.ts';
import { wire } from '../shared/wire.ts';

/** The guarantee: whatever no event told of is found here. */
export const driftTimer = async (): Promise<void> => sweep(await wire(), 'the sweep');

app.timer('driftTimer', { schedule: '%ASEFO_SWEEP_SCHEDULE%', handler: driftTimer });
