import { AutomationError } from './base/errors.ts';
import type { Site } from './base/site.ts';
import type { Ports } from './ports.ts';
import type { Residence } from './record/move.ts';
import { endMove, moveSummary } from './record/moveProgress.ts';
import { residenceInFile } from './record/residence.ts';
import type { SiteState } from './record/state.ts';
import type { Session } from './session.ts';

const refuse = ({ id, home, resourceGroup, target }: Site, residence: Residence | undefined): AutomationError => {
  const lives = `${residence?.region} (resource group ${residence?.resourceGroup})`;
  return new AutomationError(
    'ERR_SITES_FILE',
    `Site ${id} lives in ${lives}, but the sites file names ${home.name} (${resourceGroup}) and ${target.region.name} (${target.resourceGroup}) as its sides, or changed while it moves. Nothing is looked at or written.`,
    {
      remedy: `Put the sites file back as it was; or, when no move is under way, make ${lives} its homeRegion and resourceGroup.`,
    },
  );
};

/** The other side is another one from now on: what was kept of either, and whatever was approved there, is void. */
const atHome = (state: SiteState, residence: Residence, { clock }: Ports): SiteState => {
  const { move } = state;
  const why = 'the sites file names other sides now';
  const ended = move ? endMove(state, moveSummary(move, 'expired', clock.now(), clock.speed, why)) : state;
  return {
    ...ended,
    residence: { ...residence, side: 'home', because: 'configured' },
    snapshots: {},
    preflight: null,
    standby: false,
  };
};

/**
 * A person may call the place where a site lives its home: then it is. Throws ERR_SITES_FILE where the sites file names
 * another place than where the site lives, and where its sides change while a move is under way.
 */
export const keepResidence = async (session: Session, configured: Site, ports: Ports): Promise<void> => {
  const { move, residence } = session.state();
  const inFile = residenceInFile(configured, session.state());
  if (inFile === 'fits' || residence === undefined) return;
  if (inFile === 'elsewhere' || (move && move.status !== 'awaitingApproval')) throw refuse(configured, residence);
  await session.commit((state) => atHome(state, residence, ports));
};
