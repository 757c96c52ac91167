/**
 * Item comparison (事项比对, 同标准办理): the same item in the lists of two cities, field by field, with their materials matched.
 * What it proposes is read and corrected by a person before anything relies on it. Pure. SPEC.md §8.6.
 */
import { ItemMaterial, ServiceItem } from './item.ts'

/** A field that the two items fill differently; a value that is not given is null. */
export type FieldDifference = { field: string; label: string; collecting: unknown; handling: unknown }

/** Why two materials are held to be the same; `similar` wants a person's eye most. */
export type MatchReason = 'certificate' | 'name' | 'similar'

export type MaterialPair = {
  collecting: string
  handling: string
  by: MatchReason
  /** of the normalised names, 0–1 */
  similarity: number
  differences: FieldDifference[]
}

export type Comparison = {
  /** fields compared that are the same */
  same: number
  differences: FieldDifference[]
  pairs: MaterialPair[]
  /** codes of materials that only one of them asks for, in its order */
  onlyCollecting: string[]
  onlyHandling: string[]
  form: {
    /** properties that only one form has */
    onlyCollecting: string[]
    onlyHandling: string[]
    /** properties that one requires and the other does not, or of another type */
    differing: FieldDifference[]
  }
}

/** What decides whether an applicant meets the same rules in both cities. */
const ITEM_FIELDS = [
  'taskName',
  'catalogCode',
  'taskType',
  'useLevel',
  'serverType',
  'projectType',
  'modes',
  'anticipateDay',
  'promiseDay',
  'acceptCondition',
  'handleType',
  'limitSceneNum',
  'limitSceneExplain',
  'specialProcedure',
  'specialProcedures',
  'byLaw',
  'legalBases',
  'isFee',
  'feeBasis',
  'fees',
  'resultType',
  'resultName',
  'isMailMaterial',
  'isMailResult',
  'consent',
] as const satisfies readonly (keyof ServiceItem)[]

const MATERIAL_FIELDS = [
  'materialName',
  'isNeed',
  'needExplain',
  'materialType',
  'materialFormat',
  'sourceType',
  'issuer',
  'issueRequirement',
  'pageNum',
  'pageNumY',
  'pageNumF',
  'acceptStand',
  'reviewPoints',
] as const satisfies readonly (keyof ItemMaterial)[]

/** The Chinese name of a field: what its description begins with. */
const labelOf = (shape: Record<string, { description?: string | undefined }>, field: string): string =>
  (shape[field]?.description ?? field).split(/[,，:：(（]/)[0]?.trim() ?? field

/** Names that are used for one and the same paper; the second stands for both. Conservative: a wrong match costs a trip. */
const SYNONYMS: readonly (readonly [RegExp, string])[] = [
  [/居民身份证/g, '身份证'],
  [/居民户口簿|户口本|户口薄|户口簿/g, '户口簿'],
  [/结婚证书/g, '结婚证'],
  [/离婚证书/g, '离婚证'],
  [/营业执照(?:正本|副本|正副本)/g, '营业执照'],
  [/授权委托书|授权书|委托书/g, '委托书'],
  [/申请书|申请表格|申请表/g, '申请表'],
  [/社会保障卡|社保卡/g, '社保卡'],
  [/不动产权证书|不动产权证|房产证|房屋所有权证/g, '不动产权证'],
  [/毕业证书/g, '毕业证'],
  [/近期|免冠|彩色|一寸|二寸|1寸|2寸|证件照片|证件照|相片/g, '照片'],
]

/** Times that a name is looked through; no name that was meant needs more than three. */
const PASSES = 8

/** A name without what does not tell papers apart: width, punctuation, what is said of copies, filler words, synonyms. */
export function plainName(name: string): string {
  const whole = name.normalize('NFKC').toLowerCase().replaceAll(/\s/g, '')
  // What stood apart may be such a word once what stood between is gone.
  let plain = whole
  for (let pass = 0, before = ''; plain !== before && pass < PASSES; pass++) {
    before = plain
    plain = plainer(plain)
  }
  // A name that is nothing but such words is all there is to go by.
  return plain === '' ? whole : plain
}

function plainer(name: string): string {
  let plain = name
    .replaceAll(/[(（[【][^)）\]】]*[)）\]】]/g, '')
    .replaceAll(/原件及复印件|原件和复印件|原件或复印件|复印件|原件|扫描件|电子版|一式.份|申请人|本人|有效的|有效/g, '')
  for (const [pattern, standing] of SYNONYMS) plain = plain.replaceAll(pattern, standing)
  return plain.replaceAll(/(照片)+/g, '照片').replaceAll(/[^\p{L}\p{N}]/gu, '')
}

/** How alike two names are: Dice's coefficient of their pairs of characters, 0–1. */
export function similarityOf(one: string, other: string): number {
  return one === other ? 1 : dice(pairsOf(one), pairsOf(other))
}

type Pairs = { counts: ReadonlyMap<string, number>; total: number }

function pairsOf(text: string): Pairs {
  const characters = [...text]
  const counts = new Map<string, number>()
  for (let at = 0; at + 1 < characters.length; at++) {
    const pair = `${characters[at]}${characters[at + 1]}`
    counts.set(pair, (counts.get(pair) ?? 0) + 1)
  }
  return { counts, total: Math.max(0, characters.length - 1) }
}

function dice(a: Pairs, b: Pairs): number {
  if (a.total + b.total === 0) return 0
  const [few, many] = a.counts.size < b.counts.size ? [a, b] : [b, a]
  let common = 0
  for (const [pair, count] of few.counts) common += Math.min(count, many.counts.get(pair) ?? 0)
  return (2 * common) / (a.total + b.total)
}

