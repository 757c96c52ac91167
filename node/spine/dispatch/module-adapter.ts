/**
 * Loads an adapter of one's own by its path. It runs in the node, with the rights of the node: so it is taken from the folder of
 * `tongban.json` alone, where whoever may write may do as much already.
 */
import { realpath, stat } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readAdapter } from '../../../adapters/sdk/module.ts'
import type { Adapter } from '../../../adapters/sdk/port.ts'
import { hiding } from '../../../adapters/sdk/traced.ts'
import { ProblemError } from '../../../protocol/problem.ts'

type Named = {
  /** relative to the folder, or absolute within it */
  path: string
  options: Readonly<Record<string, unknown>>
  secrets: Readonly<Record<string, string>>
}

/** The adapter that a module makes. Problem: `config.invalid`, with the file and what it lacks; never with a secret. */
export async function loadModuleAdapter({ path, options, secrets }: Named, folder: string): Promise<Adapter> {
  const file = resolve(folder, path)
  const fault = (why: string) => new ProblemError('config.invalid', `adapter.path: ${file}: ${why}`)
  const place = await realpath(file).catch(() => null)
  if (place === null) throw fault('is not there')
  const within = relative(await realpath(folder), place)
  if (within === '' || within === '..' || within.startsWith(`..${sep}`) || isAbsolute(within))
    throw fault('lies outside the folder of tongban.json, from which alone an adapter is loaded')
  if (!(await stat(place)).isFile()) throw fault('is no file')
  const hide = hiding(new Set(Object.values(secrets)))
  const loaded = await import(pathToFileURL(place).href).catch(error => {
    throw fault(`cannot be loaded: ${hide(messageOf(error))}`)
  })
  const { createAdapter = loaded.default } = loaded as { createAdapter?: unknown; default?: unknown }
  if (typeof createAdapter !== 'function') throw fault('exports no function createAdapter, nor one as its default')
  const given = await (async () => createAdapter({ config: options, secrets, folder }) as unknown)().catch(error => {
    throw fault(`createAdapter() failed: ${hide(messageOf(error))}`)
  })
  const read = readAdapter(given)
  if (!read.ok) throw fault(read.problem.detail ?? '')
  return read.adapter
}

const MESSAGE_CHARACTERS = 500

/** One line of what was thrown; a problem is told by its detail. */
function messageOf(error: unknown): string {
  const said =
    error instanceof ProblemError
      ? (error.problem.detail ?? error.problem.code)
      : error instanceof Error
        ? `${error.name}: ${error.message}`
        : String(error)
  return said.replaceAll(/\s+/g, ' ').slice(0, MESSAGE_CHARACTERS)
}
