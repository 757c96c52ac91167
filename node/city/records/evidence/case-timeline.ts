/**
 * The timeline of a case in words (办理时间线): the steps of both cities, own steps that the other city refused, and what waits for a
 * person, each as it is read aloud, in both languages. What was written is read with it: personal data, with an audit row.
 */

import type { CaseKind } from '../../../../protocol/case/kinds.ts'
import { TITLES } from '../../../../protocol/case/names.ts'
import { detailInChinese } from '../../../../protocol/messages/in-chinese.ts'
import { PROBLEMS, type Problem } from '../../../../protocol/problem.ts'
import type { Audit } from '../../../kernel/records/audit.ts'
import type { Database } from '../../../kernel/store/database.ts'
import type { StoredPacket } from '../../../spine/exchange/ports.ts'
import type { CaseDetail } from '../../cases/detail.ts'
import { type Bilingual, chinaTime, stateName, storedKey, type TimelineFact, timelineOf } from './timeline.ts'

export type CaseTimelineParts = {
  db: Database
  audit: Audit
  packets: (threadNo: number) => Promise<StoredPacket[]>
  /** own steps that the other city refused, which are in no thread */
  refused: (threadNo: number) => Promise<{ id: string; body: unknown }[]>
  get: (thread: string) => Promise<CaseDetail>
  own: string
  cityName: (code: string) => string
}

/** `step`: in the thread; `refused`: own, that the other city refused; `waiting`: what stands in the way here. */
export type TimelineLine = {
  type: 'step' | 'refused' | 'waiting'
  /** ms */
  at: number
  city: string
  cityName: string
  kind: CaseKind | null
  packet: string | null
  title: Bilingual
  facts: TimelineFact[]
  /** the whole line */
  words: Bilingual
  /** state after the step; null of what is none */
  state: Bilingual | null
  /** account of this city that took it; null of the other city's, and of what no person did */
  by: string | null
  /** ms of the other city's receipt */
  storedAt: number | null
  late: boolean
  purged: boolean
  problem: Problem | null
}

export type CaseTimelines = ReturnType<typeof createCaseTimelines>

/** What people wrote to each other, which evidence for everybody leaves out. */
const WRITTEN: readonly [field: string, label: Bilingual][] = [
  ['text', { zh: '内容', en: 'Text' }],
  ['measure', { zh: '措施', en: 'Measure' }],
  ['note', { zh: '说明', en: 'Note' }],
  ['opinion', { zh: '意见', en: 'Opinion' }],
  ['statement', { zh: '更正内容', en: 'Now says' }],
  ['approver', { zh: '批准人', en: 'Approved by' }],
  ['officer', { zh: '经办人', en: 'Officer' }],
  ['acceptedBy', { zh: '接收人', en: 'Taken by' }],
  ['contents', { zh: '寄送内容', en: 'Contents' }],
]
const RESULT: Bilingual = { zh: '结果', en: 'Result' }

function written(kind: string, body: unknown, told: readonly TimelineFact[]): TimelineFact[] {
  const fields = (body ?? {}) as Readonly<Record<string, unknown>>
  const labels = kind === 'case.resume' ? [...WRITTEN, ['result', RESULT] as const] : WRITTEN
  return labels.flatMap(([field, label]) => {
    const given = fields[field]
    const value = Array.isArray(given) ? given.join('、') : given
    return typeof value !== 'string' || told.some(fact => fact.label.en === label.en)
      ? []
      : [{ label, value, long: true }]
  })
}

/** When the officer acted: of this city's own record, so no evidence for others has it. */
const actedFact = (at: number | null | undefined): TimelineFact[] =>
  at == null ? [] : [{ label: { zh: '经办时间', en: 'Officer acted' }, value: chinaTime(at / 1000), long: false }]

const inWords = (at: number, cityName: string, title: Bilingual, facts: readonly TimelineFact[]): Bilingual => {
  const say = (language: 'zh' | 'en', colon: string, between: string) =>
    facts
      .map(({ label, value }) => `${label[language]}${colon}${typeof value === 'string' ? value : value[language]}`)
      .join(between)
  const zh = say('zh', '：', '；')
  const en = say('en', ': ', '; ')
  const day = chinaTime(at / 1000)
  return {
    zh: `${day} ${cityName} ${title.zh}${zh === '' ? '' : `（${zh}）`}`,
    en: `${day} ${cityName} ${title.en}${en === '' ? '' : ` (${en})`}`,
  }
}

const WAITS = {
  dispatch: { zh: '审批系统尚未接收', en: 'The approval system has not taken it' },
  entry: { zh: '待录入本地系统', en: 'It is to be typed into the local system' },
  answer: { zh: '审批系统的办理结果尚未签发', en: 'An answer of the approval system is not signed' },
  material: { zh: '材料尚未取到', en: 'A material could not be fetched' },
} as const satisfies Record<CaseDetail['waiting'][number]['what'], Bilingual>

