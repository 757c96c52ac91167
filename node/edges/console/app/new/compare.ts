/** What the other city wants differently from the own item, in words: of the item, and at each of its materials. Pure. */
import type { CompareItemsAnswer, MaterialMapping } from '../../../client/api.generated.ts'
import { joined } from '../catalogue.ts'
import type { Language } from '../words.ts'
import type { COMPARE } from './compare-words.ts'

export type CompareWords = (typeof COMPARE)['en']
type Comparison = CompareItemsAnswer
type Difference = Comparison['differences'][number]

/** Fields that change what a clerk does or tells the applicant; the others of a comparison are for those who write lists. */
const OF_ITEM = ['promiseDay', 'anticipateDay', 'acceptCondition', 'isFee', 'limitSceneNum'] as const
const OF_MATERIAL = [
  'isNeed',
  'materialType',
  'materialFormat',
  'pageNum',
  'acceptStand',
  'reviewPoints',
  'issueRequirement',
  'issuer',
  'pageFormat',
] as const
type Told = (typeof OF_ITEM)[number] | (typeof OF_MATERIAL)[number]

/** As it is said: a code of the list by its name, several in a row. */
function valueText(field: Told, value: unknown, words: CompareWords): string {
  if (value === undefined || value === null || value === '') return words.nothing
  if (typeof value === 'boolean') return value ? words.yes : words.no
  if (Array.isArray(value)) return value.length === 0 ? words.nothing : value.map(String).join('；')
  const named: unknown = (words as Readonly<Record<string, unknown>>)[`${field}${String(value)}`]
  return typeof named === 'string' ? named : String(value)
}

const linesOf = (differences: readonly Difference[], told: readonly Told[], words: CompareWords): string[] =>
  told.flatMap(name => {
    const found = differences.find(({ field }) => field === name)
    if (found === undefined) return []
    return words.differs(words[name], valueText(name, found.handling, words), valueText(name, found.collecting, words))
  })

export type Notes = {
  item: readonly string[]
  /** by the code of the partner's material; absent: the same as here */
  materials: ReadonlyMap<string, readonly string[]>
}

/** `mapping`: what was saved of the pair; it goes before what the names say. */
export function notesOf(
  comparison: Comparison,
  mapping: MaterialMapping | null,
  words: CompareWords,
  language: Language,
): Notes {
  const { form, differences, pairs, onlyHandling, onlyCollecting } = comparison
  const saved = new Map((mapping?.pairs ?? []).map(pair => [pair.handling, pair]))
  const taken = new Set((mapping?.pairs ?? []).map(({ collecting }) => collecting))
  const names = new Map(
    pairs
      .map(pair => [pair.collecting.code, pair.collecting.name] as const)
      .concat(onlyCollecting.map(({ code, name }) => [code, name])),
  )
  const item = [
    ...linesOf(differences, OF_ITEM, words),
    ...(form.onlyHandling.length === 0 ? [] : [words.formMore(joined(form.onlyHandling, language))]),
    ...(form.onlyCollecting.length === 0 ? [] : [words.formLess(joined(form.onlyCollecting, language))]),
  ]
  const spare = onlyCollecting.filter(({ code }) => !taken.has(code))
  if (spare.length > 0)
    item.push(
      words.onlyOwn(
        joined(
          spare.map(({ name }) => name),
          language,
        ),
      ),
    )
  if (mapping?.note != null && mapping.note !== '') item.push(words.note(mapping.note))
  if (mapping?.stale === true) item.push(words.stale)

  const materials = new Map<string, string[]>()
  const add = (code: string, lines: readonly string[]) => {
    if (lines.length > 0) materials.set(code, [...(materials.get(code) ?? []), ...lines])
  }
  for (const { handling, collecting, by, differences: of } of pairs) {
    const pair = saved.get(handling.code)
    // What people matched otherwise is not compared by its name.
    if (pair !== undefined && pair.collecting !== collecting.code) continue
    const alike = pair === undefined && by === 'similar'
    if (collecting.name !== handling.name || alike)
      add(handling.code, [(alike ? words.similar : words.named)(collecting.name)])
    add(handling.code, linesOf(of, OF_MATERIAL, words))
  }
  for (const { code } of onlyHandling) if (!saved.has(code)) add(code, [words.onlyTheirs])
  for (const { handling, collecting, note } of saved.values()) {
    const own = names.get(collecting) ?? collecting
    if (!pairs.some(pair => pair.handling.code === handling && pair.collecting.code === collecting))
      add(handling, [words.named(own)])
    if (note !== undefined && note !== '') add(handling, [words.note(note)])
  }
  return { item, materials }
}
