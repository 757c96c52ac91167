/** What a new case holds while it is written: fields of a submit, whole or not. */
import type { ReadGuideAnswer, SubmitCaseRequest } from '../../../client/api.generated.ts'

type Partly<T> = { [Key in keyof T]?: T[Key] | undefined }
export type Material = SubmitCaseRequest['materials'][number]
export type Content = Omit<Partly<SubmitCaseRequest>, 'applicant' | 'agent' | 'delivery'> & {
  applicant?: Partly<SubmitCaseRequest['applicant']>
  agent?: Partly<NonNullable<SubmitCaseRequest['agent']>> | undefined
  delivery?:
    | (Partly<Omit<NonNullable<SubmitCaseRequest['delivery']>, 'recipient'>> & {
        recipient?: Partly<NonNullable<NonNullable<SubmitCaseRequest['delivery']>['recipient']>> | undefined
      })
    | undefined
}
export type Guide = ReadGuideAnswer
export type Asked = Guide['item']['materials'][number]

/** A text as it is kept: an empty field is none. */
export const textOr = (text: string): string | undefined => (text === '' ? undefined : text)

/** What was prefilled goes only where nothing was typed. */
export function filled<T extends object>(typed: T, known: Partial<T>): T {
  const missing = Object.entries(known).filter(([name, value]) => {
    const there: unknown = (typed as Record<string, unknown>)[name]
    return value !== undefined && (there === undefined || there === '')
  })
  return { ...typed, ...Object.fromEntries(missing) }
}

/** Codes of materials that are asked for and not there; those that may come later apart. */
export function missing(asked: readonly Asked[], given: readonly Material[]): { needed: Asked[]; later: Asked[] } {
  const there = new Set(given.map(({ code }) => code))
  const open = asked.filter(({ materialCode }) => !there.has(materialCode))
  return { needed: open.filter(({ isNeed }) => isNeed === '1'), later: open.filter(({ isNeed }) => isNeed === '3') }
}

/** What an authorisation (授权委托书) is called in a list of materials. */
const AUTHORISES = /授权|委托书/

/** The code of an authorisation that the item's list does not have: one that is no other's. */
function codeApart(asked: readonly Asked[]): string {
  const taken = new Set(asked.map(({ materialCode }) => materialCode))
  for (let no = 1; ; no++) if (!taken.has(`WT${no}`)) return `WT${no}`
}

/** Under which code an agent's authorisation is handed in when nobody says otherwise: as the item's list names it, else apart from it. */
export const usualAuthorisation = (asked: readonly Asked[]): string =>
  asked.find(({ materialName }) => AUTHORISES.test(materialName))?.materialCode ?? codeApart(asked)

/** The materials one of which is the authorisation of an agent: those of the item's list, and one apart from it of this name. */
export const authorisationIn = (asked: readonly Asked[], name: string): Asked[] => [
  ...asked,
  {
    materialCode: codeApart(asked),
    materialName: name,
    isNeed: '1',
    materialType: '1',
    materialFormat: '3',
    sourceType: '10',
  },
]

/** The code of the material that is the agent's authorisation; a draft of a command may name it by its hash. */
export const codeOfAuthorisation = ({ agent, materials = [] }: Content): string | undefined =>
  materials.find(({ sha256 }) => sha256 === agent?.authorisation)?.code ?? agent?.authorisation

/** What is handed in: what the item's list asks for, and the authorisation of an agent where the list has none. */
export function wantedOf(asked: readonly Asked[], content: Content, name: string): Asked[] {
  const code = codeOfAuthorisation(content)
  const apart = authorisationIn(asked, name).at(-1)
  return apart === undefined || code !== apart.materialCode ? [...asked] : [...asked, apart]
}

/** Where values of a draft came from, as far as they still stand as they were filled in. */
export type Prefilled = Readonly<Record<string, { source: 'number' | 'applicant' | 'earlier'; value: unknown }>>

/** Of each value that still stands as it was filled in, its source, by its path (`applicant.phone`, `form.birthDate`). */
export function sourcesOf(
  prefilled: Prefilled,
  { applicant, form }: Content,
): Record<string, Prefilled[string]['source']> {
  const now: Record<string, unknown> = { applicant, form }
  return Object.fromEntries(
    Object.entries(prefilled).flatMap(([path, { source, value }]) => {
      const [part = '', name = ''] = path.split('.')
      const held = (now[part] as Record<string, unknown> | undefined)?.[name]
      return JSON.stringify(held) === JSON.stringify(value) ? [[path, source]] : []
    }),
  )
}

/** What a prefill filled in, of what it knows. */
export function prefilledOf(
  from: Readonly<Record<string, Prefilled[string]['source']>>,
  known: { applicant: object; form: object },
): Prefilled {
  return Object.fromEntries(
    Object.entries(from).flatMap(([path, source]) => {
      const [part = '', name = ''] = path.split('.')
      const value = ((known as Record<string, object>)[part] as Record<string, unknown> | undefined)?.[name]
      return value === undefined ? [] : [[path, { source, value }]]
    }),
  )
}
