/** Counts the pages of a scan: what a viewer would show. For `counter.ts` alone: what it reads is other people's. */
import { strFromU8, unzipSync } from 'fflate'
import { Parser } from 'saxen'
import { getDocumentProxy } from 'unpdf'
import type { MaterialType } from '../sniff.ts'

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

const ROOT = 'OFD.xml'

/** GB/T 33190-2016 §7: `OFD.xml` names the root of each document, and that lists its pages (页树). */
function pagesOfOfd(bytes: Uint8Array): number {
  let pages = 0
  for (const { text } of elements(entry(bytes, ROOT), 'DocRoot'))
    pages += elements(entry(bytes, pathOf(text)), 'Page', 'Pages').length
  return pages
}

/** A path as the names of a ZIP are: from the root, with slashes. */
const pathOf = (written: string): string =>
  written
    .trim()
    .replaceAll('\\', '/')
    .replace(/^(\.?\/)+/, '')

function entry(bytes: Uint8Array, name: string): string {
  const found = unzipSync(bytes, { filter: ({ name: each }) => pathOf(each) === name })
  const [content] = Object.values(found)
  if (content === undefined) throw new Error(`${name} is missing`)
  return strFromU8(content)
}

/** Elements of that local name, with the text inside; of those directly inside `parent` where it is given. */
function elements(xml: string, name: string, parent?: string): { text: string }[] {
  const found: { text: string }[] = []
  const open: string[] = []
  const local = (qualified: string): string => qualified.slice(qualified.indexOf(':') + 1)
  const inside = (): boolean => open.at(-1) === name && (parent === undefined || open.at(-2) === parent)
  const parser = new Parser()
  parser.on('error', error => {
    throw error
  })
  parser.on('openTag', qualified => {
    open.push(local(qualified))
    if (inside()) found.push({ text: '' })
  })
  const add = (text: string): void => {
    const last = found.at(-1)
    if (inside() && last !== undefined) last.text += text
  }
  parser.on('text', add)
  parser.on('cdata', add)
  parser.on('closeTag', () => {
    open.pop()
  })
  parser.parse(xml)
  return found
}
