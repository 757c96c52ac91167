/** The way of a partner test: what each hop does, and when it fails. */
import * as jose from 'jose'
import { readPlain } from '../../../certs/index.ts'
import type { Hello } from '../../../protocol/exchange/frames.ts'
import type { DelegationClaims } from '../../../protocol/keys/delegation.ts'
import { LIMITS } from '../../../protocol/limits.ts'
import { verifyReceipt } from '../../../protocol/packet/receipt.ts'
import { foldTest, type TestBody } from '../../../protocol/partner-test/thread.ts'
import { type Commitment, fromHex } from '../../../protocol/primitives.ts'
import { type Actor, type Problem, ProblemError, type Result } from '../../../protocol/problem.ts'
import type { Exchange } from '../../spine/exchange/exchange.ts'
import type { StoredPacket, Trust } from '../../spine/exchange/ports.ts'
import type { Evidence } from '../records/evidence/evidence.ts'
import { actorOn, clockProblem, type Facts, type Hop, type HopName } from './hops.ts'
import type { AnswersParts } from './test-answers.ts'

const DAY = 86_400_000

export const TEST_LIMITS = {
  /** tests that run at a time, over all partners */
  atOnce: 4,
  /** ms for connecting, for a hello, for a list, and for a receipt, each */
  hop: 20_000,
  /** ms for the partner to fetch the material and answer */
  material: 120_000,
} as const
/** ms after which a waiting hop looks again, besides whenever something happened. */
const LOOK = 250

export type WalkParts = Omit<AnswersParts, 'listVersion' | 'moved' | 'fetchTest'> & {
  trust: Trust
  exchange: () => Pick<Exchange, 'probe' | 'wake' | 'status'>
  roundTrip: (code: string) => Promise<number | null>
  lists: {
    /** verifies a signed head */
    checkHead(city: string, jws: string): Promise<Result<{ version: number; root: string }>>
    /** the newest one that is held here */
    held(city: string): Promise<{ version: number; root: string } | null>
    /** why the newest one could not be taken */
    problem(city: string): Problem | null
  }
  materials: {
    keepTest(bytes: Uint8Array): Promise<Commitment>
    drop(sha256: string): Promise<void>
    fetchTest(partner: string, material: Commitment): Promise<void>
  }
  evidence: Pick<Evidence, 'checkTest'>
  clocks: {
    /** how far each partner's clock is ahead, ms, as last seen */
    seen(): ReadonlyMap<string, number>
    /** takes a new measurement */
    note(partner: string, ahead: number): void
  }
  calendars: { differences(city: string): Promise<{ region: string; year: number }[]> }
  threadId: () => string
  randomBytes: (n: number) => Uint8Array
}

/** A problem that the partner found with this node. */
class FoundByPartner extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.code)
    this.problem = problem
  }
}

/** No partner can be reached: the network of this node is the cause. */
class CutOff extends ProblemError {
  constructor({ code, detail }: Problem) {
    super(code, [detail, 'no other partner is connected either'].filter(part => part !== undefined).join('; '))
  }
}

export type Run = {
  no: number
  partner: string
  thread: string
  hops: Hop[]
  /** why the partner refused the ping */
  refused: Problem | null
  /** hash of the material that is kept for it */
  material: string | null
  /** lets a hop that waits look again */
  look: () => void
}

