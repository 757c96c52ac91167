/**
 * The officer: moves each case along a script, one step at a time, and writes what happened as events with the operation
 * codes of an Epoint-like system. Codes from 12 on are this example's own.
 */
import type { CaseRow, Store } from './store.ts'

/** operatetype (操作类型). */
export const OPERATION = {
  accepted: 2,
  refused: 4,
  supplement: 6,
  progress: 8,
  pauseBegins: 9,
  pauseEnds: 10,
  decided: 11,
  resultSent: 12,
  finished: 13,
  message: 14,
} as const

/** projectresult (办理结果): 40 准予许可, 50 不予许可, 98 撤销申请. */
const GRANTED = 40
const DENIED = 50
const WITHDRAWN = 98

type Step = { operatetype: number; row: (at: Scene) => Record<string, unknown>; waits?: boolean }
type Scene = { flowsn: string; serial: string; year: string; day: (after: number) => string }

// By law some of the example items allow one day (法定办结时限), and no promise may be later.
const accept: Step = {
  operatetype: OPERATION.accepted,
  row: ({ year, serial, day }) => ({ acceptno: `十审受字〔${year}〕第${serial}号`, promisedate: day(1) }),
}
const progress = (step: string, note: string, officer: string): Step => ({
  operatetype: OPERATION.progress,
  row: () => ({ activityname: step, eventname: '通过', opinion: note, handleusername: officer }),
})
const examine = progress('承办', '材料齐全，符合法定形式', '承办人甲')
const review = progress('审核', '同意承办意见', '审核人乙')
const decide = (projectresult: number, reason?: string): Step => ({
  operatetype: OPERATION.decided,
  row: ({ year, serial, day }) => ({
    projectresult,
    documentno: `十审决字〔${year}〕第${serial}号`,
    decidedate: day(0),
    ...(reason === undefined ? {} : { reason }),
  }),
})
const sendResult: Step = {
  operatetype: OPERATION.resultSent,
  row: ({ flowsn }) => ({
    sendtype: 'ELICENCE',
    certno: `CERT-${flowsn}`,
    certname: '准予决定书',
    fileid: `CERT-${flowsn}`,
  }),
}
const finish = (projectresult: number): Step => ({ operatetype: OPERATION.finished, row: () => ({ projectresult }) })

/** Scripts by name: `grant` is the usual one. */
export const SCRIPTS = {
  grant: [accept, examine, review, decide(GRANTED), sendResult, finish(GRANTED)],
  deny: [accept, examine, decide(DENIED, '不符合法定条件'), finish(DENIED)],
  refuse: [
    {
      operatetype: OPERATION.refused,
      row: () => ({
        reason: '不属于本机关职权范围',
        basis: '《中华人民共和国行政许可法》第三十二条',
        remedy: '可在六十日内申请行政复议',
      }),
    },
  ],
  supplement: [
    {
      operatetype: OPERATION.supplement,
      waits: true,
      row: ({ day }: Scene) => ({
        notice: '请一次性补齐下列材料',
        deadline: day(15),
        stuffs: [{ stuffcode: 'M01', reason: '复印件不清晰' }],
      }),
    },
    accept,
    examine,
    decide(GRANTED),
    sendResult,
    finish(GRANTED),
  ],
  pause: [
    accept,
    {
      operatetype: OPERATION.pauseBegins,
      row: ({ day }: Scene) => ({ specialtype: 'B07', reason: '需现场核查', enddate: day(10) }),
    },
    { operatetype: OPERATION.pauseEnds, row: () => ({ result: '核查合格' }) },
    decide(GRANTED),
    sendResult,
    finish(GRANTED),
  ],
  withdrawn: [finish(WITHDRAWN)],
} as const satisfies Record<string, readonly Step[]>

export type ScriptName = keyof typeof SCRIPTS
export const isScript = (name: string): name is ScriptName => Object.hasOwn(SCRIPTS, name)

const CHINA_MS = 8 * 3_600_000
const DAY_MS = 24 * 3_600_000
const dayOf = (ms: number): string => new Date(ms + CHINA_MS).toISOString().slice(0, 10)
const stampOf = (ms: number): string => new Date(ms + CHINA_MS).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')

export type Officer = ReturnType<typeof createOfficer>

/** `delayMs`: how long the officer takes for each step; with 0, every look at the events moves each case on by one. */
export function createOfficer(store: Store, { now, delayMs }: { now: () => number; delayMs: number }) {
  function take(row: CaseRow): void {
    const steps: readonly Step[] = isScript(row.script) ? SCRIPTS[row.script] : []
    const step = steps[row.step]
    if (step === undefined) return
    const at = now()
    const day = (after: number) => dayOf(at + after * DAY_MS)
    const scene = { flowsn: row.flowsn, serial: row.flowsn.slice(-6), year: day(0).slice(0, 4), day }
    store.addEvent(row.flowsn, step.operatetype, { ...step.row(scene), operatedate: stampOf(at) })
    const waiting = step.waits === true || row.step + 1 >= steps.length
    store.move(row.flowsn, { script: row.script, step: row.step + 1, waiting, dueAt: at + delayMs })
  }

  const decided = ({ script, step }: CaseRow): boolean =>
    isScript(script) &&
    SCRIPTS[script]
      .slice(0, step)
      .some(({ operatetype }) => operatetype === OPERATION.decided || operatetype === OPERATION.refused)

  return {
    firstDueAt: () => now() + delayMs,
    /** Moves every case that is due by one step. */
    work: () => store.transaction(() => store.due(now()).forEach(take)),
    /** Moves this one case now, due or not. */
    hurry: (flowsn: string) =>
      store.transaction(() => {
        const row = store.caseOf(flowsn)
        if (row !== null) take(row)
      }),
    /** Says something on the case that does not move it. */
    message: (flowsn: string, text: string) =>
      store.transaction(() => store.addEvent(flowsn, OPERATION.message, { text, operatedate: stampOf(now()) })),
    /** The applicant brought what was missing; inside the caller's transaction. */
    supplemented(row: CaseRow): void {
      const last = isScript(row.script) ? SCRIPTS[row.script][row.step - 1] : undefined
      if (row.waiting === 0 || last?.operatetype !== OPERATION.supplement) return
      store.move(row.flowsn, { script: row.script, step: row.step, waiting: false, dueAt: now() + delayMs })
    },
    /** The applicant withdrew; without effect once there is a decision. Inside the caller's transaction. */
    withdrawn(row: CaseRow): void {
      if (decided(row) || row.script === 'withdrawn') return
      store.move(row.flowsn, { script: 'withdrawn', step: 0, waiting: false, dueAt: now() + delayMs })
    },
  }
}
