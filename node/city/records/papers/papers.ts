/** Papers of cases (窗口文书): which can be printed, and their pages; every printing leaves an audit row. */
import { dayOf } from '../../../../protocol/agreement/document.ts'
import { type Correction, correctedBody, correctionsOf } from '../../../../protocol/case/correct.ts'
import { foldCase } from '../../../../protocol/case/fold.ts'
import type { CaseContent, CaseKind } from '../../../../protocol/case/kinds.ts'
import { originalsOf } from '../../../../protocol/case/originals.ts'
import { fromHex, toHex } from '../../../../protocol/primitives.ts'
import { ProblemError } from '../../../../protocol/problem.ts'
import type { ServiceItem } from '../../../../protocol/service/item.ts'
import { type Clock, seconds } from '../../../kernel/clock.ts'
import type { Audit } from '../../../kernel/records/audit.ts'
import type { EventLog } from '../../../kernel/records/events.ts'
import type { Database, Transaction } from '../../../kernel/store/database.ts'
import type { StoredPacket } from '../../../spine/exchange/ports.ts'
import { linkedTo } from '../../cases/joint.ts'
import { bitOf } from '../../cases/to-print.ts'
import { qrOfPage } from '../../partners/qr.ts'
import { lacking, PAPER_NAMES, PAPERS, type PaperName, paperOf } from './forms.ts'
import { type Sheet, sheetHtml, sheetsHtml } from './sheet.ts'
import type { LastDay, PaperView } from './view.ts'

export type CasePapersParts = {
  db: Database
  clock: Clock
  audit: Audit
  events: EventLog
  packets: (threadNo: number) => Promise<readonly StoredPacket[]>
  /** as the version of an item had it */
  item: (city: string, code: string, taskVersion: number) => Promise<ServiceItem | null>
  /** name and organ of a city, as its certificate says */
  city: (code: string) => { name: string; authority: string } | null
  /** whether the signature of a packet (JWS) holds */
  verify: (jws: string) => Promise<boolean>
  promised: (thread: string) => Promise<LastDay | null>
  /** address of the pages for applicants, and the one of the case for its QR code; null when there are none */
  progress: (thread: string) => { url: string; code: string } | null
}

/** Labels of many cases, several on each sheet of paper. */
const together = (sheets: readonly Sheet[]): Sheet => {
  const blocks = sheets.flatMap(sheet => sheet.blocks)
  return {
    title: PAPERS['mailing-label'],
    number: null,
    blocks: [
      { labels: blocks.flatMap(block => ('labels' in block ? block.labels : [])) },
      ...blocks.filter(block => 'note' in block).slice(0, 1),
    ],
  }
}

/** A case, and the number of the last packet that was read of it. */
type Read = { threadNo: number; through: number }
const lastOf = (packets: readonly StoredPacket[]): number => packets.reduce((last, { no }) => Math.max(last, no), 0)

/** Whether another case of a joint one is its reader's to read: it may be of another department. */
export type Mine = (thread: string) => Promise<boolean>
const everyOne: Mine = async () => true

export type CasePapers = ReturnType<typeof createCasePapers>

