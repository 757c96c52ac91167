/**
 * `npm run check`: every gate that needs no test run. All gates run even when one fails; each prints what it counted
 * and its seconds, and a gate that counted nothing fails.
 */
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { checkBoundaries, importsOf } from './boundaries.ts'
import { docsBesideCode } from './doc-comments.ts'
import { tooLong } from './file-length.ts'
import { detailsWithoutChinese } from './problem-words.ts'

type Outcome = { ok: boolean; count: number; unit: string; output: string }
type Gate = { name: string; run: () => Promise<Outcome> }

const root = fileURLToPath(new URL('..', import.meta.url))

async function run(command: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.once('error', reject)
    child.once('close', code => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() }))
  })
}

const tool = (name: string, ...args: string[]) => run(`node_modules/.bin/${name}`, args)

/** Files of the project as they lie there: known to git or about to be, without ignored ones. */
async function projectFiles(): Promise<string[]> {
  const listed = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'])
  if (listed.code !== 0) throw new Error(`git ls-files: ${listed.output}`)
  return listed.output.split('\0').filter(path => path !== '')
}

async function sources(paths: readonly string[]): Promise<Map<string, string>> {
  const read = await Promise.all(
    paths.map(async path => [path, await readFile(new URL(path, `file://${root}`), 'utf8').catch(() => null)] as const),
  )
  return new Map(read.filter((entry): entry is [string, string] => entry[1] !== null))
}

const codeFiles = async () => (await projectFiles()).filter(path => /\.(ts|tsx|js|mjs)$/.test(path))

