/**
 * Agreements between many (多方协议) at the city that proposed them: it alone has a thread with every party, so it tells each of all
 * signatures, passes on what any of them says of itself or of a text, and takes a text back that can no longer be signed by all.
 * What it has told stands in the threads, so that nothing is told twice and a restart goes on where it stopped. SPEC.md §7.4.
 */
import { dayOf } from '../../../protocol/agreement/document.ts'
import type { AgreementBody, AgreementKind } from '../../../protocol/agreement/kinds.ts'
import type { SignedNotice } from '../../../protocol/agreement/notice.ts'
import { permitsAgreement } from '../../../protocol/agreement/permit.ts'
import type { AgreementSignature } from '../../../protocol/agreement/signature.ts'
import { type AgreementState, boundBy, leavesOn, unsettled } from '../../../protocol/agreement/state.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { type Clock, seconds } from '../../kernel/clock.ts'
import { createSerial } from '../../kernel/serial.ts'
import type { Database } from '../../kernel/store/database.ts'
import type { Draft } from '../../spine/exchange/ports.ts'
import type { CertificateOf } from './certificates.ts'
import type { AgreementRecords, AgreementRow } from './records.ts'
import { kidOf } from './told.ts'

type Thread = { row: AgreementRow; state: AgreementState }
type AllianceDraft = Draft & { kind: AgreementKind }

export type Alliances = ReturnType<typeof createAlliances>

export function createAlliances(parts: {
  db: Database
  own: string
  records: AgreementRecords
  certificateOf: CertificateOf
  clock: Clock
  send: (threads: readonly AgreementRow[], draft: AllianceDraft, by: { actor: string }) => Promise<unknown>
  /** told of a failure in the background */
  failed: (error: unknown) => void
}) {
  const { db, own, records } = parts
  const inTurn = createSerial()
  const now = () => seconds(parts.clock.now())

  /** The threads of an own proposal, one with each other party. */
  async function threadsOf(root: string): Promise<Thread[]> {
    const found: Thread[] = []
    for (const row of await records.ofRoot(db, root, own)) {
      const state = await records.state(db, row.no)
      if (state !== null) found.push({ row, state })
    }
    return found
  }

  const may = (kind: AgreementKind, { state }: Thread, content: unknown): boolean =>
    permitsAgreement(state, kind, own, content, now()) === null

  async function send(threads: readonly Thread[], kind: AgreementKind, content: object): Promise<void> {
    const open = threads.filter(thread => may(kind, thread, content))
    if (open.length === 0) return
    await parts.send(
      open.map(({ row }) => row),
      { kind, content },
      { actor: 'node' },
    )
  }

  async function pemOf(city: string, signature: AgreementSignature): Promise<string> {
    const certificate = await parts.certificateOf(city, kidOf(signature) ?? '')
    if (certificate === null) throw new ProblemError('internal', `certificate of ${city}`)
    return certificate.pem
  }

  /** Once all whom it binds have signed a text, each is told of all signatures; when one of them cannot any more, it is taken back. */
  async function complete(threads: readonly Thread[], id: string): Promise<void> {
    const waits = threads.flatMap(({ state }) => unsettled(state) ?? []).find(text => text.id === id)
    if (waits === undefined) return
    const signed = new Map<string, AgreementSignature>()
    for (const { state } of threads)
      for (const { city, signature } of state.versions.find(version => version.id === id)?.signatures ?? [])
        signed.set(city, signature)
    const missing = new Set<string>()
    for (const { state, row } of threads)
      if (boundBy(state, waits).includes(row.partner) && !signed.has(row.partner)) missing.add(row.partner)
    const gone = threads.find(({ row, state }) => missing.has(row.partner) && state.pending?.id !== id)
    if (gone !== undefined && waits.amendment !== null) {
      const { partner } = gone.row
      const last = leavesOn(gone.state, partner)
      const reason = last === null ? `${partner} 未能签署` : `${partner} 已通知退出（最后日期 ${last}），未签署本文本`
      await send(threads, 'agreement.withdraw', { agreement: id, reason })
      return
    }
    // What was to take effect by now was not signed in time.
    if (missing.size > 0 || (waits.amendment !== null && waits.from <= dayOf(now()))) return
    const signatures: AgreementBody<'agreement.complete'>['signatures'] = []
    for (const { code: city } of waits.document.parties) {
      const signature = signed.get(city)
      if (signature !== undefined) signatures.push({ city, signature, certificate: await pemOf(city, signature) })
    }
    await send(threads, 'agreement.complete', { agreement: id, signatures })
  }

  /** The text is dead for all when one declined it. One that an earlier node declined has no notice: the text is withdrawn then. */
  async function decline(threads: readonly Thread[], from: Thread): Promise<void> {
    for (const { id, how, by, reason, notice } of from.state.failed) {
      if (how !== 'declined' || by !== from.row.partner) continue
      const others = threads.filter(({ row, state }) => row.no !== from.row.no && unsettled(state)?.id === id)
      if (notice === null)
        await send(others, 'agreement.withdraw', { agreement: id, reason: `${by}: ${reason}`.slice(0, 2000) })
      else await passOn(others, by, notice)
    }
  }

  async function passOn(threads: readonly Thread[], city: string, notice: SignedNotice): Promise<void> {
    // Each by itself: one that cannot be written to keeps nothing from the others.
    for (const thread of threads) {
      const content = { ...notice, certificate: await pemOf(city, notice.signature) }
      await send([thread], 'agreement.notice', content).catch(parts.failed)
    }
  }

  async function settleAll(root: string): Promise<void> {
    for (const from of await threadsOf(root)) {
      const threads = await threadsOf(root)
      const others = threads.filter(({ row }) => row.no !== from.row.no)
      const standing = from.state.standings.find(({ city }) => city === from.row.partner)
      if (standing !== undefined)
        await passOn(
          others.filter(
            ({ state }) => (state.standings.find(({ city }) => city === standing.city)?.no ?? 0) < standing.no,
          ),
          standing.city,
          standing.notice,
        )
      await decline(threads, from)
    }
    const ids = new Set((await threadsOf(root)).flatMap(({ state }) => unsettled(state)?.id ?? []))
    for (const id of ids) await complete(await threadsOf(root), id)
  }

  return {
    threadsOf,

    /** Tells every party what it does not know yet; one after another, and nothing when all know. */
    settle: (root: string): Promise<void> => inTurn(() => settleAll(root)),
  }
}
