import { defineConfig } from 'vitest/config'

// vitest 4 and msw 2 are pinned: vitest 5's default pool crashes under Bun, and msw 3 does not intercept there.
export default defineConfig({
  test: {
    include: ['{protocol,certs,adapters,node,examples,test}/**/*.test.ts'],
    environment: 'node',
    // They end what hangs, and are no measure: a shared machine may be many times slower than the one at hand.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
  },
})
