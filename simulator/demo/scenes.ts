import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { makeScene, type Scene, type SceneChange } from '../stage/scene.ts';
import type { DemoOptions } from './options.ts';

const quickSoak = { policy: { soak: 'PT15M' } };

/** What each story needs of its scene. `synthetic`: on our own file, where everything is smaller. */
const changes = ({ scenario, warm }: DemoOptions, synthetic: boolean): SceneChange => {
  const standby = warm ? { standby: 'warm' } : {};
  switch (scenario) {
    case 'service-failover':
      return {};
    case 'region-down':
      return {
        forMoves: true,
        serviceNames: ['VPN Gateway', 'Storage', 'Key Vault', 'Event Hubs', 'Service Bus'],
        site: { ...quickSoak, move: standby },
      };
    case 'too-many-routes':
      return { forMoves: true, site: synthetic ? { routeBudget: { limit: 160 } } : {} };
    case 'planned-move':
      return { forMoves: true, site: { ...quickSoak, move: { ...standby, clientAddressPool: '192.168.160.0/24' } } };
  }
};

export const sceneFor = async (options: DemoOptions): Promise<Scene> => {
  const { serviceTags: path } = options;
  if (path === undefined) return makeScene(undefined, changes(options, true));
  return makeScene({ text: await readFile(path, 'utf8'), from: basename(path) }, changes(options, false));
};
