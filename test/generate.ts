/**
 * `npm run generate`: writes what is made from the code: JSON Schemas, the tables of SPEC.md, test vectors, the client of the API. With `--check` it
 * writes nothing and fails when something is stale.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { centresFile } from './generate/centres.ts'
import { clientFiles } from './generate/client.ts'
import { schemaFiles } from './generate/schemas.ts'
import { settingsFile } from './generate/settings.ts'
import { specFile } from './generate/spec.ts'
import { vectorFiles } from './generate/vectors.ts'

/** Path from the project's root → content. */
export type Files = ReadonlyMap<string, string>

const ROOT = resolve(import.meta.dirname, '..')

/** Everything that is generated, made anew. */
export async function generated(): Promise<Files> {
  const read = (path: string) => readFile(resolve(ROOT, path), 'utf8')
  return new Map([
    ...schemaFiles(),
    settingsFile(),
    ...(await clientFiles()),
    await centresFile(),
    ...(await specFile(read)),
    ...(await vectorFiles()),
  ])
}

/** Paths whose content on disk differs from what the code makes. */
export async function stale(files: Files): Promise<string[]> {
  const differing: string[] = []
  for (const [path, content] of files) {
    const held = await readFile(resolve(ROOT, path), 'utf8').catch(() => null)
    // Formatters may lay JSON out anew; its meaning counts.
    const same =
      path.endsWith('.json') && held !== null
        ? JSON.stringify(JSON.parse(held)) === JSON.stringify(JSON.parse(content))
        : held === content
    if (!same) differing.push(path)
  }
  return differing
}

if (import.meta.main) {
  const files = await generated()
  const differing = await stale(files)
  if (process.argv.includes('--check')) {
    for (const path of differing) console.error(`stale: ${path}`)
    process.exit(differing.length === 0 ? 0 : 1)
  }
  for (const path of differing) {
    await mkdir(dirname(resolve(ROOT, path)), { recursive: true })
    await writeFile(resolve(ROOT, path), files.get(path) ?? '')
    console.log(`wrote ${path}`)
  }
  console.log(`${files.size} generated files, ${differing.length} written`)
}
