import type { Scene } from '../stage/scene.ts';
import type { Stage } from '../stage/stage.ts';
import { bringHome } from './atHome.ts';
import type { Telling } from './moveStory.ts';
import { moveWatcher } from './moveWatch.ts';
import type { Narrator } from './narrator.ts';
import type { DemoOptions } from './options.ts';
import { playPlannedMove } from './plannedMove.ts';
import { poster } from './post.ts';
import { playRegionDown } from './regionDown.ts';
import { playServiceFailover } from './serviceFailover.ts';
import { playTooManyRoutes } from './tooManyRoutes.ts';
import { watcher } from './watch.ts';

const telling = async (stage: Stage, scene: Scene, tell: Narrator): Promise<Telling> => {
  const post = poster(stage);
  await bringHome(stage, scene.siteId, tell, post, watcher(stage, scene.siteId, tell));
  return { stage, scene, tell, post, ...moveWatcher(stage, scene.siteId, tell) };
};

/** Plays the story; its figures, and whether everything in it was proven. Throws where the product does not get there. */
export const playScenario = async (
  stage: Stage,
  scene: Scene,
  tell: Narrator,
  { scenario, silence: mode, warm, approve }: DemoOptions,
): Promise<{ readonly ok: boolean }> => {
  switch (scenario) {
    case 'service-failover':
      return playServiceFailover(stage, scene, tell);
    case 'region-down':
      return playRegionDown(await telling(stage, scene, tell), { mode, warm });
    case 'too-many-routes':
      return playTooManyRoutes(await telling(stage, scene, tell), { approve });
    case 'planned-move':
      return playPlannedMove(await telling(stage, scene, tell), { warm });
  }
};
