import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outage, type PlanJson, usual } from './cliPlanData.ts';
import { type Folder, newFolder, run } from './cliRun.ts';

let folder: Folder;
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => folder.remove());

const reasonsAt = async (now: string | null): Promise<PlanJson['decision']> => {
  const words = [...usual(folder), '--event', folder.write('event.json', outage())];
  const { out } = await run(['plan', ...words, ...(now === null ? [] : ['--now', now]), '--json'], {
    cwd: folder.path,
  });
  return (JSON.parse(out) as PlanJson).decision;
};

describe('an event that is later than the time planned at', () => {
  it('counts all the same, and the plan says that it is later', async () => {
    const { mode, reasons } = await reasonsAt('2020-01-01T00:00Z');
    expect(mode).toBe('serviceFailover');
    expect(reasons.join()).toMatch(
      /An event is of 20\d\d-.*Z, after the time planned at \(2020-01-01T00:00Z\): counted all the same/,
    );
  });

  it('is not spoken of where no event is', async () => {
    expect((await reasonsAt(null)).reasons.join()).not.toContain('after the time planned at');
  });
});
