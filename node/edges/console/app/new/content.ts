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
