/** The verifier of evidence as it is bundled for a browser: the same sources, and in place of what is Node's what a browser has. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

type Verifier = typeof import('./browser-entry.ts')

const withoutNode: Bun.BunPlugin = {
  name: 'without-node',
  setup(build) {
    build.onResolve({ filter: /^(?:node|bun):/ }, ({ path, importer }) => {
      throw new Error(`${importer} wants ${path}, which no browser has`)
    })
  },
}

async function load(): Promise<Verifier> {
  const folder = await mkdtemp(join(tmpdir(), 'tongban-browser-verifier-'))
  try {
    await Bun.build({
      plugins: [withoutNode],
      entrypoints: [fileURLToPath(new URL('./browser-entry.ts', import.meta.url))],
      target: 'browser',
      outdir: folder,
    })
    return (await import(join(folder, 'browser-entry.js'))) as Verifier
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

let loaded: ReturnType<typeof load> | undefined

/** Verifies a bundle as the console does in a browser. */
export async function verifyAsBrowser(bundle: Blob, fingerprints?: readonly string[]) {
  loaded ??= load()
  const { verifySource, sourceOf } = await loaded
  return verifySource(sourceOf(bundle), fingerprints === undefined ? {} : { fingerprints })
}
