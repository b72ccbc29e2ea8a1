// How the suites run: two workers, thirty seconds a test, the project's own matchers everywhere.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.{ts,tsx}'],
    setupFiles: ['tests/support/matchers.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    maxWorkers: 2,
    allowOnly: process.env.REQUIRE_ALL !== '1',
  },
});
