import { expect } from 'vitest';
import { siteTag } from '../../shared/plan/move/moveTags.ts';
import type { Move } from '../../shared/record/move.ts';
import type { ArmOptions } from '../../simulator/arm/server.ts';
import type { Journey, Stage } from './journey.ts';
import { loadDevice, settledAtHome, targetOf, untilDevice } from './moves.ts';

/** For journeys that are about what goes wrong, not about how long Azure takes. */
export const quickMoves: Pick<ArmOptions, 'durations'> = {
  durations: {
    virtualNetworkGateways: { create: 90, delete: 30 },
    azureFirewalls: { create: 60, update: 25, delete: 30 },
    vpnProfiles: { create: 10 },
  },
};

export const moveOf = async (journey: Journey): Promise<Move> => {
  const { move, attention } = await journey.state();
  if (!move) throw new Error(`there is no move; attention: ${JSON.stringify(attention)}`);
  return move;
};

export const stepOf = async (journey: Journey, id: string) =>
  (await moveOf(journey)).steps.find((step) => step.id === id);

/** A person's planned move, approved: nothing of it has been done yet. */
export const plannedMove = async (journey: Journey): Promise<string> => {
  await settledAtHome(journey);
  const { digest } = (await journey.word({ action: 'move' })) as { digest: string };
  await journey.word({ action: 'apply', digest });
  return digest;
};

/** The device gets profile and file; the gateway sees it, and the move is over. */
export const finishAtDevice = async (stage: Stage, journey: Journey): Promise<void> => {
  await untilDevice(journey);
  const { move } = await journey.state();
  expect(move, JSON.stringify(move?.trouble ?? null)).toMatchObject({ status: 'running', trouble: null });
  await loadDevice(stage, journey, (await targetOf(journey)).ids.gateway);
  await journey.work(400);
};

/** The timer's message, not worked off: a move that begins with it may wait for the device for ever. */
export const sweepIsDue = ({ ports }: Journey): Promise<void> =>
  ports.messages.send({
    kind: 'look',
    because: 'the timer',
    subscriptionIds: null,
    arrivedAt: ports.clock.now(),
    sweep: true,
  });

type Kept = Readonly<Record<string, unknown>>;

/** A rule collection group has no tags: it is its policy's. */
const tagsOf = (stage: Stage, id: string): Record<string, unknown> | undefined =>
  stage.arm.read(id.replace(/\/ruleCollectionGroups\/[^/]+$/i, ''))?.['tags'] as Record<string, unknown> | undefined;

/** Every resource of the subscription, byte for byte, but those that carry the site's tag. */
export const notOurs = (stage: Stage, journey: Journey): Kept =>
  Object.fromEntries(
    stage.arm
      .ids()
      .filter((id) => id.toLowerCase().includes(journey.subscriptionId.toLowerCase()))
      .filter((id) => tagsOf(stage, id)?.[siteTag] !== journey.site)
      .map((id) => [id, JSON.stringify(stage.arm.read(id))]),
  );

/** Ids of what the move made. */
export const ours = (stage: Stage, journey: Journey): string[] => {
  const others = notOurs(stage, journey);
  return stage.arm
    .ids()
    .filter((id) => id.toLowerCase().includes(journey.subscriptionId.toLowerCase()) && !(id in others));
};

/** How often a resource was written since the last `mark`. */
export const writesTo = (journey: Journey, id: string, method = 'PUT'): number =>
  journey
    .exchanges()
    .filter(
      (sent) => sent.method === method && new URL(sent.url, 'https://arm').pathname.toLowerCase() === id.toLowerCase(),
    ).length;

/** Works until the move stands still with this trouble. */
export const untilFailed = async (journey: Journey, step: string): Promise<Move> => {
  await journey.work(600);
  const move = await moveOf(journey);
  expect(move.trouble, JSON.stringify(move.steps.filter(({ status }) => status !== 'done'))).toMatchObject({ step });
  expect(move.status).toBe('failed');
  return move;
};
