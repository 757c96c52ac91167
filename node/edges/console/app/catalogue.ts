/** Catalogues of words (词表): each part of the console has one in Chinese and English. They know of no screen, so that anything may read them. */

/** A text, or what makes one of its parts. */
type Text = string | ((...parts: never[]) => string)
export type Words = { readonly [Key in string]: Text }
/** The same words in another language: as many, each of the same parts. */
export type Like<W extends Words> = {
  readonly [Key in keyof W]: W[Key] extends (...parts: infer Parts) => string ? (...parts: Parts) => string : string
}
export type Catalogue<W extends Words> = { readonly zh: W; readonly en: Like<W> }

export const catalogue = <const W extends Words>(zh: W, en: Like<W>): Catalogue<W> => ({ zh, en })

/** Several of something in one line. */
export const joined = (parts: readonly string[], language: 'zh' | 'en'): string =>
  parts.join(language === 'zh' ? '、' : ', ')

/** So many of something, in English; `many` where it is not the one with an s. */
export const counted = (count: number | string, one: string, many = `${one}s`): string =>
  `${count} ${String(count) === '1' ? one : many}`