/** Walks the hops of a test in their order until one fails. */
export function createWalk(parts: WalkParts & { stopped: () => boolean }) {
  const { db, clock, identity, trust, lists, materials } = parts

  /** Waits until `check` gives something. Throws what it throws, and `exchange.timeout` after `ms`. */
  async function until<T>(run: Run, ms: number, what: string, check: () => Promise<T | null>): Promise<T> {
    const end = clock.now() + ms
    for (;;) {
      if (parts.stopped()) throw new ProblemError('internal', 'the node stops')
      const looked = new Promise<void>(resolve => {
        run.look = resolve
      })
      const found = await check()
      if (found !== null) return found
      if (clock.now() >= end) throw new ProblemError('exchange.timeout', what)
      const cancel = clock.after(LOOK, run.look)
      await looked
      cancel()
    }
  }

  /** Within the limit, or the problem of a clock. */
  function checkClock(partner: string): void {
    const seen = parts.clocks.seen()
    const others = [...seen].filter(([code]) => code !== partner).map(([, ahead]) => ahead)
    const problem = clockProblem(seen.get(partner) ?? 0, others, LIMITS.clockSkewSeconds * 1000)
    if (problem !== null) throw new ProblemError(problem.code, problem.detail)
  }

  /** When no other partner is connected either, it is this node that is cut off. Throws. */
  function blame(partner: string, error: unknown): never {
    const others = trust.partners().filter(code => code !== partner)
    const alone = others.length > 0 && others.every(code => parts.exchange().status(code)?.connected !== true)
    if (alone && error instanceof ProblemError) throw new CutOff(error.problem)
    throw error
  }

  async function identify(partner: string, greet: () => Promise<Hello>): Promise<{ hello: Hello; facts: Facts }> {
    let hello: Hello
    try {
      hello = await greet()
    } catch (error) {
      // A clock that is off makes certificates and keys look invalid: it is the cause then.
      checkClock(partner)
      throw error
    }
    checkClock(partner)
    const read = readPlain(hello.identity.certificates[0] ?? '')
    if (!read.ok) throw new ProblemError(read.problem.code, read.problem.detail)
    const until = hello.identity.delegations.map(jws => (jose.decodeJwt(jws) as unknown as DelegationClaims).exp)
    const days = (end: number) => Math.floor((end - clock.now()) / DAY)
    // Told, not failed: packets go through all the same, and the reminders say who must act.
    const tables = await parts.calendars.differences(partner)
    const facts = {
      software: hello.software,
      calendarDiffers: tables.length === 0 ? null : tables.map(({ region, year }) => `${region} ${year}`).join(', '),
      clockAheadMs: Math.round(parts.clocks.seen().get(partner) ?? 0),
      certificateDays: days(read.certificate.notAfter),
      delegationDays: days(Math.max(0, ...until) * 1000),
    }
    return { hello, facts }
  }

  async function checkList(run: Run, head: string | null, before: Problem | null): Promise<Facts> {
    if (head === null) return { version: null }
    const verified = await lists.checkHead(run.partner, head)
    if (!verified.ok) throw new ProblemError(verified.problem.code, verified.problem.detail)
    const { version, root } = verified
    await until(run, TEST_LIMITS.hop, 'list', async () => {
      const held = await lists.held(run.partner)
      if (held?.version === version && held.root === root) return true
      const problem = lists.problem(run.partner)
      if (problem !== null && problem !== before) throw new ProblemError(problem.code, problem.detail)
      return null
    })
    return { version }
  }

  async function threadOf(run: Run): Promise<{ no: number; packets: StoredPacket[] }> {
    const row = await parts.packets().thread(db, run.thread)
    return row === null ? { no: 0, packets: [] } : { no: row.no, packets: await parts.packets().packets(db, row.no) }
  }

  async function ping(run: Run): Promise<Facts> {
    const material = await materials.keepTest(parts.randomBytes(LIMITS.testMaterialBytes))
    run.material = material.sha256
    await db.transaction(tx =>
      tx.run('UPDATE partner_tests SET material = ? WHERE no = ?', [fromHex(material.sha256), run.no]),
    )
    const target = { thread: run.thread, partner: run.partner }
    await parts.author().write(target, [{ kind: 'test.ping', content: { at: clock.now() }, materials: [material] }])
    await until(run, TEST_LIMITS.hop, 'receipt', async () => {
      if (run.refused !== null) throw new FoundByPartner(run.refused)
      const { packets } = await threadOf(run)
      return packets.some(packet => packet.direction === 'out' && packet.status === 'stored') ? true : null
    })
    return {}
  }

  async function awaitPong(run: Run): Promise<Facts> {
    const { sent, pong } = await until(run, TEST_LIMITS.material, 'the answer', async () => {
      const { packets } = await threadOf(run)
      const sent = packets.find(packet => packet.claims.kind === 'test.ping')
      const pong = foldTest(packets)?.pong ?? null
      return pong === null || sent === undefined ? null : { sent, pong }
    })
    noteClock(run.partner, sent, pong)
    const [material] = sent.claims.materials
    const got = pong.material
    if (got === null || material === undefined) throw new ProblemError('material.missing', 'the answer names none')
    if ('problem' in got)
      throw new FoundByPartner({ code: got.problem, ...(got.detail === undefined ? {} : { detail: got.detail }) })
    if (got.sha256 !== material.sha256 || got.size !== material.size) throw new ProblemError('material.hash')
    return { bytes: got.size, fetchedMs: got.ms, ownListThere: pong.list }
  }

  /** As RFC 5905 §8: what the two ways took falls out when they took the same. */
  function noteClock(partner: string, sent: StoredPacket, pong: TestBody<'test.pong'>): void {
    const { at } = sent.body as TestBody<'test.ping'>
    parts.clocks.note(partner, (pong.receivedAt - at + (pong.answeredAt - clock.now())) / 2)
  }

  async function checkReceipt(run: Run): Promise<Facts> {
    const { no, packets } = await threadOf(run)
    const sent = packets.find(packet => packet.claims.kind === 'test.ping')
    for (const jws of await parts.packets().threadReceipts(db, no)) {
      const verified = await verifyReceipt(jws, {
        resolveKey: kid => trust.key(kid),
        issuer: run.partner,
        audience: identity.city,
      })
      // Others are this city's own, for the answer.
      if (!verified.ok) continue
      const item = verified.claims.items.find(({ id }) => id === sent?.id)
      if (item?.status === 'stored') return { signedAt: new Date(verified.claims.iat * 1000).toISOString() }
    }
    throw new ProblemError('receipt.malformed', 'no receipt that verifies covers the packet')
  }

  async function checkEvidence(run: Run): Promise<Facts> {
    // Of a certificate that was renewed over the same key, the former ones too.
    const trusted = await db.query<{ fingerprint: string }>(
      'SELECT fingerprint FROM certificates WHERE city IN (?, ?) AND trusted_at > 0',
      [identity.city, run.partner],
    )
    const known = trusted.map(({ fingerprint }) => fingerprint)
    const report = await parts.evidence.checkTest(run.thread, known)
    const finding = report.findings.find(({ level }) => level === 'error')
    if (!report.ok) throw new ProblemError('evidence.invalid', [finding?.file, finding?.en].filter(Boolean).join(': '))
    return { packets: report.packets, receipts: report.receipts }
  }

  return async function walk(
    run: Run,
    step: (name: HopName, work: () => Promise<Facts>) => Promise<boolean>,
  ): Promise<void> {
    const { partner } = run
    const exchange = parts.exchange()
    const before = lists.problem(partner)
    let probe: Awaited<ReturnType<typeof exchange.probe>> | undefined
    let hello: Hello | undefined
    try {
      const hops: [HopName, () => Promise<Facts>][] = [
        [
          'connect',
          async () => {
            probe = await exchange.probe(partner, TEST_LIMITS.hop).catch(error => blame(partner, error))
            return { roundTripMs: await parts.roundTrip(partner) }
          },
        ],
        [
          'identity',
          async () => {
            const found = await identify(partner, () => probe?.greet() ?? Promise.reject(new Error('no probe')))
            hello = found.hello
            // What waits for the partner's next try goes now.
            exchange.wake(partner)
            return found.facts
          },
        ],
        ['list', () => checkList(run, hello?.list ?? null, before)],
        ['packet', () => ping(run)],
        ['material', () => awaitPong(run)],
        ['receipt', () => checkReceipt(run)],
        ['evidence', () => checkEvidence(run)],
      ]
      for (const [name, work] of hops) if (!(await step(name, work))) break
    } finally {
      probe?.close()
    }
  }
}

export const problemOf = (error: unknown): Problem =>
  error instanceof ProblemError || error instanceof FoundByPartner ? error.problem : { code: 'internal' }

export function actorOf(error: unknown, problem: Problem): Actor {
  // Own evidence that does not verify is no matter of who asked for it.
  if (problem.code === 'evidence.invalid' || error instanceof CutOff) return 'operator'
  return actorOn(problem, error instanceof FoundByPartner ? 'partner' : 'here')
}
