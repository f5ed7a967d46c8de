import type { Scene } from '../stage/scene.ts';
import type { Stage } from '../stage/stage.ts';
import { duration, type Narrator } from './narrator.ts';
import { type Leg, type Played, play } from './play.ts';

const proved = (leg: Leg): boolean => leg.cloudReady && leg.protected && leg.checks.length > 0 && leg.earlyPolls === 0;

const tellFigures = (tell: Narrator, name: string, leg: Leg): void =>
  tell.say(
    `${name}: ${leg.writes} writes, ${leg.reads} reads, ${leg.polls} polls (${leg.earlyPolls} early); ` +
      `routes ${leg.routesBefore} -> ${leg.routesAfter}; own overhead ${duration(leg.ownOverheadMs)} of ${duration(leg.totalMs)}.`,
  );

/** Four services fail over to the other region, and later back. */
export const playServiceFailover = async (
  stage: Stage,
  scene: Scene,
  tell: Narrator,
): Promise<Played & { readonly ok: boolean }> => {
  const played = await play(stage, scene, tell);
  tell.chapter('The figures');
  tellFigures(tell, 'There', played.failover);
  tellFigures(tell, 'Back', played.failback);
  return { ok: proved(played.failover) && proved(played.failback) && played.sweepWrites === 0, ...played };
};
