import { iso, scaledClock } from '../../shared/base/clock.ts';
import { startStage } from '../support/journey.ts';
import { startLives, startProcesses } from './lives.ts';
import type { Theatre } from './play.ts';
import { newClockMemory, sharedClock } from './sharedClock.ts';

export type OpenTheatre = Theatre & { close(): Promise<void> };

const startTime = Date.parse('2026-07-20T03:00:00Z');

type Stage = Theatre['stage'];

const envOf = ({ arm, connectionString }: Stage): Record<string, string> => ({
  AzureWebJobsStorage: connectionString,
  ASEFO_CLOUD: 'AzureGovernment',
  ASEFO_ARM_ENDPOINT: arm.endpoint,
  IDENTITY_ENDPOINT: arm.identity.endpoint,
  IDENTITY_HEADER: arm.identity.header,
});

/** Simulated Azure and storage in this thread, the app in threads, under a clock that nobody waits for. */
export const openTheatre = async (file: string): Promise<OpenTheatre> => {
  const clock = newClockMemory();
  const { reset, ...shared } = sharedClock(clock);
  reset(startTime);
  const stage = await startStage({ clock: shared });
  const birth = { env: envOf(stage), ca: stage.arm.ca, clock, tells: true };
  return {
    stage,
    lives: (judge) => startLives(file, birth, judge),
    resetClock: () => reset(startTime),
    close: () => stage.close(),
  };
};

/** Application seconds in one of the wall's: a gateway of 47 minutes takes ten. */
const speed = 300;

/** The same for one run, the app in processes that read the time from their settings, as a simulation's do. */
export const openSwiftTheatre = async (file: string): Promise<OpenTheatre> => {
  // Where such a clock must have left the wall's time to show the time every run begins at.
  const origin = Math.round((Date.now() * speed - startTime) / (speed - 1));
  const clock = { ...scaledClock(origin, speed), advance: () => {} };
  const stage = await startStage({ clock });
  const env = { ...envOf(stage), ASEFO_CLOCK_ORIGIN: iso(origin), ASEFO_CLOCK_SPEED: String(speed) };
  const birth = { env, ca: stage.arm.ca, tells: false };
  return {
    stage,
    lives: (judge) => startProcesses(file, birth, judge),
    resetClock: () => {},
    close: () => stage.close(),
  };
};
