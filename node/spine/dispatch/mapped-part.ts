/**
 * An adapter whose packets become what a file says: that file is read, and those which it names. It is read anew while the node runs, and
 * what a case began with is made from the text that the store keeps of it.
 */
import { dirname, resolve } from 'node:path'
import type { Adapter } from '../../../adapters/sdk/port.ts'
import { type EarlierVersion, withVersions } from '../../../adapters/sdk/versions.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { jsonOf, readTextFile } from '../../kernel/config/text-file.ts'
import { type KeptMapping, type MappingText, packMapping, unpackMapping } from './mapping-text.ts'
import { createReloadable, type ReloadableAdapter, type Whole } from './reloadable.ts'

/** Kinds of which a file says how they map. */
export const MAPPED_KINDS = ['rest', 'soap', 'file-drop', 'front-table', 'manual'] as const
export type MappedKind = (typeof MAPPED_KINDS)[number]

/** Kinds of which several versions may be at work: the others hold a database or folders, which two would both read. */
const PINNED: readonly MappedKind[] = ['rest', 'soap', 'manual']

type Mapped = {
  kind: MappedKind
  /** path of the mapping, from the folder of the configuration */
  mapping: string
  /** earlier versions, the oldest first */
  before?: readonly { mapping: string; until: string }[] | undefined
  baseUrl?: string | undefined
}

type Secrets = Readonly<Record<string, string>>

/** `secrets` gives their values by their names, anew at each reading. Problem: `config.invalid`, with the version that is wrong. */
export async function loadMappedAdapter(
  { before = [], ...mapped }: Mapped,
  folder: string,
  secrets: () => Promise<Secrets>,
): Promise<ReloadableAdapter> {
  const pinned = PINNED.includes(mapped.kind)
  const readOf = (mapping: string, place: string): Promise<MappingText> => {
    const path = resolve(folder, mapping)
    return readMappingText(mapped.kind, path, `${place}.mapping: ${path}`)
  }

  async function read(othersPinned: () => boolean): Promise<Whole> {
    // An answer that means nothing now may have a meaning under the version of its case.
    const keepsAll = () => before.length > 0 || othersPinned()
    const given = await secrets()
    const compile = (text: MappingText) => compileMapping(mapped, text, folder, given, keepsAll)
    const newest = await readOf(mapped.mapping, 'adapter')
    const adapter = await compile(newest)
    const texts: [KeptMapping, ...KeptMapping[]] = [packMapping(newest)]
    const earlier: (EarlierVersion & { hash: string })[] = []
    for (const [index, { mapping, until }] of before.entries()) {
      const place = `adapter.before.${index}`
      try {
        const text = await readOf(mapping, place)
        const packed = packMapping(text)
        texts.push(packed)
        earlier.push({ until: Date.parse(until), adapter: await compile(text), hash: packed.hash })
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error
        const { code, detail = '' } = error.problem
        throw new ProblemError(code, detail.startsWith(place) ? detail : `${place}: ${detail}`)
      }
    }
    const made = withVersions(adapter, earlier)
    if (!made.ok) throw new ProblemError('config.invalid', `adapter.${made.problem.detail}`)
    return {
      adapter: made.adapter,
      texts,
      versionAt: at => earlier.find(({ until }) => at < until)?.hash ?? texts[0].hash,
      make: text => compile(unpackMapping(text)),
    }
  }

  return createReloadable({ read, pinned })
}

/** A mapping with the files that it names, as they stand in its folder now; `name` tells it in problems. Problem: `config.invalid`. */
export async function readMappingText(kind: MappedKind, path: string, name: string): Promise<MappingText> {
  const config = jsonOf(await readTextFile(path, 'config.invalid', name), name, 'config.invalid')
  const files: Record<string, string> = {}
  if (kind === 'soap') {
    const { soapFiles } = await import('../../../adapters/soap/soap.ts')
    for (const file of soapFiles(config))
      files[file] = await readTextFile(resolve(dirname(path), file), 'config.invalid')
  }
  return { config, files }
}

/** The adapter of a mapping; paths in it are from `folder`. Problem: `config.invalid`. */
export async function compileMapping(
  { kind, baseUrl }: Pick<Mapped, 'kind' | 'baseUrl'>,
  { config: written, files }: MappingText,
  folder: string,
  secrets: Secrets,
  keepsAll: () => boolean,
): Promise<Adapter> {
  const config = baseUrl === undefined ? written : { ...(written as object), baseUrl }
  if (kind === 'rest') {
    const { createRestAdapter } = await import('../../../adapters/rest/rest.ts')
    return createRestAdapter({ config, secrets, keepsAll })
  }
  if (kind === 'file-drop') {
    const { createFileDropAdapter } = await import('../../../adapters/file-drop/file-drop.ts')
    return createFileDropAdapter({ config, base: folder, secrets })
  }
  if (kind === 'front-table') {
    const { createFrontTableAdapter } = await import('../../../adapters/front-table/front-table.ts')
    return createFrontTableAdapter({ config, secrets, folder })
  }
  if (kind === 'manual') {
    const { createManualAdapter } = await import('../../../adapters/manual/manual.ts')
    return createManualAdapter({ config })
  }
  const { createSoapAdapter } = await import('../../../adapters/soap/soap.ts')
  return createSoapAdapter({ config, secrets, files, keepsAll })
}
