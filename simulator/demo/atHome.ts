import type { SiteState } from '../../shared/record/state.ts';
import type { Stage } from '../stage/stage.ts';
import type { Narrator } from './narrator.ts';
import type { Post } from './post.ts';
import { stateOf, type Watch } from './watch.ts';

export const routesNow = (stage: Stage, table = stage.ids.routeTable): number => {
  const properties = stage.arm.read(table)?.['properties'] as { routes?: unknown[] } | undefined;
  return properties?.routes?.length ?? 0;
};

export const atDevice = (state: SiteState): boolean =>
  state.run?.steps.some((step) => step.id === 'deviceConfirm' && step.status === 'waiting') ?? false;

export const ended = (digest: string | null) => (state: SiteState) =>
  state.run === null && state.lastRuns[0]?.digest === digest;

/** The person at the device; says so, and the product takes their word. */
export const putOnDevice = async (post: Post, tell: Narrator, site: string): Promise<void> => {
  tell.chapter('The new file is put on the device', true);
  const { device } = await stateOf(site);
  for (const line of device.offered?.instruction ?? []) tell.detail(line);
  await post('manualRun', {
    action: 'confirmDevice',
    site,
    by: 'Ada (field operator)',
    checksum: device.offered?.checksum,
  });
};

/** A new site is adopted and has the routes of its home region, proven, with the device's word. */
export const bringHome = async (
  stage: Stage,
  site: string,
  tell: Narrator,
  post: Post,
  watch: Watch,
): Promise<void> => {
  tell.chapter('Before: the site is adopted and brought home', true);
  tell.say('A site starts in shadow: it plans and tells, and writes nothing, until a person adopts it.');
  await post('manualRun', { action: 'resume', site, by: 'Ada (network engineer)' });
  const shadow = await watch((state) => state.waiting !== null);
  tell.detail(`The shadow's plan: ${shadow.waiting?.title}`);
  await post('manualRun', { action: 'adopt', site, by: 'Ada (network engineer)', digest: shadow.waiting?.digest });
  const home = await watch(atDevice);
  await post('manualRun', { action: 'confirmDevice', site, by: 'Ada (field operator)' });
  await watch(ended(home.run?.digest ?? null));
  tell.good(`${routesNow(stage)} routes in the table; the device has its file`);
};
