import { describe, expect, it } from 'vitest';
import { deleteStep, putStep } from '../shared/moveBuild.ts';
import type { MoveWork, StepInHand } from '../shared/moveWork.ts';
import { siteTag } from '../shared/plan/move/moveTags.ts';

const id = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworkGateways/vngw';
const began = Date.parse('2026-03-01T00:00:00Z');

/** A gateway of ours that has been updated for so many minutes; what would be written into the state is kept. */
const updatingFor = (minutes: number): { work: MoveWork; step: StepInHand; changes: unknown[] } => {
  const since = { startedAt: new Date(began - 7_200_000).toISOString(), operationSince: new Date(began).toISOString() };
  const record = { id: 'gateway', status: 'pending', ...since, tries: 3, writes: 1 };
  const gateway = { id, tags: { [siteTag]: 'rig' }, properties: { provisioningState: 'Updating' } };
  const changes: unknown[] = [];
  const work = {
    id: 'm',
    site: { id: 'rig' },
    ports: { clock: { now: () => began + minutes * 60_000 } },
    azure: { resources: { find: async () => gateway } },
    session: {
      commit: async (change: (state: unknown) => unknown) => {
        changes.push(change({ move: { id: 'm', steps: [record] } }));
      },
    },
  };
  const planned = { id: 'gateway', title: 'Create the VPN gateway', resource: id, body: {}, estimateMinutes: 45 };
  return { work: work as unknown as MoveWork, step: { planned, record } as unknown as StepInHand, changes };
};

describe.each([
  ['put', putStep],
  ['delete', deleteStep],
])('a %s of a gateway that Azure is still updating', (_, take) => {
  it('looks again while there is time', async () => {
    const { work, step, changes } = updatingFor(119);
    await take(work, step);
    expect(changes).toMatchObject([{ move: { steps: [{ status: 'pending', why: 'Azure is still at work on it' }] } }]);
  });

  it('is left to a person after its deadline', async () => {
    const { work, step, changes } = updatingFor(121);
    await expect(take(work, step)).rejects.toMatchObject({
      message: 'Azure is still at work after 121 minutes (Create the VPN gateway).',
      remedy: expect.stringMatching(/move retry.*move cancel/),
    });
    expect(changes).toEqual([]);
  });
});
