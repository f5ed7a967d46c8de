import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Looks through every line that a test prints for secrets.
    setupFiles: ['test/support/noSecrets.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A second, the default, is short for storage on a busy machine; what is polled for comes or never does.
    expect: { poll: { timeout: 10_000 } },
    pool: 'forks',
    // The default leaves one core idle; on two that is half of them.
    maxWorkers: '100%',
  },
});
