/** An adapter whose packets become what a file says: that file is read, and those which it names. */
import { dirname, resolve } from 'node:path'
import type { Adapter } from '../../../adapters/sdk/port.ts'
import { type EarlierVersion, withVersions } from '../../../adapters/sdk/versions.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { jsonOf, readTextFile } from '../../kernel/config/text-file.ts'

type Mapped = {
  kind: 'rest' | 'soap' | 'file-drop' | 'front-table' | 'manual'
  /** path of the mapping, from the folder of the configuration */
  mapping: string
  /** earlier versions, the oldest first */
  before?: readonly { mapping: string; until: string }[] | undefined
  baseUrl?: string | undefined
  /** values of the secrets by their names */
  secrets?: Readonly<Record<string, string>>
}

/** The adapter of all versions of a mapping. Problem: `config.invalid`, with the version that is wrong. */
export async function loadMappedAdapter({ before = [], ...mapped }: Mapped, folder: string): Promise<Adapter> {
  const keepsAll = before.length > 0
  const newest = await loadVersion(mapped, folder, 'adapter', keepsAll)
  const earlier: EarlierVersion[] = []
  for (const [index, { mapping, until }] of before.entries()) {
    const place = `adapter.before.${index}`
    const adapter = await loadVersion({ ...mapped, mapping }, folder, place, keepsAll).catch((error: unknown) => {
      if (!(error instanceof ProblemError)) throw error
      const { code, detail = '' } = error.problem
      throw new ProblemError(code, detail.startsWith(place) ? detail : `${place}: ${detail}`)
    })
    earlier.push({ until: Date.parse(until), adapter })
  }
  const made = withVersions(newest, earlier)
  if (!made.ok) throw new ProblemError('config.invalid', `adapter.${made.problem.detail}`)
  return made.adapter
}

async function loadVersion(
  { kind, mapping, baseUrl, secrets = {} }: Omit<Mapped, 'before'>,
  folder: string,
  place: string,
  keepsAll: boolean,
): Promise<Adapter> {
  const path = resolve(folder, mapping)
  const name = `${place}.mapping: ${path}`
  const written = jsonOf(await readTextFile(path, 'config.invalid', name), name, 'config.invalid')
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
  const { createSoapAdapter, soapFiles } = await import('../../../adapters/soap/soap.ts')
  const files: Record<string, string> = {}
  for (const file of soapFiles(config)) files[file] = await readTextFile(resolve(dirname(path), file), 'config.invalid')
  return createSoapAdapter({ config, secrets, files, keepsAll })
}
