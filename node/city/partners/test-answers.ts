/** The answering side of partner tests, and what the thread of a test does to the store on both sides. */
import { LIMITS } from '../../../protocol/limits.ts'
import {
  admitTest,
  foldTest,
  judgeTestBody,
  openTestBody,
  type TestBody,
} from '../../../protocol/partner-test/thread.ts'
import { type Commitment, fromHex } from '../../../protocol/primitives.ts'
import { type Problem, ProblemError, refuse } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Database } from '../../kernel/store/database.ts'
import type { PacketStore } from '../../spine/exchange/packet-store.ts'
import type { Author, OwnIdentity, ThreadHandler } from '../../spine/exchange/ports.ts'
import { endTest, insertTest, pingsSince, runningTests } from './test-records.ts'

const HOUR = 3_600_000

export type AnswersParts = {
  db: Database
  clock: Clock
  identity: OwnIdentity
  author: () => Author
  packets: () => PacketStore
  fetchTest: (partner: string, material: Commitment) => Promise<void>
  /** version of a city's list held here */
  listVersion: (city: string) => Promise<number | null>
  /** a packet of an own test was stored, or one was refused by the partner */
  moved: (thread: string, refused: Problem | null) => void
  failed: (partner: string, error: unknown) => void
}

/** Tests answered at a time, over all partners; one at a time for each. */
export const ANSWERS = 4

type Ping = { partner: string; thread: string; receivedAt: number }

export function createTestAnswers(parts: AnswersParts) {
  const { db, clock, identity } = parts
  const waiting: Ping[] = []
  const running = new Map<string, Promise<void>>()
  let stopped = false

  /** Begins what may run now. */
  function next(): void {
    for (const ping of [...waiting]) {
      if (stopped || running.size >= ANSWERS) return
      if (running.has(ping.partner)) continue
      waiting.splice(waiting.indexOf(ping), 1)
      const work = answer(ping)
        .catch(error => {
          parts.failed(ping.partner, error)
          return db.transaction(tx => endTest(tx, ping.thread, 'failed', clock.now())).catch(() => {})
        })
        .finally(() => {
          running.delete(ping.partner)
          next()
        })
      running.set(ping.partner, work)
    }
  }

  async function fetched(partner: string, material: Commitment): Promise<TestBody<'test.pong'>['material']> {
    const begun = clock.now()
    try {
      await parts.fetchTest(partner, material)
      return { sha256: material.sha256, size: material.size, ms: clock.now() - begun }
    } catch (error) {
      const { code, detail }: Problem = error instanceof ProblemError ? error.problem : { code: 'internal' }
      return { problem: code, ...(detail === undefined ? {} : { detail: detail.slice(0, 500).toWellFormed() }) }
    }
  }

  async function answer({ partner, thread, receivedAt }: Ping): Promise<void> {
    const row = await parts.packets().thread(db, thread)
    const packets = row === null ? [] : await parts.packets().packets(db, row.no)
    const ping = packets.find(packet => packet.claims.kind === 'test.ping')
    // After a restore the answer may be here already: the partner gave it back.
    if (ping === undefined || foldTest(packets)?.state === 'answered') {
      await db.transaction(tx => endTest(tx, thread, ping === undefined ? 'failed' : 'passed', clock.now()))
      return
    }
    const [named] = ping.claims.materials
    const material = named === undefined ? null : await fetched(partner, named)
    const content = { receivedAt, answeredAt: clock.now(), list: await parts.listVersion(partner), material }
    await parts.author().write({ thread, partner }, [{ kind: 'test.pong', content }])
  }

  const handler: ThreadHandler = {
    type: 'test',
    openBody: openTestBody,
    judgeBody: judgeTestBody,
    async admit(store, packets, candidate) {
      const admitted = admitTest(packets, candidate)
      if (!admitted.ok) return admitted
      const { kind, iss, aud } = candidate.claims
      if (kind !== 'test.ping') return { ok: true }
      const [partner, direction] = iss === identity.city ? ([aud, 'out'] as const) : ([iss, 'in'] as const)
      const begun = await pingsSince(store, partner, direction, clock.now() - HOUR)
      return begun < LIMITS.testsPerHour ? { ok: true } : refuse('request.rate', `${LIMITS.testsPerHour} tests an hour`)
    },
    async apply(tx, { thread, partner, packet, packets, at }) {
      if (packet === null) return
      const own = packet.direction === 'out'
      if (packet.claims.kind === 'test.ping') {
        if (own) {
          await tx.run('UPDATE partner_tests SET pinged_at = ? WHERE thread = ?', [at, fromHex(thread)])
          return
        }
        await insertTest(tx, { partner, direction: 'in', thread, hops: [], begunAt: at, pingedAt: at })
        tx.afterCommit(() => {
          waiting.push({ partner, thread, receivedAt: at })
          next()
        })
        return
      }
      const pong = foldTest(packets)?.pong
      const passed = pong?.material === null || (pong?.material !== undefined && 'sha256' in pong.material)
      if (own) await endTest(tx, thread, passed ? 'passed' : 'failed', at)
      else tx.afterCommit(() => parts.moved(thread, null))
    },
    async refused(tx, { thread, at }, kind, problem) {
      if (kind === 'test.pong') await endTest(tx, thread, 'failed', at)
      tx.afterCommit(() => parts.moved(thread, problem))
    },

    async unwritten(tx, { thread, at }, problem, taken) {
      if (taken.claims.kind === 'test.pong') await endTest(tx, thread, 'failed', at)
      tx.afterCommit(() => parts.moved(thread, problem))
    },
  }

  return {
    handler,

    /** Goes on with tests that were not answered when the node ended; those of long ago wait for nobody any more. */
    async start(): Promise<void> {
      for (const test of await runningTests(db)) {
        if (test.direction === 'out') continue
        if (test.begunAt < clock.now() - HOUR) {
          await db.transaction(tx => endTest(tx, test.thread, 'failed', clock.now()))
          continue
        }
        waiting.push({ partner: test.partner, thread: test.thread, receivedAt: test.begunAt })
      }
      next()
    },

    async stop(): Promise<void> {
      stopped = true
      await Promise.allSettled(running.values())
    },
  }
}
