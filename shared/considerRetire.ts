import { otherSide, regionOfSide } from './base/side.ts';
import type { Site } from './base/site.ts';
import { planTeardown, retirePurpose } from './planTeardown.ts';
import { ask, dropMove, type Proposing, tellAsked } from './proposeMove.ts';
import type { MoveSummary } from './record/move.ts';
import { residenceOf } from './record/residence.ts';
import { isRetireQuestion, retireCalled, retireDeclined } from './record/retireCalled.ts';
import type { Fact } from './scope/fact.ts';
import { tell } from './tell.ts';

/** What stands there is read anew so often while the question waits: a plan of what went, or came, is no plan. */
const anewMs = 24 * 60 * 60 * 1_000;

const tellDeclined = ({ configured, session, ports }: Proposing, key: string, { why }: MoveSummary): Promise<void> => {
  const region = regionOfSide(configured, otherSide(residenceOf(session.state()))).displayName;
  return tell(
    { site: configured, session, ports },
    {
      kind: 'over',
      key,
      title: `Site ${configured.id}: what stands in ${region} stays`,
      text: `${why ?? 'It was declined'}. It costs until it is taken down, which nobody is asked again: npm run cli -- move retire --site ${configured.id}`,
      digest: null,
    },
  );
};

const put = async (work: Proposing & { readonly site: Site }): Promise<void> => {
  const { configured, session, site } = work;
  const side = otherSide(residenceOf(session.state()));
  const region = regionOfSide(configured, side).displayName;
  const why = `Site ${configured.id} lives in ${site.home.displayName}; what it left in ${region} stands there unused, and costs.`;
  const plan = await planTeardown(work, { side, purpose: retirePurpose(side), why });
  if (plan.steps.length === 0) return;
  if ((await ask(work, plan, { lasting: true })) !== null) await tellAsked(work, plan, `retire ${plan.digest}`);
};

/**
 * In quiet times: asks whether the side that a site has left is to be taken down; once for each plan of it, until a person
 * answers. A no stands as long as the site lives where it does. The question is taken back where it is no longer called
 * for, and makes way for any other (`isRetireQuestion`).
 */
export const considerRetire = async (
  work: Proposing & { readonly site: Site },
  facts: readonly Fact[],
): Promise<void> => {
  const { configured, session, ports, site } = work;
  const { move, residence, told } = session.state();
  if (move && !isRetireQuestion(move)) return;
  const now = ports.clock.now();
  const key = `retire declined ${residence?.since}`;
  const declined = retireDeclined(session.state());
  if (declined !== null) return tellDeclined(work, key, declined);
  if (told.includes(key)) return;
  if (!retireCalled(configured, site, session.state(), facts, now)) {
    if (move) await dropMove(work, 'expired', 'it is no longer called for');
    return;
  }
  if (!move || now - Date.parse(move.askedAt) >= anewMs) await put(work);
};
