/** What is read of an OFD (GB/T 33190-2016): a ZIP of XML. For the process of `counter.ts` alone: what it reads is other people's. */
import { strFromU8, unzipSync } from 'fflate'
import { Parser } from 'saxen'

const ROOT = 'OFD.xml'

type Element = { text: string; attributes: Record<string, string> }

/** A path as the names of a ZIP are: from the root, with slashes. */
const pathOf = (written: string): string =>
  written
    .trim()
    .replaceAll('\\', '/')
    .replace(/^(\.?\/)+/, '')

/** A path that stands in a file, from the root: one without a slash before it begins at the folder of that file. */
function pathFrom(file: string, written: string): string {
  const path = written.trim().replaceAll('\\', '/')
  return path.startsWith('/')
    ? pathOf(path)
    : pathOf(`${file.slice(0, file.lastIndexOf('/') + 1)}${path.replace(/^(\.\/)+/, '')}`)
}

function entry(bytes: Uint8Array, name: string): string {
  const found = unzipSync(bytes, { filter: ({ name: each }) => pathOf(each) === name })
  const [content] = Object.values(found)
  if (content === undefined) throw new Error(`${name} is missing`)
  return strFromU8(content)
}

/** Elements of that local name, with the text inside; of those directly inside `parent` where it is given. */
function elements(xml: string, name: string, parent?: string): Element[] {
  const found: Element[] = []
  const open: string[] = []
  const local = (qualified: string): string => qualified.slice(qualified.indexOf(':') + 1)
  const inside = (): boolean => open.at(-1) === name && (parent === undefined || open.at(-2) === parent)
  const parser = new Parser()
  parser.on('error', error => {
    throw error
  })
  parser.on('openTag', (qualified, attributes) => {
    open.push(local(qualified))
    if (inside()) found.push({ text: '', attributes: attributes() })
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

/** `OFD.xml` names the root of each document (§7), which lists its pages (页树). */
const documents = (bytes: Uint8Array): { path: string; xml: string }[] =>
  elements(entry(bytes, ROOT), 'DocRoot').map(({ text }) => {
    const path = pathOf(text)
    return { path, xml: entry(bytes, path) }
  })

export const pagesOfOfd = (bytes: Uint8Array): number =>
  documents(bytes).reduce((pages, { xml }) => pages + elements(xml, 'Page', 'Pages').length, 0)

/** Letters that XML may not hold as they are. */
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const unescaped = (text: string): string =>
  text.replaceAll(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w{2,4}));/gi,
    (whole, hex?: string, number?: string, name?: string) => {
      const point = hex === undefined ? Number(number) : Number.parseInt(hex, 16)
      if (name !== undefined) return ENTITIES[name] ?? whole
      return point <= 0x10_ff_ff ? String.fromCodePoint(point) : whole
    },
  )

/** The text of each page, a line for each text object; that of its template (模板页) stands before it. */
export function* textsOfOfd(bytes: Uint8Array): Generator<string> {
  const linesOf = (path: string): string[] =>
    elements(entry(bytes, path), 'TextCode').map(({ text }) => unescaped(text).trim())
  for (const { path, xml } of documents(bytes)) {
    const templates = new Map(
      elements(xml, 'TemplatePage').map(({ attributes }) => [attributes.ID ?? '', attributes.BaseLoc] as const),
    )
    for (const { attributes } of elements(xml, 'Page', 'Pages')) {
      if (attributes.BaseLoc === undefined) throw new Error('a page without a place')
      const page = pathFrom(path, attributes.BaseLoc)
      const below = elements(entry(bytes, page), 'Template').flatMap(({ attributes: { TemplateID = '' } }) => {
        const place = templates.get(TemplateID)
        return place === undefined ? [] : linesOf(pathFrom(path, place))
      })
      yield [...below, ...linesOf(page)].filter(line => line !== '').join('\n')
    }
  }
}
