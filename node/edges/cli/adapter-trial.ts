/**
 * A mapping of any kind made into an adapter that goes nowhere: it hands nothing over, and is answered with what it is given. Of calls
 * the answer comes from this machine, of files it is the only one in a folder, of tables it is rows.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createFileDropAdapter } from '../../../adapters/file-drop/file-drop.ts'
import type { Entry, Place } from '../../../adapters/file-drop/place.ts'
import { SQLITE } from '../../../adapters/front-table/drivers/sqlite.ts'
import { adapterOn, prepareFrontTable } from '../../../adapters/front-table/front-table.ts'
import type { Adapter, RawEvent } from '../../../adapters/sdk/port.ts'
import { SOAP_NAMESPACES } from '../../../adapters/sdk/xml-json.ts'
import { readKeepingDigits } from '../../../protocol/json-outside.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { compileMapping } from '../../spine/dispatch/mapped-part.ts'
import { isObject, type Json, type MappingFile, textsOf } from './adapter-mapping.ts'

/** An answer of a system, as it would come. */
export type Given = { status: number; type: string; bytes: Uint8Array<ArrayBuffer> }

/** Stands for each secret: what is looked at here goes nowhere. Not a word that other texts may hold, since it is hidden in them. */
const SECRET = 'a-secret-that-goes-nowhere'

function standIns(config: Json): Record<string, string> {
  const names = textsOf(config).flatMap(({ place, text }) => [
    ...(/(^|\.)secret$/.test(place) ? [text] : []),
    ...[...text.matchAll(/\$secret\(\s*['"]([^'"]+)['"]\s*\)/g)].map(([, name = '']) => name),
  ])
  return Object.fromEntries(names.map(name => [name, SECRET]))
}

/** Whether its system answers calls: then an answer is judged. */
export const isCalled = ({ kind }: Pick<MappingFile, 'kind'>): boolean => kind === 'rest' || kind === 'soap'

const NOTHING: Given = { status: 404, type: 'text/plain', bytes: new Uint8Array() }

/** Problem: `config.invalid`, with every place that is wrong. */
export async function adapterOf(mapping: MappingFile): Promise<Adapter> {
  const { kind, config } = mapping
  if (kind === 'file-drop') return fileDropOn(config, placeOf(null))
  if (kind === 'front-table') return frontTableOn(config)
  return compiled(mapping, config)
}

const compiled = ({ kind, files }: MappingFile, config: Json): Promise<Adapter> =>
  compileMapping({ kind }, { config, files: { ...files } }, '/', standIns(config), () => false)

/** Has the adapter ask a system that answers everything with `given`, files with a page of a PDF, and gives out a token. Problem: `request.invalid`. */
export async function within<T>(
  mapping: MappingFile,
  given: Given | null,
  use: (adapter: Adapter) => Promise<T>,
): Promise<T> {
  const { kind, config } = mapping
  if (kind === 'file-drop') return use(fileDropOn(config, placeOf(given)))
  if (kind === 'front-table') return use({ ...frontTableOn(config), poll: async () => rowsOf(config, given) })
  if (kind === 'manual')
    throw new ProblemError(
      'request.invalid',
      '--events: of a manual adapter people tell what came of a packet, at the case',
    )
  return withinHttp(mapping, given ?? NOTHING, use)
}

/** Where tokens come from here: no other request of a mapping has this path. */
const TOKEN = '/a-token-for-a-trial'

