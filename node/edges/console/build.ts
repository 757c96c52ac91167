/**
 * Builds the console (`npm run build`): the sources of `app/` become the files of `dist/`, each under the hash of what it holds, and
 * beside each what a browser is sent that reads Brotli. `npm ci` runs it; the image holds its result alone.
 */
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants } from 'node:zlib'
import type { ConsoleManifest } from './files.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
const compress = promisify(brotliCompress)
/** Of Brotli: 11 takes eight times as long for a twentieth less. */
const QUALITY = 9

const bytesOf = async (name: string) => readFile(join(here, 'dist', name))

/** Tests of `@rjsf/core` want it, and stand in the same file as what a page wants: it would compile code, which the policy forbids. */
const withoutCompiler: Bun.BunPlugin = {
  name: 'without-compiler',
  setup(build) {
    build.onResolve({ filter: /^@rjsf\/validator-ajv8$/ }, ({ path }) => ({ path, namespace: 'none' }))
    build.onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'export default {}', loader: 'js' }))
  },
}
/** Evidence is verified by the program of the node: nothing of Node comes with it, not even what the bundler would put in its place. */
const withoutNode: Bun.BunPlugin = {
  name: 'without-node',
  setup(build) {
    build.onResolve({ filter: /^(?:node|bun):/ }, ({ path, importer }) => {
      throw new Error(`${importer} wants ${path}, which no browser has`)
    })
  },
}
const names = { entry: '[name]-[hash].[ext]', chunk: '[name]-[hash].[ext]', asset: '[name]-[hash].[ext]' }
/** A program of its own, which the console runs beside itself: one file, whose address it is told. */
async function threadOf(name: string, source: string) {
  const { outputs } = await Bun.build({
    plugins: [withoutNode],
    entrypoints: [join(here, source)],
    target: 'browser',
    minify: true,
    naming: { ...names, entry: `${name}-[hash].[ext]` },
  })
  const [thread, ...others] = outputs
  if (thread === undefined || others.length > 0) throw new Error(`${source} is not one file`)
  return thread
}
const addressOf = ({ path }: { path: string }): string => JSON.stringify(`/console/${basename(path)}`)
const verifier = await threadOf('evidence', 'app/evidence/worker.ts')
const pdfEditor = await threadOf('pdf', 'app/new/pdf/worker.ts')
const built = await Bun.build({
  plugins: [withoutCompiler, withoutNode],
  entrypoints: [join(here, 'app/main.tsx')],
  target: 'browser',
  splitting: true,
  minify: true,
  define: {
    'process.env.NODE_ENV': '"production"',
    EVIDENCE_WORKER: addressOf(verifier),
    PDF_WORKER: addressOf(pdfEditor),
  },
  naming: names,
})
const entry = built.outputs.find(({ kind, path }) => kind === 'entry-point' && path.endsWith('.js'))
if (entry === undefined) throw new Error('the build has no entry')
// Only now: what was built before stays where a build fails.
await rm(join(here, 'dist'), { recursive: true, force: true })
await mkdir(join(here, 'dist'))
await Promise.all(
  [...built.outputs, verifier, pdfEditor].map(async output => Bun.write(join(here, 'dist', output.path), output)),
)
await copyFile(join(here, 'app/icon.svg'), join(here, 'dist/icon.svg'))
/** What PDF.js reads when a PDF wants it: encodings of Chinese, fonts that no PDF brings, decoders of scans. */
const PDFJS = fileURLToPath(new URL('../../../node_modules/pdfjs-dist/', import.meta.url))
for (const [folder, wanted] of [
  ['cmaps', /^(?:Adobe-GB1|GB|UniGB|UniCNS|Adobe-CNS1).*\.bcmap$/],
  ['standard_fonts', /\.(?:pfb|ttf)$/],
  ['wasm', /^(?:jbig2|openjpeg|qcms_bg)(?:_nowasm_fallback)?\.(?:wasm|js)$/],
] as const)
  for (const name of await readdir(join(PDFJS, folder)))
    if (wanted.test(name)) await copyFile(join(PDFJS, folder, name), join(here, 'dist', name))
const files = await readdir(join(here, 'dist'))
const styles = files.filter(name => name.endsWith('.css'))

/** What the first page loads before it shows anything: the entry and all that it imports without being asked. */
async function firstScripts(name: string, known = new Set<string>()): Promise<Set<string>> {
  if (known.has(name)) return known
  known.add(name)
  const text = (await bytesOf(name)).toString()
  for (const [, other = ''] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) await firstScripts(other, known)
  return known
}

let total = 0
for (const name of files) {
  const bytes = await bytesOf(name)
  if (!/\.(js|mjs|css|svg)$/.test(name)) continue
  const small = await compress(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } })
  await writeFile(join(here, 'dist', `${name}.br`), small)
  total += small.byteLength
}
const first = [...(await firstScripts(basename(entry.path)))]
const sizes = await Promise.all(first.map(async name => (await bytesOf(`${name}.br`)).byteLength))
const manifest: ConsoleManifest = {
  script: basename(entry.path),
  preload: first.filter(name => name !== basename(entry.path)),
  styles,
}
await writeFile(join(here, 'dist', 'manifest.json'), JSON.stringify(manifest))
const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`
console.log(
  `console: ${files.length} files, ${kilobytes(total)} compressed; the first page loads ${kilobytes(sizes.reduce((sum, size) => sum + size, 0))} of scripts`,
)
