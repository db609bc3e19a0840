import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // Chromium, unbound and nsd share the two cores with the tests: more workers only make everything late.
    maxWorkers: 2,
  },
});
