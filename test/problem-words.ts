/**
 * Each detail of a problem has its Chinese in `protocol/messages` (decision 023). Pure: it gets sources and gives lines back;
 * `check.ts` prints.
 */
import { inChinese } from '../protocol/messages/in-chinese.ts'
import { detailTexts } from './problem-texts.ts'

/** What makes problems for others to see, but for the definitions by which they are made, the messages themselves, and what others go on writing. */
const READ = /^(protocol|certs|adapters|node)\/(?!.*\.(test|generated|d)\.tsx?$).*\.ts$/
const NOT_READ = /^protocol\/(problem\.ts|messages\/)|^node\/edges\/console\/app\/|^adapters\/template\//

/** English words beside each other, which a Chinese text has in commands alone. */
const ENGLISH = /[a-z]{2,} [a-z]{2,}/
/** A word, and no name of a field or a file. */
const WORD = /^(?!P\d)[A-Za-z]{2,}[,.]?$/
const COMMAND = /tongban( [a-zA-Z-]+)+/g
const QUOTED = /[“"][^”"]*[”"]/g
const OPTION = /--[a-z-]+/g
/** Its Chinese behind its English, as the questions of commands have it. */
const IN_BOTH = /^[^\p{Script=Han}]+ [\p{Script=Han}]+$/u

/** What of a text has no Chinese; null when it has, or when it has no words of its own. `{name}` is what the program fills in. */
export function untold(text: string): string | null {
  let places = 0
  const filled = text.replace(/\{[A-Za-z]+\}/g, () => `P${places++}`)
  const words = filled
    .replace(OPTION, '')
    .split(/[:;]? |[()]/)
    .filter(word => WORD.test(word))
  if (words.length < 2 || IN_BOTH.test(filled)) return null
  const zh = inChinese(filled)
  if (zh === null) return text
  return ENGLISH.test(zh.replace(COMMAND, '').replace(QUOTED, '')) ? `${text} => ${zh}` : null
}

/** The texts that the sources can tell of problems, how many there are, and those that lack Chinese. */
export function detailsWithoutChinese(sources: ReadonlyMap<string, string>): { texts: number; lines: string[] } {
  const read = new Map([...sources].filter(([path]) => READ.test(path) && !NOT_READ.test(path)))
  const details = detailTexts(read)
  const lines = details.flatMap(({ path, line, text }) => {
    const found = untold(text)
    return found === null ? [] : [`${path}:${line}: write its Chinese into protocol/messages: ${found}`]
  })
  return { texts: new Set(details.map(({ text }) => text)).size, lines: [...new Set(lines)] }
}
