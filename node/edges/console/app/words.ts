/** Words of the console (词表): each part has one catalogue in Chinese and English, and no component holds a text of its own. */
import { useSyncExternalStore } from 'react'

export type Language = 'zh' | 'en'
/** A text, or what makes one of its parts. */
type Text = string | ((...parts: never[]) => string)
type Words = { readonly [Key in string]: Text }
/** The same words in another language: as many, each of the same parts. */
type Like<W extends Words> = {
  readonly [Key in keyof W]: W[Key] extends (...parts: infer Parts) => string ? (...parts: Parts) => string : string
}
export type Catalogue<W extends Words> = { readonly zh: W; readonly en: Like<W> }

export const catalogue = <const W extends Words>(zh: W, en: Like<W>): Catalogue<W> => ({ zh, en })

const KEPT = 'tongban.language'
const hearers = new Set<() => void>()
let language: Language = localStorage.getItem(KEPT) === 'en' ? 'en' : 'zh'
document.documentElement.lang = language

export const languageNow = (): Language => language

export function speak(chosen: Language): void {
  language = chosen
  localStorage.setItem(KEPT, chosen)
  document.documentElement.lang = chosen
  for (const hear of hearers) hear()
}

const listen = (hear: () => void) => {
  hearers.add(hear)
  return () => hearers.delete(hear)
}

export const useLanguage = (): Language => useSyncExternalStore(listen, languageNow)

/** The words of a part, in the language that is spoken now. */
export const useWords = <W extends Words>(of: Catalogue<W>): Like<W> => of[useLanguage()] as Like<W>

/** One of two texts that come from the node in both languages. */
export const usePair = (): ((pair: { zh: string; en: string }) => string) => {
  const spoken = useLanguage()
  return pair => pair[spoken]
}
