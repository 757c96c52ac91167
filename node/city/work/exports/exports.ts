/**
 * Export of queues and searches (导出): a job writes the cases that are found as rows of a CSV or XLSX file, in batches beside
 * other work; who began it watches it and downloads it once. Names stay masked as in the lists. May import the queues' port.
 *
 * Jobs and files are of this run of the node: a file goes after its download, after a day, and with the node.
 */
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as otherWork } from 'node:timers/promises'
import { DUTIES } from '../../../../protocol/case/deadlines.ts'
import { MODE_NAMES } from '../../../../protocol/case/kinds.ts'
import { OUTCOME_NAMES } from '../../../../protocol/case/names.ts'
import { STATES } from '../../../../protocol/case/table.ts'
import { type Problem, ProblemError } from '../../../../protocol/problem.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { Audit } from '../../../kernel/records/audit.ts'
import type { EventLog } from '../../../kernel/records/events.ts'
import { createSerial } from '../../../kernel/serial.ts'
import type { Database } from '../../../kernel/store/database.ts'
import { writing } from '../../../kernel/store/disk.ts'
import type { CaseRow } from '../../cases/rows.ts'
import { chinaTime } from '../../records/evidence/timeline.ts'
import type { Asker } from '../boxes.ts'
import type { Queues, SearchFilter, WantedQueue } from '../queues.ts'
import { FORMATS, type Format } from './formats.ts'

export const EXPORT_LIMITS = {
  rows: 100_000,
  /** bytes of one file */
  bytes: 128 * 1024 * 1024,
  /** jobs that are kept, of all people and of one */
  jobs: 16,
  jobsPerPerson: 4,
  /** ms after which a file goes */
  keep: 86_400_000,
} as const
/** Rows of one batch: what the lists read at once. */
const BATCH = 200

export type What = WantedQueue | { search: SearchFilter }
export type ExportState = 'waiting' | 'running' | 'done' | 'failed'
export type ExportJob = {
  id: string
  format: Format
  state: ExportState
  done: number
  /** rows that were found when it began; others may have come or gone since */
  total: number
  bytes: number
  problem: Problem | null
  /** ms */
  createdAt: number
  expiresAt: number
}

type Kept = ExportJob & { person: string; asker: Asker; path: string; cancel: () => void; removed: boolean }

const day = (ms: number): string => chinaTime(Math.floor(ms / 1000))
type Column = readonly [heading: string, value: (row: CaseRow) => string]
const COLUMNS: readonly Column[] = [
  ['办件编号', row => row.caseNo],
  ['办理地受理编号', row => row.localCaseNo ?? ''],
  ['本市角色', row => (row.role === 'collecting' ? '收件地' : '办理地')],
  ['合作城市', row => row.partner],
  ['事项名称', row => row.item.name],
  ['实施编码', row => row.item.code],
  ['办理模式', row => MODE_NAMES[row.mode].zh],
  ['状态', row => STATES[row.state]],
  ['办理结果', row => (row.outcome === null ? '' : outcomeName(row.outcome))],
  ['申请人', row => row.applicant],
  ['当前持有方', row => row.holder ?? ''],
  ['期限', row => (row.due === null ? '' : DUTIES[row.due.duty])],
  ['到期日', row => (row.due === null ? '' : `${row.due.day}${row.due.provisional ? '（暂定）' : ''}`)],
  ['剩余工作日', row => (row.due === null ? '' : String(row.due.left))],
  ['窗口', row => row.window ?? ''],
  ['转办时间', row => day(row.submittedAt)],
  ['更新时间', row => day(row.updatedAt)],
  ['业务线程', row => row.thread],
]
const outcomeName = (outcome: string): string =>
  Object.hasOwn(OUTCOME_NAMES, outcome) ? OUTCOME_NAMES[outcome as keyof typeof OUTCOME_NAMES].zh : outcome

export type ExportsParts = {
  db: Database
  clock: Clock
  audit: Audit
  events: EventLog
  queues: Pick<Queues, 'page' | 'search' | 'count'>
  /** where files lie; emptied when it starts */
  folder: string
  newId: () => string
  failed: (error: unknown) => void
}

export type Exports = ReturnType<typeof createExports>

