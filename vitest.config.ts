import { defineConfig } from 'vitest/config'

/** Proofs that take long by nature: kills, transfers of a gigabyte, random walks, floods, whole examples. `npm run test:long`. */
const LONG = [
  'test/faults/**/*.test.ts',
  'test/hostile/**/*.test.ts',
  'test/e2e/{example-shiyan,stories}.test.ts',
  'test/interop/{forged,matrix}.test.ts',
  'test/bench/smoke-long.test.ts',
]

// vitest 4 and msw 2 are pinned: vitest 5's default pool crashes under Bun, and msw 3 does not intercept there.
export default defineConfig(({ mode }) => ({
  test: {
    include: mode === 'long' ? LONG : ['{protocol,certs,adapters,node,examples,test}/**/*.test.ts'],
    exclude: mode === 'long' ? [] : LONG,
    environment: 'node',
    globalSetup: 'test/support/template.ts',
    // They end what hangs, and are no measure: a shared machine may be many times slower than the one at hand.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
  },
}))
