import { defineConfig } from 'vitest/config'

// vitest 4 and msw 2 are pinned: vitest 5's default pool crashes under Bun, and msw 3 does not intercept there.
export default defineConfig({
  test: {
    include: ['{protocol,certs,adapters,node,examples,test}/**/*.test.ts'],
    environment: 'node',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
})