export function createExports(parts: ExportsParts) {
  const { db, clock, queues } = parts
  const jobs = new Map<string, Kept>()
  /** one at a time, so that exports together cost no more than one */
  const inTurn = createSerial()
  void inTurn(async () => {
    await rm(parts.folder, { recursive: true, force: true })
    await mkdir(parts.folder, { recursive: true, mode: 0o700 })
  }).catch(parts.failed)

  async function remove(job: Kept): Promise<void> {
    job.removed = true
    job.cancel()
    jobs.delete(job.id)
    await rm(job.path, { force: true })
  }

  async function* batches(what: What, { asker }: Kept): AsyncGenerator<CaseRow[]> {
    if ('queue' in what) {
      let after: Parameters<Queues['page']>[3] = null
      do {
        const page: Awaited<ReturnType<Queues['page']>> = await queues.page(
          what.queue,
          asker,
          BATCH,
          after,
          what.filter,
        )
        yield page.cases
        after = page.next
      } while (after !== null)
      return
    }
    for (let before: Parameters<Queues['search']>[2] = null; ; ) {
      const rows: CaseRow[] = await queues.search(what.search, BATCH, before, asker.sees)
      yield rows
      const last = rows.at(-1)
      if (last === undefined || rows.length < BATCH) return
      before = { updatedAt: last.updatedAt, no: last.no }
    }
  }

  async function write(job: Kept, what: What): Promise<void> {
    const file = await open(job.path, 'wx', 0o600)
    try {
      const { sheetWriter } = await import('./sheets.ts')
      const sheet = sheetWriter(job.format)
      const put = async (chunks: readonly Uint8Array[]): Promise<void> => {
        for (const chunk of chunks) {
          job.bytes += chunk.byteLength
          if (job.bytes > EXPORT_LIMITS.bytes)
            throw new ProblemError('request.oversize', `file past ${EXPORT_LIMITS.bytes} bytes`)
          await file.writeFile(chunk)
        }
      }
      await put(sheet.rows([COLUMNS.map(([heading]) => heading)]))
      for await (const rows of batches(what, job)) {
        if (job.removed) return
        if (rows.length > 0) await put(sheet.rows(rows.map(row => COLUMNS.map(([, value]) => value(row)))))
        job.done += rows.length
        if (job.done > EXPORT_LIMITS.rows + BATCH)
          throw new ProblemError('request.oversize', `${EXPORT_LIMITS.rows} rows at most`)
        await otherWork()
      }
      await put(sheet.end())
    } finally {
      await file.close()
    }
  }

  async function run(job: Kept, what: What): Promise<void> {
    if (job.removed) return
    job.state = 'running'
    try {
      await writing(() => write(job, what))
      job.state = 'done'
    } catch (error) {
      await rm(job.path, { force: true })
      job.state = 'failed'
      job.problem = error instanceof ProblemError ? error.problem : { code: 'internal' }
      if (!(error instanceof ProblemError)) parts.failed(error)
    }
    if (job.removed) await rm(job.path, { force: true })
    else
      await db.transaction(tx =>
        parts.events.append(tx, { type: 'export.changed', subject: job.id, person: job.person }),
      )
  }

  function ownOf(id: string, person: string): Kept {
    const job = jobs.get(id)
    if (job === undefined || job.person !== person) throw new ProblemError('request.not-found', 'no such export')
    return job
  }
  const toJob = ({ id, format, state, done, total, bytes, problem, createdAt, expiresAt }: Kept): ExportJob => ({
    id,
    format,
    state,
    done,
    total,
    bytes,
    problem,
    createdAt,
    expiresAt,
  })

  return {
    /**
     * Begins an export and leaves an audit row. Problems: `request.oversize` past 100,000 rows; `request.rate` when too many are
     * kept; `request.invalid` for a window's queue without the window.
     */
    async begin(what: What, format: Format, asker: Asker): Promise<ExportJob> {
      const { person } = asker
      const total = await queues.count(what, asker, EXPORT_LIMITS.rows + 1)
      if (total > EXPORT_LIMITS.rows)
        throw new ProblemError('request.oversize', `more than ${EXPORT_LIMITS.rows} rows: narrow the search`)
      const own = [...jobs.values()].filter(job => job.person === person)
      if (jobs.size >= EXPORT_LIMITS.jobs || own.length >= EXPORT_LIMITS.jobsPerPerson)
        throw new ProblemError('request.rate', 'too many exports are kept: download or delete one')
      const id = parts.newId()
      const now = clock.now()
      const job: Kept = {
        id,
        format,
        state: 'waiting',
        done: 0,
        total,
        bytes: 0,
        problem: null,
        person,
        asker,
        removed: false,
        createdAt: now,
        expiresAt: now + EXPORT_LIMITS.keep,
        path: join(parts.folder, `${id}.${format}`),
        cancel: clock.after(EXPORT_LIMITS.keep, () => void remove(job).catch(parts.failed)),
      }
      jobs.set(id, job)
      try {
        await db.transaction(tx =>
          parts.audit.append(tx, {
            actor: `person:${person}`,
            action: 'cases.exported',
            subject: id,
            detail: { format, of: 'queue' in what ? what.queue : 'search', rows: total },
          }),
        )
      } catch (error) {
        await remove(job)
        throw error
      }
      void inTurn(() => run(job, what)).catch(parts.failed)
      return toJob(job)
    },

    list: (person: string): ExportJob[] => [...jobs.values()].filter(job => job.person === person).map(toJob),

    /** How far it is. Problem: `request.not-found`, also for somebody else's. */
    get: (id: string, person: string): ExportJob => toJob(ownOf(id, person)),

    /** Ends it, and deletes its file. */
    remove: (id: string, person: string): Promise<void> => remove(ownOf(id, person)),

    /** The file, which is deleted once it was read to its end. Problems: `request.not-found`, `request.conflict` before it is done. */
    async download(
      id: string,
      person: string,
    ): Promise<{ type: string; name: string; size: number; body: ReadableStream<Uint8Array> }> {
      const job = ownOf(id, person)
      if (job.state !== 'done') throw new ProblemError('request.conflict', `the export is ${job.state}`)
      const file = await open(job.path, 'r')
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          const { bytesRead, buffer } = await file.read(new Uint8Array(64 * 1024)).catch(async (error: unknown) => {
            await file.close()
            throw error
          })
          if (bytesRead > 0) return controller.enqueue(buffer.subarray(0, bytesRead))
          await file.close()
          await remove(job)
          controller.close()
        },
        cancel: () => file.close(),
      })
      const name = `cases-${new Date(job.createdAt + 8 * 3_600_000).toISOString().slice(0, 10)}.${job.format}`
      return { type: FORMATS[job.format], name, size: job.bytes, body }
    },

    /** Ends all, and deletes their files. */
    async stop(): Promise<void> {
      for (const job of [...jobs.values()]) await remove(job)
      await inTurn(async () => {})
      await rm(parts.folder, { recursive: true, force: true })
    },
  }
}
