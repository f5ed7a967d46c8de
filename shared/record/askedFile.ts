import { deviceStepOf } from './headline.ts';
import { moveConfirmed } from './moveProgress.ts';
import { deviceStepOfMove } from './moveWaits.ts';
import { fileWaits } from './progress.ts';
import type { SiteState } from './state.ts';

/** A file that a person is asked to put on the device, and the id of the run or move that asks. */
export type AskedFile = { readonly checksum: string; readonly asker: string };

/**
 * What a word on the device is about now; null where nothing is asked, or nothing that could be named. The first row
 * that holds counts:
 *
 * | what waits                                  | the file                    | who asks     |
 * | ------------------------------------------- | --------------------------- | ------------ |
 * | the move, at the device                     | of the side it leads to     | the move     |
 * | a run, at the device                        | the one offered last        | the run      |
 * | nothing is under way; a file was left over  | the one offered last        | the last run |
 */
export const askedFileOf = (state: SiteState): AskedFile | null => {
  const { move, run, device, lastRuns } = state;
  if (move && deviceStepOfMove(move)) {
    const offered = move.device?.offered ?? null;
    return offered === null || moveConfirmed(state) ? null : { checksum: offered.checksum, asker: move.id };
  }
  const asker = run === null ? lastRuns[0]?.id : deviceStepOf(run) && run.id;
  if (device.offered === null || !fileWaits(state) || asker === undefined) return null;
  return { checksum: device.offered.checksum, asker };
};
