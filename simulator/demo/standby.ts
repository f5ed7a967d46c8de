import type { MoveLeg } from './moveLeg.ts';
import { seeThrough, sweep, type Telling, tellMovePlan } from './moveStory.ts';
import { asks, movePlanOf } from './moveWatch.ts';
import { stateOf } from './watch.ts';

/** A person has network, firewall and gateway built in the other region, before anything happens. */
export const standbyUp = async (telling: Telling): Promise<readonly MoveLeg[]> => {
  const { scene, tell, post, follow } = telling;
  tell.chapter(`A warm standby is wanted in ${scene.failover.displayName}`, true);
  await post('manualRun', { action: 'standby', site: scene.siteId, want: 'up', by: 'Grace (network engineer)' });
  await follow(asks('standbyUp'));
  const { move } = await stateOf(scene.siteId);
  const digest = move?.digest ?? '';
  if (move) tellMovePlan(tell, move, await movePlanOf(scene.siteId, digest));
  const { leg } = await seeThrough(telling, {
    digest,
    by: 'Grace (network engineer)',
    confirmedBy: 'gateway',
    reason: 'a warm standby',
  });
  await sweep(telling);
  return [leg];
};