async function withinHttp<T>(mapping: MappingFile, given: Given, use: (adapter: Adapter) => Promise<T>): Promise<T> {
  const { kind, config } = mapping
  const { session } = config
  const files = [config.events, config.cases].flatMap(part =>
    isObject(part) && isObject(part.files) ? [part.files] : [],
  )
  const [filePrefix] = files.map(({ path }) => String(path).split('{')[0] ?? '')
  const [tokenType, tokenText] =
    kind === 'soap'
      ? ['text/xml', `<e:Envelope xmlns:e="${SOAP_NAMESPACES[soapOf(config)]}"><e:Body/></e:Envelope>`]
      : ['application/json', '{}']
  const server = createServer((request, response) => {
    request.resume()
    const { pathname } = new URL(request.url ?? '/', 'http://system')
    if (pathname === TOKEN) response.setHeader('content-type', tokenType).end(tokenText)
    else if (filePrefix !== undefined && pathname.startsWith(filePrefix))
      response.setHeader('content-type', 'application/pdf').end(`%PDF-1.4 ${pathname}`)
    else response.writeHead(given.status, { 'content-type': given.type }).end(given.bytes)
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  try {
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { seconds, until, over, ...rest } = isObject(session) ? session : {}
    const granted = { ...rest, path: TOKEN, token: "'token'", response: { outcome: "'done'" } }
    const adapter = await compiled(mapping, { ...config, baseUrl, ...(isObject(session) ? { session: granted } : {}) })
    return await use(adapter)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const soapOf = ({ soap }: Json): '1.1' | '1.2' => (soap === '1.2' ? '1.2' : '1.1')

/** Of SFTP nothing is needed here: files are written and read at the same places of a folder. */
function fileDropOn(config: Json, place: (ending: string) => Place): Adapter {
  const { sftp: _, in: incoming, ...rest } = config
  const answers = isObject(incoming) ? { ...incoming, ready: 'renamed' } : incoming
  const ending = isObject(incoming) ? String(incoming.ending ?? `.${String(incoming.format)}`) : ''
  return createFileDropAdapter({
    config: { ...rest, folder: '/', in: answers },
    base: '/',
    secrets: {},
    place: place(ending),
  })
}

/** A folder with one file of answers; every other path is a page of a PDF. */
function placeOf(given: Given | null): (ending: string) => Place {
  return ending => {
    const name = `answers${ending}`
    const nameIn = (path: string): string => path.split('/').at(-1) ?? path
    const bytesAt = (path: string): Uint8Array =>
      nameIn(path) === name ? (given?.bytes ?? new Uint8Array()) : new TextEncoder().encode(`%PDF-1.4 ${path}`)
    const entryAt = (path: string): Entry => ({
      name: nameIn(path),
      file: true,
      folder: false,
      size: bytesAt(path).byteLength,
      changed: 0,
    })
    return {
      system: '/',
      list: async () => (given === null ? [] : [entryAt(name)]),
      stat: async path => entryAt(path),
      async *read(path) {
        yield bytesAt(path)
      },
      write: async () => {},
      makeFolder: async () => {},
      rename: async () => true,
      remove: async () => {},
      close: async () => {},
    }
  }
}

/** A database that has every file, and is asked for nothing else. */
function frontTableOn(config: Json): Adapter {
  const { database } = config
  const authority = isObject(database) && isObject(database.tls) ? { ...database, tls: 'on' } : database
  const prepared = prepareFrontTable({
    config: { ...config, database: authority },
    secrets: standIns(config),
    folder: '/',
  })
  const columns = prepared.plan.sources.flatMap(({ files }) =>
    files !== null && 'content' in files ? [files.content] : [],
  )
  const page = new TextEncoder().encode('%PDF-1.4')
  const row = Object.fromEntries(columns.map(column => [column, page]))
  return adapterOn(prepared, {
    dialect: SQLITE,
    pipelines: false,
    connect: async () => ({ query: async () => ({ rows: [row], changed: 0 }), destroy: () => {} }),
  })
}

/** Rows of a source as a database gives them, all text: an object of lists by the names of sources, or the list of the only one. */
function rowsOf({ events }: Json, given: Given | null): { events: RawEvent[]; cursor: string } {
  const fault = (why: string) => new ProblemError('request.invalid', `--events: ${why}`)
  const read = readKeepingDigits(new TextDecoder().decode(given?.bytes ?? new Uint8Array()))
  if (!read.ok) throw fault('JSON is needed')
  const [first] = Array.isArray(events) ? (events as unknown[]) : []
  const named = Array.isArray(read.value) && isObject(first) ? { [String(first.name)]: read.value } : read.value
  if (!isObject(named)) throw fault('rows by the name of their source, or a list of them')
  const rows = Object.entries(named).flatMap(([source, list]) => {
    if (!Array.isArray(list) || !list.every(isObject))
      throw fault('rows by the name of their source, or a list of them')
    return list.map(row => ({ source, row: textsIn(row) }))
  })
  return { events: rows.map(row => ({ id: null, localCaseNo: null, raw: JSON.stringify(row) })), cursor: '' }
}

const textsIn = (row: Json): Json =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === null ? null : String(value)]))
