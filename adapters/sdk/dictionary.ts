/**
 * Code dictionaries (代码对照表): the same concept has other codes in each approval system, so a table says how ours and
 * theirs stand for each other. A code that the table lacks is refused, never guessed.
 */
import * as z from 'zod'
import { isExact } from '../../protocol/json-text.ts'
import { type Refused, refuse } from '../../protocol/problem.ts'

const Code = z.union([
  z.string().max(200),
  z.number().refine(isExact, 'a number that JSON readers round: write it as text'),
])
export type Code = z.infer<typeof Code>

export const DictionaryTable = z
  .strictObject({
    codes: z
      .record(z.string().min(1).max(200), z.union([Code, z.array(Code).min(1).max(100)]))
      .describe('our code → their code; of several, the first is sent and all are understood'),
    incoming: z
      .record(z.string().max(200), z.union([z.string().min(1).max(200), z.null()]))
      .optional()
      .describe('their code → our code where `codes` does not tell; null: known, and without meaning here'),
  })
  .describe('how codes of tongban and of the approval system stand for each other')
export type DictionaryTable = z.infer<typeof DictionaryTable>

export interface Dictionary {
  readonly name: string
  /** Their code for ours, of the type that the table gives it. Problem: `adapter.mapping`. */
  theirs(ours: Code): { ok: true; code: Code } | Refused
  /** Our code for theirs, 1 and "1" alike; null when theirs has no meaning here. Problem: `adapter.mapping`. */
  ours(theirs: Code): { ok: true; code: string | null } | Refused
}

/** Problem: `config.invalid` when one of their codes stands for two of ours and `incoming` does not settle it. */
export function compileDictionary(
  name: string,
  table: DictionaryTable,
): { ok: true; dictionary: Dictionary } | Refused {
  const outgoing = new Map<string, Code>()
  const incoming = new Map<string, string | null>(Object.entries(table.incoming ?? {}))
  const settled = new Set(incoming.keys())
  for (const [ours, codes] of Object.entries(table.codes)) {
    const list = Array.isArray(codes) ? codes : [codes]
    const [first] = list
    if (first !== undefined) outgoing.set(ours, first)
    for (const theirs of new Set(list.map(String))) {
      if (settled.has(theirs)) continue
      if (incoming.has(theirs)) {
        return refuse('config.invalid', `dictionaries.${name}: "${theirs}" stands for two codes; settle it in incoming`)
      }
      incoming.set(theirs, ours)
    }
  }
  const unknown = (whose: string, code: Code): Refused =>
    refuse('adapter.mapping', `dictionary ${name} does not know ${whose} code${shown(code)}`)
  const dictionary: Dictionary = {
    name,
    theirs(ours) {
      const code = outgoing.get(String(ours))
      return code === undefined ? unknown('our', ours) : { ok: true, code }
    },
    ours(theirs) {
      const code = incoming.get(String(theirs))
      return code === undefined ? unknown('their', theirs) : { ok: true, code }
    },
  }
  return { ok: true, dictionary }
}

/** A wrongly mapped field may bring a name or a number of a person here; three letters or digits cannot be one. */
const shown = (code: Code): string => (/^[0-9A-Za-z-]{1,3}$/.test(String(code)) ? ` "${code}"` : '')
