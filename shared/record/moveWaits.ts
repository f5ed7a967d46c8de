import { counted } from '../base/counted.ts';
import { commandText } from './ask.ts';
import type { Move } from './move.ts';
import type { MoveStepView } from './moveStepView.ts';
import type { MoveView } from './moveView.ts';
import { questionOfMove } from './question.ts';
import type { SiteState } from './state.ts';
import type { Wait } from './waits.ts';
import { momentText, shortDigest } from './words.ts';

/** The move's step at which a person has to do something at the device, if it has come to it. */
export const deviceStepOfMove = (move: Move | null | undefined) =>
  move?.status === 'running'
    ? move.steps.find(({ id, status }) => id === 'confirm' && status === 'waiting')
    : undefined;

/** That a region which fails answers nothing is why the site moves: nothing that a person has to mend first. */
export const explainedByMove = ({ attention, move }: Pick<SiteState, 'attention' | 'move'>): boolean =>
  attention?.code === 'ERR_AZURE_UNAVAILABLE' && move?.reason === 'outage' && move.status !== 'failed';

const approval = (site: string, move: MoveView, now: number): Wait => {
  const { digest, expiresAt, plan, why } = move;
  const blocked = (plan?.blockers.length ?? 0) > 0;
  const until = expiresAt === null ? '' : `, until ${momentText(expiresAt, now)}`;
  return {
    who: 'A person',
    text: blocked
      ? `resolve what blocks the move ${shortDigest(digest)} (${move.title}); then it is planned afresh`
      : `read the move ${shortDigest(digest)} (${move.title}), then approve or decline it${until}`,
    since: move.askedAt,
    ask: blocked ? null : { action: 'apply', site, ...questionOfMove(move) },
    help: [
      ...why,
      `To read it: npm run cli -- move status --site ${site}`,
      `To decline it: ${commandText({ action: 'decline', site, ...questionOfMove(move) })}`,
      ...(blocked ? [] : ['To approve it:']),
    ],
  };
};

/** With the outage over nothing presses any more: turning back is as good as going on, and a person has to choose. */
const failure = (site: string, move: MoveView, outageOver: boolean): Wait => {
  const { trouble, stopHere } = move;
  const over = outageOver ? 'the outage is over; cancel or retry: ' : '';
  return {
    who: 'A person',
    text:
      trouble === null
        ? `${over}say how the failed move goes on`
        : `${over}mend what stopped the move at ${trouble.step}, then have it go on: ${trouble.remedy}`,
    since: null,
    ask: { action: 'retryMove', site },
    help: [
      ...(trouble === null ? [] : [trouble.why]),
      `If it stops here: ${stopHere.text}.`,
      `To turn back instead: ${commandText({ action: 'cancelMove', site })}`,
      'To have it go on:',
    ],
  };
};

const lookText = ({ nextLook }: MoveStepView, now: number): string =>
  nextLook === null ? '' : `, next look ${momentText(nextLook, now)}`;

/** A step that left no operation at Azure and meets no hindrance is the product's own work. */
const stepWait = (step: MoveStepView, now: number): Wait => {
  const why = step.why === null ? '' : ` (${step.why})`;
  const rest = { since: step.startedAt, ask: null, help: [] };
  if (step.state === 'underWay' && step.nextLook === null) {
    return { who: 'The product', text: `at work: ${step.title}${why}`, ...rest };
  }
  const what = step.state === 'held' ? 'held up' : 'under way';
  return { who: 'Azure', text: `${what}: ${step.title}${why}${lookText(step, now)}`, ...rest };
};

const going = (move: MoveView, now: number): Wait[] => {
  const pending = move.steps.filter((step) => !step.person && (step.state === 'underWay' || step.state === 'held'));
  if (pending.length > 0) return pending.map((step) => stepWait(step, now));
  const next = move.steps.filter(({ state }) => state === 'next');
  if (next.length === 0) return [];
  const [first] = next;
  const more = next.length > 1 ? ` and ${counted(next.length - 1, 'more step')}` : '';
  return [{ who: 'The product', text: `about to begin: ${first?.title}${more}`, since: null, ask: null, help: [] }];
};

/**
 * What a site's move waits for; the row of the person at the device is made by `device`, since it names the file.
 *
 * | status             | who                                                                      |
 * | ------------------ | ------------------------------------------------------------------------ |
 * | `awaitingApproval` | a person: approve, or resolve what blocks it                             |
 * | `failed`           | a person: mend, then go on or turn back; said so where its outage is over |
 * | `running`          | the person at the device, and each step that Azure is at                 |
 */
export const waitsOfMove = (
  site: string,
  state: Pick<SiteState, 'move' | 'paused'>,
  move: MoveView,
  outageOver: boolean,
  device: (since: string | null) => Wait,
  now: number,
): readonly Wait[] => {
  if (move.status === 'awaitingApproval') return [approval(site, move, now)];
  if (move.status === 'failed') return [failure(site, move, outageOver)];
  const confirm = deviceStepOfMove(state.move);
  return [...(confirm ? [device(confirm.startedAt)] : []), ...(state.paused ? [] : going(move, now))];
};
