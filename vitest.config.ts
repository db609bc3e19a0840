import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    testTimeout: 20_000,
    // Of the files that want the DNS test-bed one has it at a time: the others wait for it.
    hookTimeout: 180_000,
    // Chromium, unbound and nsd share the two cores with the tests: more workers only make everything late.
    maxWorkers: 2,
    // What runs together within a file waits for a daemon's own patience nearly all the time.
    maxConcurrency: 10,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/e2e/**'] } },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/build.ts'],
          // A command starts a browser, looks twice and may meet every deadline of its own on the way.
          testTimeout: 60_000,
        },
      },
    ],
  },
});
