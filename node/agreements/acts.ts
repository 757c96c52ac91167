/**
 * Acts under the city certificate (签署事项). With four eyes (双人复核) one administrator prepares an act, which is kept, and another
 * one signs it; without, it is carried out at once.
 */
import type { AgreementAmendmentInput, AgreementDocumentInput } from '../../protocol/agreement/document.ts'
import { fromHex, toHex } from '../../protocol/primitives.ts'
import { ProblemError } from '../../protocol/problem.ts'
import type { Audit } from '../audit/audit.ts'
import type { Clock } from '../exchange/clock.ts'
import type { Database } from '../store/database.ts'
import type { Agreements, AgreementView } from './agreements.ts'

/** What only the city certificate can do. */
export type Act =
  | { kind: 'propose'; thread: null; input: { document: AgreementDocumentInput } }
  | { kind: 'counter'; thread: string; input: { document: AgreementDocumentInput; reason?: string | undefined } }
  | { kind: 'amend'; thread: string; input: { amendment: Omit<AgreementAmendmentInput, 'v' | 'amends'> } }
  | { kind: 'sign'; thread: string; input: { /** id of the text that was read */ agreement: string } }

/** `preparedAt` in ms. */
export type PreparedAct = Act & { no: number; preparedBy: string; preparedAt: number }
export type Done = { done: AgreementView[]; prepared: null } | { done: null; prepared: PreparedAct }

type Row = {
  no: number
  kind: Act['kind']
  thread: Uint8Array | null
  input: string
  prepared_by: string
  prepared_at: number
}

/** Acts that wait at a time. */
const MOST = 200

export type Acts = ReturnType<typeof createActs>

export function createActs(parts: {
  db: Database
  clock: Clock
  audit: Audit
  agreements: Agreements
  fourEyes: boolean
}) {
  const { db, agreements } = parts

  async function carryOut(act: Act, actor: string): Promise<AgreementView[]> {
    switch (act.kind) {
      case 'propose':
        return agreements.propose(act.input.document, actor)
      case 'counter':
        return [await agreements.counter(act.thread, act.input.document, act.input.reason, actor)]
      case 'amend':
        return [await agreements.amend(act.thread, act.input.amendment, actor)]
      case 'sign': {
        const { pending } = await agreements.get(act.thread)
        // Another text may have taken the place of the one that was read.
        if (pending !== null && pending.id !== act.input.agreement)
          throw new ProblemError('agreement.signature', 'another text waits now: read it first')
        return [await agreements.sign(act.thread, actor)]
      }
    }
  }

  const toAct = (row: Row): PreparedAct =>
    ({
      no: row.no,
      kind: row.kind,
      thread: row.thread === null ? null : toHex(row.thread),
      input: JSON.parse(row.input) as unknown,
      preparedBy: row.prepared_by,
      preparedAt: row.prepared_at,
    }) as PreparedAct

  async function take(no: number): Promise<PreparedAct> {
    const [row] = await db.query<Row>('SELECT * FROM agreement_acts WHERE no = ?', [no])
    if (row === undefined) throw new ProblemError('request.not-found', 'act')
    return toAct(row)
  }

  async function drop(no: number, action: 'act.signed' | 'act.discarded', actor: string, kind: string): Promise<void> {
    await db.transaction(async tx => {
      if ((await tx.run('DELETE FROM agreement_acts WHERE no = ?', [no])) === 0)
        throw new ProblemError('request.not-found', 'act')
      await parts.audit.append(tx, { actor, action, subject: String(no), detail: { kind } })
    })
  }

  return {
    /** Carries an act out, or keeps it for another administrator. */
    async submit(act: Act, actor: string): Promise<Done> {
      if (!parts.fourEyes) return { done: await carryOut(act, actor), prepared: null }
      const at = parts.clock.now()
      const prepared = await db.transaction(async tx => {
        const [held] = await tx.query<{ n: number; last: number }>(
          'SELECT count(*) AS n, coalesce(max(no), 0) AS last FROM agreement_acts',
        )
        if ((held?.n ?? 0) >= MOST) throw new ProblemError('request.conflict', `${MOST} acts wait already`)
        const no = Math.max((held?.last ?? 0) + 1, at)
        await tx.run(
          'INSERT INTO agreement_acts (no, kind, thread, input, prepared_by, prepared_at) VALUES (?, ?, ?, ?, ?, ?)',
          [no, act.kind, act.thread === null ? null : fromHex(act.thread), JSON.stringify(act.input), actor, at],
        )
        await parts.audit.append(tx, { actor, action: 'act.prepared', subject: String(no), detail: { kind: act.kind } })
        return { ...act, no, preparedBy: actor, preparedAt: at } as PreparedAct
      })
      return { done: null, prepared }
    },

    /** Oldest first. */
    async waiting(): Promise<PreparedAct[]> {
      const rows = await db.query<Row>('SELECT * FROM agreement_acts ORDER BY no LIMIT ?', [MOST])
      return rows.map(toAct)
    },

    /** Another administrator signs. Problems: `request.four-eyes`, `request.not-found`, and those of the act itself, which stays. */
    async sign(no: number, actor: string): Promise<AgreementView[]> {
      const act = await take(no)
      if (act.preparedBy === actor) throw new ProblemError('request.four-eyes')
      const done = await carryOut(act, actor)
      await drop(no, 'act.signed', actor, act.kind)
      return done
    },

    /** Takes a prepared act back; whoever prepared it may too. */
    async discard(no: number, actor: string): Promise<void> {
      const act = await take(no)
      await drop(no, 'act.discarded', actor, act.kind)
    },
  }
}
