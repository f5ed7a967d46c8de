import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The long ones first, so that none of them is left for one core at the end. */
const weight = ({ moduleId }: TestSpecification): number =>
  [/\/journey-/, /\/doors-/].findIndex((name) => name.test(moduleId)) >>> 0;

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => weight(a) - weight(b));
  }
}

/** Rooms that decide and touch nothing: their tests can share a process, which saves most of their time. */
const pure = ['apply', 'base', 'events', 'plan', 'ranges', 'record', 'scope', 'verify'].map(
  (room) => `test/${room}*.test.ts`,
);

/** Whole stories over real storage, which take minutes together: `npm run test:long`. The others tell the shorter ones. */
const long = [
  'chaos',
  'demo',
  'journey-azure*',
  'journey-bad*',
  'journey-copies',
  'journey-events',
  'journey-events-aside',
  'journey-firewall-policy',
  'journey-move*',
  'journey-pause',
  'journey-policy*',
  'journey-reopened',
  'journey-in-vain',
  'journey-retries',
  'journey-tag-sources',
  'journey-watch',
  'simulator-arm-conformance',
].map((name) => `test/${name}.test.ts`);

export default defineConfig({
  test: {
    // Looks through every line that a test prints for secrets.
    setupFiles: ['test/support/noSecrets.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A second, the default, is short for storage on a busy machine; what is polled for comes or never does.
    expect: { poll: { timeout: 10_000 } },
    sequence: { sequencer: LongFirst },
    pool: 'forks',
    // The default leaves one core idle; on two that is half of them.
    maxWorkers: '100%',
    projects: [
      { extends: true, test: { name: 'world', include: ['test/**/*.test.ts'], exclude: [...pure, ...long] } },
      { extends: true, test: { name: 'long', include: long } },
      { extends: true, test: { name: 'pure', include: pure, isolate: false } },
    ],
  },
});
