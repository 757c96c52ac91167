/** Words of the console in the language that is spoken: no component holds a text of its own. */
import { useSyncExternalStore } from 'react'
import { type Catalogue, joined, type Like, type Words } from './catalogue.ts'

export type Language = 'zh' | 'en'

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

/** Several of something in one line, as the language that is spoken writes it. */
export const useJoined = (): ((parts: readonly string[]) => string) => {
  const spoken = useLanguage()
  return parts => joined(parts, spoken)
}
