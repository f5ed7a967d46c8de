import { type SideName, sideOf } from './base/side.ts';
import { makeTeardownPlan, type TeardownPurpose } from './plan/move/makeTeardownPlan.ts';
import type { MovePlan } from './plan/move/movePlan.ts';
import type { Proposing } from './proposeMove.ts';
import { residenceOf } from './record/residence.ts';
import { whatStands } from './whatStands.ts';

export type Teardown = {
  readonly side: SideName;
  readonly purpose: TeardownPurpose;
  readonly why: string;
  /** Ids of what a move was to create. */
  readonly planned?: readonly string[];
  /** Ids of what may go; absent: all that is ours. */
  readonly only?: readonly string[];
};

/** The plan of taking one side down, by what stands there now. Throws ERR_AZURE_*. */
export const planTeardown = async (
  { configured, session, ports }: Omit<Proposing, 'tagsInForce'>,
  { side, purpose, why, planned = [], only }: Teardown,
): Promise<MovePlan> => {
  const { resources, contents } = await whatStands(sideOf(configured, side), side, planned, ports);
  return makeTeardownPlan({
    site: configured,
    side,
    livesOn: residenceOf(session.state()),
    purpose,
    why: [why],
    resources,
    contents,
    namePrefix: ports.namePrefix,
    ...(only === undefined ? {} : { only }),
  });
};

/** The side that was left: at home everything that the site names, at the target what was made for it. */
export const retirePurpose = (side: SideName): TeardownPurpose => (side === 'home' ? 'retire' : 'standbyDown');
