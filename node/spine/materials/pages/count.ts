/** Reads a scan as a viewer would: how many pages it has, and their text. For `counter.ts` alone: what it reads is other people's. */
import { extractText, getDocumentProxy } from 'unpdf'
import type { MaterialType } from '../sniff.ts'
import { pagesOfOfd, textsOfOfd } from './ofd.ts'

/** Pages of the file; null when it cannot be opened: broken, or locked by a password. */
export async function countPages(type: MaterialType, bytes: Uint8Array): Promise<number | null> {
  try {
    const pages = await COUNT[type](bytes)
    return pages > 0 ? pages : null
  } catch {
    return null
  }
}

const COUNT: Record<MaterialType, (bytes: Uint8Array) => number | Promise<number>> = {
  'image/jpeg': () => 1,
  'image/png': () => 1,
  'application/pdf': async bytes => (await getDocumentProxy(bytes, { verbosity: 0 })).numPages,
  'application/ofd': pagesOfOfd,
}

/** The text of each page, the first `most` characters of all; `truncated`: there is more. Null when it cannot be opened. */
export async function readTexts(
  type: MaterialType,
  bytes: Uint8Array,
  most: number,
): Promise<{ pages: string[]; truncated: boolean } | null> {
  const pages: string[] = []
  let left = most
  try {
    for (const text of await TEXTS[type](bytes)) {
      if (text.length > left) return { pages: [...pages, text.slice(0, left).toWellFormed()], truncated: true }
      left -= text.length
      pages.push(text)
    }
    return { pages, truncated: false }
  } catch {
    return null
  }
}

const TEXTS: Record<MaterialType, (bytes: Uint8Array) => Iterable<string> | Promise<Iterable<string>>> = {
  // A picture has none.
  'image/jpeg': () => [''],
  'image/png': () => [''],
  'application/pdf': async bytes =>
    (await extractText(await getDocumentProxy(bytes, { verbosity: 0 }), { mergePages: false })).text,
  'application/ofd': textsOfOfd,
}
