/** An adapter whose packets become what a file says: that file is read, and those which it names. */
import { dirname, resolve } from 'node:path'
import type { Adapter } from '../../../adapters/sdk/port.ts'
import { jsonOf, readTextFile } from '../../kernel/config/text-file.ts'

type Mapped = {
  kind: 'rest' | 'soap' | 'file-drop' | 'front-table' | 'manual'
  /** path of the mapping, from the folder of the configuration */
  mapping: string
  baseUrl?: string | undefined
  /** values of the secrets by their names */
  secrets?: Readonly<Record<string, string>>
}

/** Problem: `config.invalid`. */
export async function loadMappedAdapter(
  { kind, mapping, baseUrl, secrets = {} }: Mapped,
  folder: string,
): Promise<Adapter> {
  const path = resolve(folder, mapping)
  const name = `adapter.mapping: ${path}`
  const written = jsonOf(await readTextFile(path, 'config.invalid', name), name, 'config.invalid')
  const config = baseUrl === undefined ? written : { ...(written as object), baseUrl }
  if (kind === 'rest') {
    const { createRestAdapter } = await import('../../../adapters/rest/rest.ts')
    return createRestAdapter({ config, secrets })
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
  return createSoapAdapter({ config, secrets, files })
}