const gates: Gate[] = [
  {
    name: 'format and lint',
    run: async () => {
      const { code, output } = await tool('biome', 'ci', '--colors=off', '--max-diagnostics=50')
      return { ok: code === 0, count: Number(/Checked (\d+) files/.exec(output)?.[1] ?? 0), unit: 'files', output }
    },
  },
  {
    name: 'types',
    run: async () => {
      // The console runs in a browser: its types are those of one.
      const runs = await Promise.all(
        ['.', 'node/edges/console/app'].map(project => tool('tsc', '-p', project, '--listFiles', '--pretty', 'false')),
      )
      const code = Math.max(...runs.map(run => run.code))
      const lines = runs.flatMap(({ output }) => output.split('\n')).filter(line => line !== '')
      const isFile = (line: string) => line.startsWith('/') || /^[A-Z]:/.test(line)
      const own = lines.filter(line => isFile(line) && !line.includes('/node_modules/'))
      return {
        ok: code === 0,
        count: own.length,
        unit: 'files',
        output: lines.filter(line => !isFile(line)).join('\n'),
      }
    },
  },
  {
    name: 'boundaries and cycles',
    run: async () => {
      const modules = await sources(await codeFiles())
      const { imports, findings, cycles } = checkBoundaries(modules)
      const lines = findings.map(found => `${found.from} imports ${found.to}: ${found.rule} (${found.why})`)
      for (const cycle of cycles) lines.push(`cycle: ${[...cycle, cycle[0]].join(' -> ')}`)
      // The reader of imports is our own: Bun's must not see one that it missed.
      const readers = { ts: new Bun.Transpiler({ loader: 'ts' }), tsx: new Bun.Transpiler({ loader: 'tsx' }) }
      for (const [path, source] of modules) {
        const transpiler = path.endsWith('.tsx') ? readers.tsx : readers.ts
        const seen = new Set(importsOf(path, source).map(found => found.to.split('/').at(-1)))
        // What JSX becomes is no import of the source.
        for (const found of transpiler.scanImports(source.replace(/^#!.*/, '')))
          if (!seen.has(found.path.split('/').at(-1)) && !(path.endsWith('.tsx') && found.path.startsWith('react')))
            lines.push(`${path}: import of ${found.path} was not read`)
      }
      return {
        ok: lines.length === 0,
        count: imports,
        unit: `imports in ${modules.size} modules`,
        output: lines.join('\n'),
      }
    },
  },
  {
    name: 'dead code',
    run: async () => {
      const { code, output } = await tool('knip', '--no-progress')
      const modules = (await codeFiles()).length
      return { ok: code === 0, count: modules, unit: 'modules', output }
    },
  },
  {
    name: 'length of files',
    run: async () => {
      const modules = await sources(await codeFiles())
      const lines = tooLong(modules)
      return { ok: lines.length === 0, count: modules.size, unit: 'files', output: lines.join('\n') }
    },
  },
  {
    name: 'doc comments',
    run: async () => {
      const files = await sources((await codeFiles()).filter(path => !path.endsWith('.generated.ts')))
      const found = [...files].flatMap(([path, source]) => docsBesideCode(source).map(line => `${path}:${line}`))
      const lines = found.map(at => `${at}: a doc comment beside code: put it on a line of its own, above`)
      return { ok: lines.length === 0, count: files.size, unit: 'files', output: lines.join('\n') }
    },
  },
  {
    name: 'problems in Chinese',
    run: async () => {
      const { texts, lines } = detailsWithoutChinese(await sources(await codeFiles()))
      // Whoever moves where problems are made must see that they are found there still.
      const ok = lines.length === 0 && texts > 1_000
      return { ok, count: texts, unit: 'details', output: lines.join('\n') }
    },
  },
  {
    name: 'forbidden words',
    run: async () => {
      const files = await sources((await projectFiles()).filter(path => !/\.(png|ico|zip|p12|lock)$/.test(path)))
      const lines: string[] = []
      for (const [path, source] of files)
        for (const [n, line] of source.split('\n').entries())
          for (const { word, only, except, why } of FORBIDDEN)
            if (only.test(path) && !except?.test(path) && word.test(line)) lines.push(`${path}:${n + 1}: ${why}`)
      return { ok: lines.length === 0, count: files.size, unit: 'files', output: lines.join('\n') }
    },
  },
]

type Forbidden = { word: RegExp; only: RegExp; except?: RegExp; why: string }
const CODE = /\.(ts|tsx|js)$/
const FORBIDDEN: Forbidden[] = [
  { word: /"resolved": *"https?:/, only: /^package-lock\.json$/, why: 'a registry address in the lock file' },
  { word: /\b(TO{1}DO|FIX{1}ME|XX{1}X)\b/, only: /\.(ts|tsx|js|md|sh|py)$/, why: 'unfinished work' },
  { word: /@ts-(ignore|nocheck|expect-error)\b/, only: CODE, except: /^test\/check\.ts$/, why: 'types switched off' },
  { word: /\b(test|it|describe)\.only\(/, only: CODE, why: 'a focused test hides the others' },
  {
    word: /\bprocess\.exit\(/,
    only: /^(protocol|certs|adapters|node)\//,
    except: /^node\/(main\.ts|tongban\.js)$/,
    why: 'only main.ts ends the process',
  },
  {
    word: /\bBun\.serve\(/,
    only: /^(protocol|certs|adapters|node)\//,
    except: /^node\/edges\/http\/server\.ts$/,
    why: 'only node/edges/http/server.ts serves HTTP',
  },
]

async function runGate(gate: Gate): Promise<boolean> {
  const started = performance.now()
  const outcome = await gate.run().catch(
    (error: unknown): Outcome => ({
      ok: false,
      count: 0,
      unit: 'things',
      output: String(error instanceof Error ? (error.stack ?? error) : error),
    }),
  )
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const ok = outcome.ok && outcome.count > 0
  const empty = outcome.ok && outcome.count === 0 ? ', nothing was checked' : ''
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${gate.name}: ${outcome.count} ${outcome.unit}${empty}, ${seconds} s`)
  if (!ok && outcome.output.trim() !== '') console.log(outcome.output.trimEnd().replace(/^/gm, '    '))
  return ok
}

const waiting = [...gates]
const results: boolean[] = []
const worker = async () => {
  for (let gate = waiting.shift(); gate !== undefined; gate = waiting.shift()) results.push(await runGate(gate))
}
await Promise.all(Array.from({ length: Math.min(2, cpus().length) }, worker))
const failed = results.filter(ok => !ok).length
console.log(`${results.length - failed} of ${gates.length} gates passed`)
process.exitCode = failed === 0 && results.length === gates.length ? 0 : 1
