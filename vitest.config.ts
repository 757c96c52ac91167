import { createHash, randomInt } from 'node:crypto'
import { relative } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Proofs that take long by nature: kills, transfers of a gigabyte, random walks, floods, relays that are lost and found again,
 * stores of every program before this one and each step of their migrations, whole examples, bundles as large as they may be and each lie of a city (one bundle of each
 * kind stays in `genuine.test.ts`), every operation of nodes at their most verbose (`node/edges/http/canary.test.ts` asks one) or cut off
 * after each of its commits (`node/kernel/store/acts.test.ts` has the mechanism), journeys of several people in browsers, the contract
 * of each kind of adapter but one (`adapters/rest/contract.test.ts`), the smoke of the one bench that needs a browser. `npm run test:long`.
 */
const LONG = [
  'adapters/{file-drop/{contract,sftp},front-table/contract,soap/contract}.test.ts',
  'node/city/work/approval/approval-model.test.ts',
  'test/faults/**/*.test.ts',
  'test/bench/smoke-console.test.ts',
  'node/{edges/cli/{keeping,trigger},kernel/store/migrations/past,spine/p2p/{lifecycle,throughput}}.test.ts',
  'test/hostile/**/*.test.ts',
  'test/console/journeys.test.ts',
  'test/e2e/{acts,adapter-certificates,api-description,canary,clone,example-shiyan,new-certificate,outside-adapter,sandbox,stories,three-nodes}.test.ts',
  'test/interop/{dishonest,foreign,forged,limits,matrix}.test.ts',
  'test/stores/{neighbours,old-stores,purge-remains}.test.ts',
  'examples/{adapters,approval-system,custom-adapter,remote-adapter}/*.test.ts',
  'test/console/{agreement,board,case,case-steps,counter,counter-day,desk,door,evidence,examiner-day,gallery,new,operation,pairing,partners,people,public-pages,services,single-sign-on}.test.ts',
  'test/console/{agreement-steps,approval,entry,long-list,parked-work}.test.ts',
]

/**
 * A process for each file: what changes its whole process (timers, `fetch`, streams, built-in objects, standard error) or weighs it
 * (memory, processor time).
 */
const APART = [
  'test/bench/**/*.test.ts',
  'node/edges/cli/{doctor,program}.test.ts',
  'node/city/notify/webhooks/post.test.ts',
  'node/kernel/telemetry/**/*.test.ts',
  'node/spine/p2p/{hostile,places}.test.ts',
  'node/{city/cases/mail/parcels,city/partners/federation/directories}.test.ts',
  '{protocol/service/compare,node/{city/records/evidence/bundle,spine/exchange/bad-input,city/catalogue/forms/forms,spine/materials/blob-store}}.test.ts',
  'adapters/{carrier/rest,rest/contract,rest/events,rest/{presets,rest,xml},soap/{soap,wsdl},sdk/http,sdk/patience}.test.ts',
  'protocol/federation/directory.test.ts',
]

/** Whole nodes, programs and sockets. They share processes of their own, for the pure ones need none of what nodes load. */
const NODES = [
  'examples/**/*.test.ts',
  'test/{console,e2e,interop,stores}/**/*.test.ts',
  'test/{supply-chain,tongban}.test.ts',
  'node/edges/cli/**/*.test.ts',
  'node/spine/p2p/{host,interop,network-faults,relay,work-budget}.test.ts',
  'node/{start,edges/http/server,city/notify/webhooks/webhooks}.test.ts',
]

/** What brings the whole run again: `template.ts` tells it before anything runs, and each process of the run has it. */
process.env.TONGBAN_TEST_SEED ||= String(randomInt(1_000_000))
const SEED = Number(process.env.TONGBAN_TEST_SEED)
if (!Number.isSafeInteger(SEED))
  throw new Error(`TONGBAN_TEST_SEED=${process.env.TONGBAN_TEST_SEED} is no whole number`)

/** One more than the two cores that a run is made for: a sixth of the time tests wait, for sockets, timers and what they started. */
const WORKERS = 3

/** Those apart and those of nodes begin, the longest first; the others follow in a random order, which the seed brings again. */
class Order extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      createHash('sha256')
        .update(`${SEED} ${relative(this.ctx.config.root, moduleId)}`)
        .digest('hex')
    const { true: shared = [], false: first = [] } = Object.groupBy(files, file =>
      String(file.project.name === 'shared'),
    )
    return [...(await super.sort(first)), ...shared.toSorted((a, b) => (place(a) < place(b) ? -1 : 1))]
  }
}

// vitest 4 and msw 2 are pinned: vitest 5's default pool crashes under Bun, and msw 3 does not intercept there.
export default defineConfig(({ mode }) => {
  const tests = {
    environment: 'node' as const,
    // The long proofs move gigabytes, which belong on a disk.
    globalSetup: [...(mode === 'long' ? [] : ['test/support/run-folder.ts']), 'test/support/template.ts'],
    setupFiles: 'test/support/equal-bytes.ts',
    // They end what hangs, and are no measure: a shared machine may be many times slower than the one at hand.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    maxWorkers: mode === 'long' ? 2 : WORKERS,
    // What is polled waits as long as a test may, too: a second is a measure of the machine.
    expect: { poll: { timeout: 60_000 } },
    // Bun loads the sources itself: vitest's own runner would transform and wrap a thousand modules for each process, and nothing here
    // is mocked by module.
    experimental: { viteModuleRunner: false, nodeLoader: false },
  }
  if (mode === 'long') return { test: { ...tests, include: LONG } }
  return {
    test: {
      maxWorkers: WORKERS,
      sequence: { sequencer: Order },
      projects: [
        { test: { ...tests, name: 'apart', include: APART, exclude: LONG } },
        { test: { ...tests, name: 'nodes', include: NODES, exclude: [...APART, ...LONG], isolate: false } },
        {
          test: {
            ...tests,
            name: 'shared',
            include: ['{protocol,certs,adapters,node,examples,test}/**/*.test.ts'],
            exclude: [...APART, ...NODES, ...LONG],
            isolate: false,
          },
        },
      ],
    },
  }
})