const factsOfProblem = ({ code, detail }: Problem): TimelineFact[] => {
  const { en, zh, cure, cureZh } = PROBLEMS[code]
  return [
    { label: { zh: '原因', en: 'Why' }, value: { zh, en: `${code}: ${en}` }, long: false },
    ...(detail === undefined
      ? []
      : [{ label: { zh: '详情', en: 'Detail' }, value: { zh: detailInChinese(detail), en: detail }, long: false }]),
    { label: { zh: '处理', en: 'Cure' }, value: { zh: cureZh, en: cure }, long: true },
  ]
}

export function createCaseTimelines({ db, audit, own, cityName, ...parts }: CaseTimelineParts) {
  /** Who took the steps of this city, by the packet that the audit log names. */
  async function takenBy(thread: string): Promise<Map<string, string>> {
    const rows = await db.query<{ actor: string; name: string | null; detail: string | null }>(
      `SELECT a.actor, p.name, a.detail FROM audit a LEFT JOIN people p ON a.actor = 'person:' || p.id
       WHERE a.subject = ? AND a.action LIKE 'case.%' AND a.actor LIKE 'person:%'`,
      [thread],
    )
    const found = new Map<string, string>()
    for (const { actor, name, detail } of rows) {
      const { packet } = JSON.parse(detail ?? '{}') as { packet?: string }
      if (packet !== undefined) found.set(packet, name ?? actor)
    }
    return found
  }

  return {
    /** All that happened, the oldest first. Leaves an audit row. Problem: `thread.unknown`. */
    async of(thread: string, actor: string): Promise<TimelineLine[]> {
      const detail = await parts.get(thread)
      const packets = await parts.packets(detail.no)
      const stored = new Map(
        packets.flatMap(({ id, claims, receivedAt }) =>
          receivedAt == null ? [] : [[storedKey(claims.aud, id), receivedAt] as const],
        ),
      )
      const bodies = new Map(packets.map(({ id, body }) => [id, body]))
      const people = await takenBy(thread)
      const acted = new Map(detail.timeline.map(({ packet, actedAt }) => [packet, actedAt]))
      const steps = timelineOf(packets, stored).map((entry): TimelineLine => {
        const { packet, storedAt } = entry.proof
        const at = entry.at * 1000
        const facts = [
          ...actedFact(acted.get(packet)),
          ...entry.facts,
          ...written(entry.kind, bodies.get(packet), entry.facts),
        ]
        const name = cityName(entry.city)
        return {
          type: 'step',
          at,
          city: entry.city,
          cityName: name,
          kind: entry.kind,
          packet,
          title: entry.title,
          facts,
          words: inWords(at, name, entry.title, facts),
          state: stateName({ state: entry.state, outcome: entry.state === 'closed' ? detail.fold.outcome : null }),
          by: entry.city === own ? (people.get(packet) ?? null) : null,
          storedAt: storedAt === null ? null : storedAt * 1000,
          late: entry.late,
          purged: entry.purged,
          problem: null,
        }
      })
      const said = new Map((await parts.refused(detail.no)).map(({ id, body }) => [id, body]))
      const name = cityName(own)
      const beside = (line: Pick<TimelineLine, 'type' | 'at' | 'kind' | 'packet' | 'title'> & { problem: Problem }) => {
        const facts = [...factsOfProblem(line.problem), ...written(line.kind ?? '', said.get(line.packet ?? ''), [])]
        return {
          ...line,
          facts,
          city: own,
          cityName: name,
          words: inWords(line.at, name, line.title, facts),
          state: null,
          by: line.packet === null ? null : (people.get(line.packet) ?? null),
          storedAt: null,
          late: false,
          purged: false,
        }
      }
      const refused = detail.refused.map(({ packet, kind, at, problem }) => {
        const { zh, en } = TITLES[kind as CaseKind]
        const title = { zh: `${zh}：对方城市未予接收`, en: `${en}: refused by the other city` }
        return beside({ type: 'refused', at, kind: kind as CaseKind, packet, title, problem })
      })
      const waiting = detail.waiting.map(({ what, problem, at }) =>
        beside({ type: 'waiting', at, kind: null, packet: null, title: WAITS[what], problem }),
      )
      await db.transaction(tx =>
        audit.append(tx, { actor, action: 'case.read', subject: thread, detail: { for: 'timeline' } }),
      )
      // Those of one time stay as they are: the steps in the order of the thread.
      return [...steps, ...refused, ...waiting].toSorted((a, b) => order(a, steps) - order(b, steps) || a.at - b.at)
    },
  }
}

/** Steps keep the order of the thread, whatever clocks said; the rest stands where its time is. */
const order = (line: TimelineLine, steps: readonly TimelineLine[]): number => {
  const place = steps.indexOf(line)
  return place === -1 ? steps.filter(({ at }) => at <= line.at).length - 0.5 : place
}
