import { otherSide, regionOfSide } from './base/side.ts';
import type { Proposing } from './proposeMove.ts';
import { commandText } from './record/ask.ts';
import type { MoveSummary } from './record/move.ts';
import { residenceOf } from './record/residence.ts';
import { returnWaits } from './record/sideView.ts';
import { tell } from './tell.ts';

/** What a no means that stands for longer than a day; null of others. */
const meaningOf = (
  { reason }: MoveSummary,
  { id, lives, left }: { readonly id: string; readonly lives: string; readonly left: string },
): { readonly stays: string; readonly text: string } | null => {
  if (reason === 'teardown')
    return {
      stays: `what stands in ${left} stays`,
      text: `It costs until it is taken down, which nobody is asked again: ${commandText({ action: 'retire', site: id })}`,
    };
  if (reason === 'return')
    return {
      stays: `it stays in ${lives}`,
      text: `${returnWaits(left)}. To go home before: ${commandText({ action: 'move', site: id })}`,
    };
  return null;
};

/** Says once what follows from a person's no, and how it is done all the same. */
export const tellRefusal = async (
  { configured, session, ports }: Pick<Proposing, 'configured' | 'session' | 'ports'>,
  refusal: MoveSummary,
): Promise<void> => {
  const side = residenceOf(session.state());
  const nameOf = (of: typeof side) => regionOfSide(configured, of).displayName;
  const meaning = meaningOf(refusal, { id: configured.id, lives: nameOf(side), left: nameOf(otherSide(side)) });
  if (meaning === null) return;
  await tell(
    { site: configured, session, ports },
    {
      kind: 'over',
      key: `refused ${refusal.id}`,
      title: `Site ${configured.id}: ${meaning.stays}`,
      text: `${refusal.why ?? 'It was declined'}. ${meaning.text}`,
      digest: null,
    },
  );
};
