/**
 * Acts under the city certificate (签署事项), and those that stop new cases. With four eyes (双人复核) one administrator prepares an
 * act, which is kept, and another one signs it; without, it is carried out at once.
 */

import { fromHex, toHex } from '../../../protocol/primitives.ts'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { EventLog } from '../../kernel/records/events.ts'
import type { Seen } from '../../kernel/seen.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import type { Act, Agreements, By } from './agreements.ts'
import type { AgreementView } from './views.ts'

/** `preparedAt` in ms. */
export type PreparedAct = Act & { no: number; preparedBy: string; preparedAt: number }
/** `partners`: codes of the cities that it concerns, of a proposal all parties; `problem`: why it can be signed no more, or not now. */
export type WaitingAct = PreparedAct & {
  preparedByName: string | null
  title: string | null
  partners: string[]
  problem: Problem | null
}
export type Done = { done: AgreementView[]; prepared: null } | { done: null; prepared: PreparedAct }

type Row = {
  no: number
  kind: Act['kind']
  thread: Uint8Array | null
  input: string
  prepared_by: string
  prepared_at: number
}

type Alongside = By['alongside']

const PERSON = 'person:'
/** Acts that wait at a time. */
const MOST = 200

export type Acts = ReturnType<typeof createActs>

export function createActs(parts: {
  db: Database
  clock: Clock
  audit: Audit
  events: Pick<EventLog, 'append'>
  agreements: Agreements
  fourEyes: boolean
  /** accounts of the person behind an account, itself among them */
  accountsOf: (id: string) => Promise<readonly string[]>
}) {
  const { db, agreements } = parts

  /** Colleagues hear of what waits for them, and of what does not any more. */
  const tell = (tx: Transaction, { no, thread }: Pick<PreparedAct, 'no' | 'thread'>): Promise<void> =>
    parts.events.append(
      tx,
      thread === null
        ? { type: 'agreement-draft.changed', subject: String(no) }
        : { type: 'agreement.changed', subject: thread },
    )

  async function carryOut(act: Act, by: By): Promise<AgreementView[]> {
    switch (act.kind) {
      case 'propose':
        return agreements.propose(act.input.document, by)
      case 'counter':
        return [await agreements.counter(act.thread, act.input.document, act.input.reason, by)]
      case 'amend':
        return agreements.amend(act.thread, act.input.amendment, by)
      case 'sign':
        return [await agreements.sign(act.thread, act.input.agreement, by)]
      case 'confirm':
        return [await agreements.confirm(act.thread, act.input, by)]
      case 'suspend':
        return [await agreements.change(act.thread, { kind: 'agreement.suspend', ...act.input }, by)]
      case 'terminate':
        return [await agreements.change(act.thread, { kind: 'agreement.terminate', ...act.input }, by)]
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

  async function find(no: number): Promise<PreparedAct> {
    const [row] = await db.query<Row>('SELECT * FROM agreement_acts WHERE no = ?', [no])
    if (row === undefined) throw new ProblemError('request.not-found', 'act')
    return toAct(row)
  }

  /** Whether both are of one person, by whatever accounts. */
  async function isOfOne(one: string, other: string): Promise<boolean> {
    if (one === other) return true
    if (!other.startsWith(PERSON)) return false
    const accounts = await parts.accountsOf(other.slice(PERSON.length))
    return accounts.some(id => PERSON + id === one)
  }

  /** Title and partners of what an act would sign. */
  async function concerning(act: Act): Promise<Pick<WaitingAct, 'title' | 'partners'>> {
    if (act.kind === 'propose') {
      const { title, parties } = act.input.document
      return { title, partners: parties.map(({ code }) => code) }
    }
    const read = await agreements.read(act.thread).catch(refusedBy)
    if ('code' in read) return { title: null, partners: [] }
    const { title, partner } = read.view
    const text = act.kind === 'counter' ? act.input.document : act.kind === 'amend' ? act.input.amendment : { title }
    return { title: text.title, partners: [partner] }
  }

  const problemOf = (act: Act): Promise<Problem | null> => agreements.check(act).then(() => null, refusedBy)

  /** Whoever takes it out of the table has it: two who sign at once do not both. */
  async function drop(
    tx: Transaction,
    { no, kind, thread }: PreparedAct,
    action: 'act.signed' | 'act.discarded',
    actor: string,
  ): Promise<void> {
    if ((await tx.run('DELETE FROM agreement_acts WHERE no = ?', [no])) === 0)
      throw new ProblemError('request.not-found', 'act')
    await act(tx)
    await parts.audit.append(tx, { actor, action, subject: String(no), detail: { kind } })
    await tell(tx, { no, thread })
  }

  /** Keeps an act for another administrator. */
  async function prepare(wanted: Act, actor: string, seen: Seen, alongside: Alongside): Promise<PreparedAct> {
    await agreements.check(wanted)
    const at = parts.clock.now()
    return db.transaction(async tx => {
      if (wanted.thread !== null) await agreements.assertAsSeen(tx, wanted.thread, seen)
      const [held] = await tx.query<{ n: number; last: number }>(
        'SELECT count(*) AS n, coalesce(max(no), 0) AS last FROM agreement_acts',
      )
      if ((held?.n ?? 0) >= MOST) throw new ProblemError('request.conflict', `${MOST} acts wait already`)
      await act(tx)
      const no = Math.max((held?.last ?? 0) + 1, at)
      await tx.run(
        'INSERT INTO agreement_acts (no, kind, thread, input, prepared_by, prepared_at) VALUES (?, ?, ?, ?, ?, ?)',
        [
          no,
          wanted.kind,
          wanted.thread === null ? null : fromHex(wanted.thread),
          JSON.stringify(wanted.input),
          actor,
          at,
        ],
      )
      await parts.audit.append(tx, {
        actor,
        action: 'act.prepared',
        subject: String(no),
        detail: { kind: wanted.kind },
      })
      await tell(tx, { no, thread: wanted.thread })
      await alongside?.(tx)
      return { ...wanted, no, preparedBy: actor, preparedAt: at } as PreparedAct
    })
  }

  return {
    /** Carries an act out on what was `seen`, or keeps it for another administrator; `alongside` is written in the same transaction. */
    submit: (wanted: Act, actor: string, seen?: Seen, alongside?: Alongside): Promise<Done> =>
      agreements.onSeen(wanted.thread, seen, async on =>
        parts.fourEyes
          ? { done: null, prepared: await prepare(wanted, actor, seen, alongside) }
          : {
              done: await carryOut(wanted, { actor, ...on, ...(alongside === undefined ? {} : { alongside }) }),
              prepared: null,
            },
      ),

    /** Oldest first. */
    async waiting(): Promise<WaitingAct[]> {
      const rows = await db.query<Row & { name: string | null }>(
        `SELECT a.*, p.name FROM agreement_acts a LEFT JOIN people p ON a.prepared_by = 'person:' || p.id ORDER BY a.no LIMIT ?`,
        [MOST],
      )
      const waiting: WaitingAct[] = []
      for (const row of rows) {
        const act = toAct(row)
        waiting.push({ ...act, preparedByName: row.name, ...(await concerning(act)), problem: await problemOf(act) })
      }
      return waiting
    },

    /** Another administrator signs, who is another person too. Problems: `request.four-eyes`, `request.not-found`, and those of the act itself, which stays. */
    async sign(no: number, actor: string): Promise<AgreementView[]> {
      const act = await find(no)
      if (await isOfOne(act.preparedBy, actor)) throw new ProblemError('request.four-eyes')
      return carryOut(act, { actor, alongside: tx => drop(tx, act, 'act.signed', actor) })
    },

    /** Takes a prepared act back; whoever prepared it may too. */
    async discard(no: number, actor: string): Promise<void> {
      const act = await find(no)
      await db.transaction(tx => drop(tx, act, 'act.discarded', actor))
    },
  }
}

function refusedBy(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem
  throw error
}