/** Whether two names can be as alike as to be proposed, by their lengths alone. */
const mayBeAlike = (a: Pairs, b: Pairs): boolean => 2 * Math.min(a.total, b.total) >= SIMILAR * (a.total + b.total)

/** Below it two names are not proposed as the same. */
export const SIMILAR = 0.6

/** Each material stands in one pair at most: same certificate type, then same plain name, then the most alike. */
export function matchMaterials(
  collecting: readonly ItemMaterial[],
  handling: readonly ItemMaterial[],
): Omit<MaterialPair, 'differences'>[] {
  const left = new Set(collecting)
  const right = new Set(handling)
  const names = new Map([...collecting, ...handling].map(material => [material, plainName(material.materialName)]))
  const nameOf = (material: ItemMaterial): string => names.get(material) ?? ''
  const made: Omit<MaterialPair, 'differences'>[] = []
  const join = (a: ItemMaterial, b: ItemMaterial, by: MatchReason): void => {
    left.delete(a)
    right.delete(b)
    const similarity = Math.round(similarityOf(nameOf(a), nameOf(b)) * 100) / 100
    made.push({ collecting: a.materialCode, handling: b.materialCode, by, similarity })
  }
  for (const [by, keyOf] of [
    ['certificate', ({ certCode }) => certCode],
    ['name', nameOf],
  ] as const satisfies readonly [MatchReason, (material: ItemMaterial) => string | undefined][]) {
    const waiting = Map.groupBy(right, keyOf)
    for (const a of [...left]) {
      const key = keyOf(a)
      const b = key === undefined ? undefined : waiting.get(key)?.shift()
      if (b !== undefined) join(a, b, by)
    }
  }
  // Of each name once, not of each pair of names.
  const pairs = new Map([...left, ...right].map(material => [material, pairsOf(nameOf(material))]))
  const none: Pairs = { counts: new Map(), total: 0 }
  const alike: { a: ItemMaterial; b: ItemMaterial; similarity: number }[] = []
  for (const a of left)
    for (const b of right) {
      const one = pairs.get(a) ?? none
      const other = pairs.get(b) ?? none
      const similarity = mayBeAlike(one, other) ? dice(one, other) : 0
      if (similarity >= SIMILAR) alike.push({ a, b, similarity })
    }
  for (const { a, b } of alike.sort((x, y) => y.similarity - x.similarity))
    if (left.has(a) && right.has(b)) join(a, b, 'similar')
  const place = new Map(handling.map((material, at) => [material.materialCode, at]))
  return made.sort((x, y) => (place.get(x.handling) ?? 0) - (place.get(y.handling) ?? 0))
}

const plainText = (value: unknown): unknown =>
  typeof value === 'string' ? value.normalize('NFKC').replaceAll(/\s+/g, '') : value

/** Whether two values say the same; the order of a set and the width of characters do not matter. */
function normalForm(value: unknown): string {
  if (Array.isArray(value) && value.every(entry => typeof entry !== 'object'))
    return JSON.stringify(value.map(plainText).toSorted())
  return JSON.stringify(plainText(value) ?? null)
}

function differencesOf<T extends object>(
  collecting: T,
  handling: T,
  fields: readonly (keyof T & string)[],
  shape: Record<string, { description?: string | undefined }>,
): FieldDifference[] {
  return fields
    .filter(field => normalForm(collecting[field]) !== normalForm(handling[field]))
    .map(field => ({
      field,
      label: labelOf(shape, field),
      collecting: collecting[field] ?? null,
      handling: handling[field] ?? null,
    }))
}

type FormProperty = { type: unknown; required: boolean }

function propertiesOf(form: Record<string, unknown> | undefined): Map<string, FormProperty> {
  const { properties, required } = form ?? {}
  const names = typeof properties === 'object' && properties !== null ? Object.entries(properties) : []
  const needed = new Set(Array.isArray(required) ? required : [])
  return new Map(
    names.map(([name, schema]) => [
      name,
      { type: (schema as { type?: unknown } | null)?.type ?? null, required: needed.has(name) },
    ]),
  )
}

/** Compares an item of the collecting city with the one of the handling city. */
export function compareItems(collecting: ServiceItem, handling: ServiceItem): Comparison {
  const byCode = (item: ServiceItem) => new Map(item.materials.map(material => [material.materialCode, material]))
  const left = byCode(collecting)
  const right = byCode(handling)
  const pairs = matchMaterials(collecting.materials, handling.materials).map(pair => {
    const a = left.get(pair.collecting)
    const b = right.get(pair.handling)
    const differences =
      a === undefined || b === undefined ? [] : differencesOf(a, b, MATERIAL_FIELDS, ItemMaterial.shape)
    return { ...pair, differences }
  })
  const differences = differencesOf(collecting, handling, ITEM_FIELDS, ServiceItem.shape)
  const ours = propertiesOf(collecting.form)
  const theirs = propertiesOf(handling.form)
  const differing = [...ours].flatMap(([name, property]) => {
    const other = theirs.get(name)
    return other === undefined ||
      normalForm(property.type) + property.required === normalForm(other.type) + other.required
      ? []
      : [{ field: name, label: name, collecting: property, handling: other }]
  })
  return {
    same: ITEM_FIELDS.length - differences.length,
    differences,
    pairs,
    onlyCollecting: [...left.keys()].filter(code => !pairs.some(pair => pair.collecting === code)),
    onlyHandling: [...right.keys()].filter(code => !pairs.some(pair => pair.handling === code)),
    form: {
      onlyCollecting: [...ours.keys()].filter(name => !theirs.has(name)),
      onlyHandling: [...theirs.keys()].filter(name => !ours.has(name)),
      differing,
    },
  }
}
