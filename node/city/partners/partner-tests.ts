/**
 * Partner tests (合作城市测试): one action runs the whole way to a partner, hop by hop, with no agreement and no approval
 * system: connect, identity and clock, list, packet, material, receipt, evidence. Each hop has its time and, when it
 * failed, who must act. Bounded: one test of a partner at a time, a few in all, `testsPerHour` pings an hour.
 */

import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { EventLog } from '../../kernel/records/events.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Transaction } from '../../kernel/store/database.ts'
import { type Facts, freshHops, type HopName } from './hops.ts'
import { findPartner } from './records.ts'
import { createTestAnswers } from './test-answers.ts'
import { endTest, insertTest, type PartnerTest, runningTests, saveHops, testOf, testsOf } from './test-records.ts'
import { actorOf, createWalk, problemOf, type Run, TEST_LIMITS, type WalkParts } from './test-walk.ts'

export type PartnerTestsParts = WalkParts & {
  audit: Audit
  events: EventLog
  /** a test ended; for metrics */
  ended: (partner: string, failed: { hop: HopName; problem: Problem } | null) => void
}

export type PartnerTests = ReturnType<typeof createPartnerTests>

export function createPartnerTests(parts: PartnerTestsParts) {
  const { db, clock, audit, events, trust, lists, materials } = parts
  const running = new Map<string, { run: Run; done: Promise<void> }>()
  let stopped = false

  const answers = createTestAnswers({
    ...parts,
    fetchTest: (partner, material) => materials.fetchTest(partner, material),
    listVersion: async city => (await lists.held(city))?.version ?? null,
    moved(thread, refused) {
      for (const { run } of running.values()) {
        if (run.thread !== thread) continue
        run.refused = refused ?? run.refused
        run.look()
      }
    },
  })

  const walk = createWalk({ ...parts, stopped: () => stopped })

  async function save(run: Run, work?: (tx: Transaction) => Promise<void>): Promise<void> {
    await db.transaction(async tx => {
      await saveHops(tx, run.no, run.hops)
      await work?.(tx)
      await events.append(tx, { type: 'test.changed', subject: run.partner })
    })
  }

  /** Runs one hop; false when it failed. */
  async function step(run: Run, name: HopName, work: () => Promise<Facts>): Promise<boolean> {
    const hop = run.hops.find(entry => entry.hop === name)
    if (hop === undefined) return false
    hop.state = 'running'
    await save(run)
    const begun = clock.now()
    try {
      hop.facts = await work()
      hop.state = 'ok'
    } catch (error) {
      hop.state = 'failed'
      hop.problem = problemOf(error)
      hop.act = actorOf(error, hop.problem)
      if (hop.problem.code === 'internal') parts.failed(run.partner, error)
    }
    hop.ms = clock.now() - begun
    await save(run)
    return hop.state === 'ok'
  }

  async function finish(run: Run): Promise<void> {
    if (run.material !== null) await materials.drop(run.material)
    const failed = run.hops.find(hop => hop.state === 'failed')
    for (const hop of run.hops) if (hop.state === 'waiting' || hop.state === 'running') hop.state = 'skipped'
    await save(run, tx => endTest(tx, run.thread, failed === undefined ? 'passed' : 'failed', clock.now()))
    const problem = failed?.problem ?? null
    parts.ended(run.partner, failed === undefined || problem === null ? null : { hop: failed.hop, problem })
  }

  return {
    handler: answers.handler,

    /** Begins a test; it goes on by itself. Problems: `partner.unknown`, `partner.inactive`, `request.conflict`, `request.rate`. */
    async begin(partner: string, actor: string): Promise<PartnerTest> {
      if ((await findPartner(db, partner)) === undefined) throw new ProblemError('partner.unknown')
      if (!trust.partners().includes(partner)) {
        const problem = trust.problemOf(partner)
        throw new ProblemError(problem?.code ?? 'partner.inactive', problem?.detail)
      }
      if (running.has(partner)) throw new ProblemError('request.conflict', 'a test of this partner is running')
      if (running.size >= TEST_LIMITS.atOnce) throw new ProblemError('request.rate', `${TEST_LIMITS.atOnce} tests run`)
      const run: Run = {
        no: 0,
        partner,
        thread: parts.threadId(),
        hops: freshHops(),
        refused: null,
        material: null,
        look: () => {},
      }
      const entry = { run, done: Promise.resolve() }
      running.set(partner, entry)
      try {
        await db.transaction(async tx => {
          const begun = { ...run, direction: 'out' as const, begunAt: clock.now(), pingedAt: null }
          run.no = await insertTest(tx, begun)
          await act(tx)
          await audit.append(tx, { actor, action: 'partner.tested', subject: partner, detail: { test: run.no } })
          await events.append(tx, { type: 'test.changed', subject: partner })
        })
      } catch (error) {
        running.delete(partner)
        throw error
      }
      entry.done = walk(run, (name, work) => step(run, name, work))
        .finally(() => finish(run))
        .catch(error => parts.failed(partner, error))
        .finally(() => running.delete(partner))
      return this.get(partner, run.no)
    },

    /** One test. Problem: `request.not-found`. */
    async get(partner: string, no: number): Promise<PartnerTest> {
      const test = await testOf(db, partner, no)
      if (test === null) throw new ProblemError('request.not-found', 'no such test')
      return test
    },

    /** The last tests of a partner, begun here and begun there, the newest first. */
    list: (partner: string): Promise<PartnerTest[]> => testsOf(db, partner),

    /** Something came of the partner: hops that wait look at once. */
    heard: (partner: string): void => running.get(partner)?.run.look(),

    async start(): Promise<void> {
      for (const test of await runningTests(db)) {
        if (test.direction === 'in') continue
        if (test.material !== null) await materials.drop(test.material)
        const hops = test.hops.map(hop => ({ ...hop, state: hop.state === 'ok' ? hop.state : ('skipped' as const) }))
        await db.transaction(async tx => {
          await saveHops(tx, test.no, hops)
          await endTest(tx, test.thread, 'failed', clock.now())
        })
      }
      await answers.start()
    },

    async stop(): Promise<void> {
      stopped = true
      for (const { run } of running.values()) run.look()
      await Promise.allSettled([...running.values()].map(({ done }) => done))
      await answers.stop()
    },
  }
}