export function createCasePapers(parts: CasePapersParts) {
  /** Verifies the signed decision itself, once more; null without one. */
  async function decisionHolds(packets: readonly StoredPacket[]): Promise<boolean | null> {
    const decided = packets.findLast(({ claims, body }) => claims.kind === 'case.decide' && body !== null)
    if (decided === undefined) return null
    const [row] = await parts.db.query<{ jws: string }>('SELECT jws FROM packets WHERE no = ?', [decided.no])
    return row !== undefined && (await parts.verify(row.jws))
  }

  /** The applications of a joint case, the leading first; one that was purged or is not `mine` is left out, and none when the case stands alone. */
  async function jointOf(
    thread: string,
    parent: string | null,
    mine: Mine,
  ): Promise<(PaperView['joint'][number] & Read)[]> {
    const joint: (PaperView['joint'][number] & Read)[] = []
    for (const linked of await linkedTo(parts.db, (_, threadNo) => parts.packets(threadNo), thread, parent)) {
      const [row] = await parts.db.query<{ no: number }>('SELECT no FROM threads WHERE thread = ?', [
        fromHex(linked.thread),
      ])
      const packets = row === undefined ? [] : await parts.packets(row.no)
      const submitted = packets.find(({ claims, body }) => claims.kind === 'case.submit' && body !== null)
      if (submitted === undefined || (linked.thread !== thread && !(await mine(linked.thread)))) continue
      const submit = correctedBody(submitted, correctionsOf(packets)) as CaseContent<'case.submit'>
      joint.push({ submit, handling: submitted.claims.aud, threadNo: row?.no ?? 0, through: lastOf(packets) })
    }
    return joint
  }

  /** What the papers are written from, and of the case and of those that are joint with it, through which packet it was read. */
  async function viewOf(
    thread: string,
    mine: Mine = everyOne,
  ): Promise<{ view: PaperView; read: Read; joint: readonly Read[] }> {
    const [row] = await parts.db.query<{ thread_no: number; local_case_no: string | null; parent: Uint8Array | null }>(
      'SELECT c.thread_no, c.local_case_no, c.parent FROM cases c JOIN threads t ON t.no = c.thread_no WHERE t.thread = ?',
      [fromHex(thread)],
    )
    if (row === undefined) throw new ProblemError('thread.unknown')
    const packets = await parts.packets(row.thread_no)
    const submitted = packets.find(({ claims }) => claims.kind === 'case.submit')
    if (submitted === undefined || submitted.body === null)
      throw new ProblemError('request.conflict', 'the personal data of the case were purged: nothing can be printed')
    const corrections = correctionsOf(packets)
    const newest = (kind: CaseKind) => packets.findLast(({ claims, body }) => claims.kind === kind && body !== null)
    const submit = correctedBody(submitted, corrections) as CaseContent<'case.submit'>
    const { iss: collecting, aud: handling } = submitted.claims
    const page = parts.progress(thread)
    const state = foldCase(packets)
    const joint = await jointOf(thread, row.parent === null ? null : toHex(row.parent), mine)
    const view: PaperView = {
      submit,
      joint,
      body<K extends CaseKind>(kind: K) {
        const found = newest(kind)
        return found === undefined
          ? null
          : {
              content: correctedBody(found, corrections) as CaseContent<K>,
              day: dayOf(found.claims.iat),
              issuer: found.claims.iss,
              packet: found.id,
            }
      },
      corrected: kind =>
        (corrections.get(newest(kind)?.id ?? '') ?? []).map(({ claims, body }) => ({
          day: dayOf(claims.iat),
          issuer: claims.iss,
          statement: (body as Correction).statement ?? null,
        })),
      item: await parts.item(handling, submit.item.code, submit.item.version),
      city: code => parts.city(code) ?? { name: code, authority: code },
      collecting,
      handling,
      decisionHolds: await decisionHolds(packets),
      localCaseNo: row.local_case_no,
      committed: state?.committed ?? null,
      settled: packet => state?.payments.find(payment => payment.packet === packet)?.settled?.result ?? null,
      originals: originalsOf(packets),
      promised: await parts.promised(thread),
      progress: page === null ? null : { url: page.url, picture: qrOfPage(page.code) },
      today: dayOf(seconds(parts.clock.now())),
    }
    return { view, read: { threadNo: row.thread_no, through: lastOf(packets) }, joint }
  }

  /** That a paper was printed, with its audit row: it waits for it no more, unless something joined the thread meanwhile. */
  async function printed(
    tx: Transaction,
    thread: string,
    name: PaperName,
    { read, joint }: Awaited<ReturnType<typeof viewOf>>,
    actor: string,
  ): Promise<void> {
    // One receipt is for all items of a joint case.
    for (const { threadNo, through } of name === 'receipt' && joint.length > 0 ? joint : [read])
      await tx.run(
        `UPDATE cases SET to_print = to_print & ? WHERE thread_no = ?
           AND NOT EXISTS (SELECT 1 FROM packets WHERE packets.thread_no = cases.thread_no AND packets.no > ?)`,
        [~bitOf(name), threadNo, through],
      )
    await parts.audit.append(tx, { actor, action: 'case.printed', subject: thread, detail: { paper: name } })
    await parts.events.append(tx, { type: 'case.changed', subject: thread })
  }

  return {
    /** Which papers can be printed now, and what the others wait for. Problems: `thread.unknown`, `request.conflict` when purged. */
    async list(thread: string): Promise<{ name: PaperName; title: string; lacking: string | null }[]> {
      const { view } = await viewOf(thread)
      return PAPER_NAMES.map(name => ({ name, title: PAPERS[name], lacking: lacking(name, view) }))
    },

    /** Every paper that can be printed, for the archive, which leaves the audit row; none when the case was purged. */
    async all(thread: string, mine?: Mine): Promise<{ name: PaperName; title: string; html: string }[]> {
      const held = await viewOf(thread, mine).catch((error: unknown) => {
        if (error instanceof ProblemError && error.problem.code === 'request.conflict') return null
        throw error
      })
      if (held === null) return []
      const { view } = held
      return PAPER_NAMES.filter(name => name !== 'mailing-label' && lacking(name, view) === null).map(name => ({
        name,
        title: PAPERS[name],
        html: sheetHtml(paperOf(name, view)),
      }))
    },

    /** One paper of many cases as one page; a case that does not have it says why and is left out. */
    async many(
      threads: readonly string[],
      name: PaperName,
      actor: string,
      mine?: Mine,
    ): Promise<{ html: string; items: { thread: string; problem: string | null }[] }> {
      const sheets: Sheet[] = []
      const items: { thread: string; problem: string | null }[] = []
      const done: { thread: string; held: Awaited<ReturnType<typeof viewOf>> }[] = []
      for (const thread of threads) {
        try {
          const held = await viewOf(thread, mine)
          if (lacking(name, held.view) !== null) throw new ProblemError('case.transition')
          sheets.push(paperOf(name, held.view))
          done.push({ thread, held })
          items.push({ thread, problem: null })
        } catch (error) {
          if (!(error instanceof ProblemError)) throw error
          items.push({ thread, problem: error.problem.code })
        }
      }
      await parts.db.transaction(async tx => {
        for (const { thread, held } of done) await printed(tx, thread, name, held, actor)
      })
      return { html: sheetsHtml(PAPERS[name], name === 'mailing-label' ? [together(sheets)] : sheets), items }
    },

    /** The page. Problems: as of `list`; `case.transition` when the case has not come so far. */
    async html(thread: string, name: PaperName, actor: string, mine?: Mine): Promise<string> {
      const held = await viewOf(thread, mine)
      const missing = lacking(name, held.view)
      if (missing !== null) throw new ProblemError('case.transition', `${PAPERS[name]}: ${missing} is not there`)
      await parts.db.transaction(tx => printed(tx, thread, name, held, actor))
      return sheetHtml(paperOf(name, held.view))
    },
  }
}
