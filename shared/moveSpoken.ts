import { AutomationError } from './base/errors.ts';
import type { Site } from './base/site.ts';
import { keepResidence } from './keepResidence.ts';
import type { MovePlan } from './plan/move/movePlan.ts';
import type { Ports } from './ports.ts';
import type { Proposing } from './proposeMove.ts';
import type { Move } from './record/move.ts';
import { askedPlanBlob } from './record/moveProgress.ts';
import { type Session, speakTo } from './session.ts';
import { tagsFor } from './visit.ts';

/** What a word on a move came to: what was taken up, and the plan where one was made. */
export type MoveAnswer = {
  readonly said: string;
  readonly move?: MovePlan;
  readonly digest?: string;
  /** Of the plan that waits now: what a person is asked. */
  readonly question?: string;
};

/** The plan that somebody saw and approves in the same breath; `question`: which asking of it is meant. */
export type Seen = { readonly digest?: string | undefined; readonly question?: string | undefined };

/** A person's word on a site's move. */
export type Spoken = { readonly site: Site; readonly by: string; readonly ports: Ports };

/** ERR_NOTHING_WAITS, with where to look. */
export const nothing = ({ id }: Site, message: string): AutomationError =>
  new AutomationError('ERR_NOTHING_WAITS', message, {
    remedy: `See: npm run cli -- move status --site ${id}`,
  });

/** A person's hold on a site's state: it ends no worker's. */
const speaking = async (ports: Ports, site: Site): Promise<Session> => {
  let { state } = await ports.sites.load(site.id);
  return {
    state: () => state,
    commit: async (change) => {
      state = await speakTo(ports.sites, site.id, change);
      return state;
    },
  };
};

/** What asking for a move needs, in a person's name. */
export const proposing = async ({ site, ports }: Spoken): Promise<Proposing> => {
  const session = await speaking(ports, site);
  await keepResidence(session, site, ports);
  return { configured: site, session, ports, tagsInForce: await tagsFor(ports)(site.cloud) };
};

/** The very plan that was asked for; null where it is not in the archive. */
export const planOf = async ({ site, ports }: Spoken, move: Pick<Move, 'id'>): Promise<MovePlan | null> => {
  const text = await ports.archive.read(askedPlanBlob(site.id, move));
  return text === undefined ? null : (JSON.parse(text) as MovePlan);
};
