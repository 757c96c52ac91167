import { createHash, randomInt } from 'node:crypto'
import { relative } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Proofs that take long by nature: kills, transfers of a gigabyte, random walks, floods, relays that are lost and found again,
 * stores of every program before this one, whole examples, bundles as large as they may be, every operation of two nodes at their most
 * verbose (`node/edges/http/canary.test.ts` asks one), benches of ten processes. `npm run test:long`.
 */
const LONG = [
  'test/faults/**/*.test.ts',
  'test/hostile/**/*.test.ts',
  'test/e2e/{canary,clone,example-shiyan,stories,three-nodes}.test.ts',
  'test/interop/{forged,limits,matrix}.test.ts',
  'test/stores/{neighbours,old-stores}.test.ts',
  'test/bench/smoke-long.test.ts',
]

/**
 * A process for each file: whole nodes, programs and sockets, and what changes its whole process (timers, `fetch`, streams,
 * built-in objects) or weighs it (memory, processor time). All others share two, in any order: what they load is loaded once.
 */
const APART = [
  'examples/**/*.test.ts',
  'test/{bench,e2e,interop,stores}/**/*.test.ts',
  'test/{supply-chain,tongban}.test.ts',
  'node/{edges/cli,kernel/telemetry,city/notify/webhooks}/**/*.test.ts',
  'node/spine/p2p/{host,hostile,interop,lifecycle,network-faults,places,relay,throughput,work-budget}.test.ts',
  'node/{start,edges/http/server,city/cases/mail/parcels,city/partners/federation/directories}.test.ts',
  '{protocol/service/compare,node/{city/records/evidence/bundle,spine/exchange/bad-input,city/catalogue/forms/forms,spine/materials/blob-store}}.test.ts',
  'adapters/{carrier/rest,rest/contract,rest/events,rest/rest,sdk/http,sdk/patience}.test.ts',
  'protocol/federation/directory.test.ts',
]

/** What brings the whole run again: `template.ts` tells it before anything runs, and each process of the run has it. */
process.env.TONGBAN_TEST_SEED ||= String(randomInt(1_000_000))
const SEED = Number(process.env.TONGBAN_TEST_SEED)
if (!Number.isSafeInteger(SEED))
  throw new Error(`TONGBAN_TEST_SEED=${process.env.TONGBAN_TEST_SEED} is no whole number`)

/** Those apart begin, the longest first; the others follow in a random order, which the seed brings again. */
class Order extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      createHash('sha256')
        .update(`${SEED} ${relative(this.ctx.config.root, moduleId)}`)
        .digest('hex')
    const { true: apart = [], false: shared = [] } = Object.groupBy(files, file =>
      String(file.project.name === 'apart'),
    )
    return [...(await super.sort(apart)), ...shared.toSorted((a, b) => (place(a) < place(b) ? -1 : 1))]
  }
}

// vitest 4 and msw 2 are pinned: vitest 5's default pool crashes under Bun, and msw 3 does not intercept there.
export default defineConfig(({ mode }) => {
  const tests = {
    environment: 'node' as const,
    globalSetup: 'test/support/template.ts',
    // They end what hangs, and are no measure: a shared machine may be many times slower than the one at hand.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
    // What is polled waits as long as a test may, too: a second is a measure of the machine.
    expect: { poll: { timeout: 60_000 } },
    // Bun loads the sources itself: vitest's own runner would transform and wrap a thousand modules for each process, and nothing here
    // is mocked by module.
    experimental: { viteModuleRunner: false, nodeLoader: false },
  }
  if (mode === 'long') return { test: { ...tests, include: LONG } }
  return {
    test: {
      maxWorkers: 2,
      sequence: { sequencer: Order },
      projects: [
        { test: { ...tests, name: 'apart', include: APART, exclude: LONG } },
        {
          test: {
            ...tests,
            ...{
              name: 'shared',
              include: ['{protocol,certs,adapters,node,examples,test}/**/*.test.ts'],
              exclude: [...APART, ...LONG],
            },
            isolate: false,
          },
        },
      ],
    },
  }
})
