/**
 * `tongban adapter compare`: what two versions of a mapping make of the cases that the node keeps, before one takes the place of the
 * other. The node gives the cases with pseudonyms, a page at a time, and nothing is sent.
 */
import { resolve } from 'node:path'
import type { RecordedExchange } from '../client/api.generated.ts'
import { kindOf, readMapping, wordsOf } from './adapter-mapping.ts'
import {
  createPlayer,
  deliveryOf,
  differencesIn,
  fieldsOfAnswers,
  fieldsOfPacket,
  type Player,
  shownValue,
} from './adapter-play.ts'
import { type RecordFlags, recordingsOf } from './adapter-record.ts'
import type { CommandContext } from './context.ts'

const COMPARE_LIMITS = {
  /** cases that are named of each field */
  named: 20,
  /** fields that are told, the first that differ */
  fields: 2000,
} as const

/** A field that differs: in how many packets or answers, in which cases; before and after in the first of them, of nobody. */
export type ComparedField = {
  /** kind of packet, or `answers` */
  of: string
  field: string
  count: number
  cases: string[]
  moreCases: number
  before: string | null
  after: string | null
}
export type Compared = {
  cases: number
  packets: number
  answers: number
  /** packets and answers that come to the same, and to something else */
  same: number
  different: number
  fields: ComparedField[]
  /** whether more fields differ than are told */
  cut: boolean
}

/** What differs, by field; entries of lists are counted as one field. */
export function createTally() {
  const fields = new Map<string, ComparedField & { last: string | null }>()
  const compared: Compared = { cases: 0, packets: 0, answers: 0, same: 0, different: 0, fields: [], cut: false }
  return {
    compared,
    add(of: string, caseNo: string, before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): void {
      const differences = differencesIn(before, after)
      if (differences.length === 0) {
        compared.same++
        return
      }
      compared.different++
      const seen = new Set<string>()
      for (const difference of differences) {
        const field = difference.field.replaceAll(/\.\d+(?=\.|$)/g, '[]')
        if (seen.has(field)) continue
        seen.add(field)
        const key = `${of} ${field}`
        let found = fields.get(key)
        if (found === undefined && fields.size >= COMPARE_LIMITS.fields) {
          compared.cut = true
          continue
        }
        found ??= { ...difference, of, field, count: 0, cases: [], moreCases: 0, last: null }
        fields.set(key, found)
        found.count++
        // What differs in one case comes together.
        if (found.last === caseNo) continue
        found.last = caseNo
        if (found.cases.length < COMPARE_LIMITS.named) found.cases.push(caseNo)
        else found.moreCases++
      }
    },
    done: (): Compared => ({
      ...compared,
      fields: [...fields.values()].sort((a, b) => b.count - a.count).map(({ last: _, ...field }) => field),
    }),
  }
}

export async function compareMappings(
  context: CommandContext,
  files: readonly [old: string, changed: string],
  flags: RecordFlags,
): Promise<void> {
  const kind = kindOf(flags.kind)
  const mappings = await Promise.all(files.map(file => readMapping(resolve(file), kind)))
  const players = await Promise.all(mappings.map(createPlayer))
  const tally = createTally()
  const { compared } = tally
  type Fields = ReadonlyMap<string, string> | null
  const both = async (of: string, caseNo: string, played: (player: Player) => Promise<Fields>): Promise<boolean> => {
    const fields: Fields[] = []
    for (const player of players) fields.push(await played(player))
    const [before = null, after = null] = fields
    if (before === null || after === null) return false
    tally.add(of, caseNo, before, after)
    return true
  }
  const page = async (caseNo: string, exchange: RecordedExchange): Promise<void> => {
    const told = await both('answers', caseNo, async player => {
      const played = await player.page(exchange)
      return played === null ? null : fieldsOfAnswers(played)
    })
    if (told) compared.answers++
  }
  for await (const { items, pages } of recordingsOf(
    await context.client(),
    flags,
    wordsOf(mappings.map(({ config }) => config)),
  )) {
    for (const { caseNo, as, packets, exchanges, answers } of items) {
      compared.cases++
      const submit = packets.find(({ kind }) => kind === 'case.submit')?.body ?? null
      for (const packet of packets) {
        compared.packets++
        const delivery = deliveryOf(packet, { ...as, submit })
        await both(packet.kind, caseNo, async player => fieldsOfPacket(await player.packet(delivery, packet.exchanges)))
      }
      for (const raw of answers) {
        compared.answers++
        await both('answers', caseNo, async player => fieldsOfAnswers(await player.answer(raw)))
      }
      for (const exchange of exchanges) await page(caseNo, exchange)
    }
    for (const exchange of pages) await page('', exchange)
  }
  context.out.result(tally.done(), textOf)
}

function textOf({ cases, packets, answers, same, different, fields, cut }: Compared): string {
  return [
    ...fields.flatMap(({ of, field, count, cases: named, moreCases, before, after }) => [
      `${of}  ${field}  × ${count}`,
      `    ${shownValue(before)} → ${shownValue(after)}`,
      ...(named.every(one => one === '')
        ? []
        : [`    ${named.join(' ')}${moreCases > 0 ? ` … ${moreCases} more 另有` : ''}`]),
    ]),
    ...(cut ? [`… more fields differ 还有其他字段不同`] : []),
    `${cases} cases 办件, ${packets} packets 数据包, ${answers} answers 答复: ${same} the same 一致, ${different} different 不同`,
  ].join('\n')
}
