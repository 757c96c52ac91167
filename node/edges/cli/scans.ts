/** `tongban case scans`: what scans and documents a case holds, with their pages; and all of them in a folder. */
import { link, mkdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { CaseKind } from '../../../protocol/case/kinds.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { fileName, namedBy } from '../../city/records/archive/archive.ts'
import { sniff } from '../../spine/materials/sniff.ts'
import type { Client } from '../client/client.ts'
import type { CommandContext } from './context.ts'
import { saveStream } from './files.ts'
import { table } from './output.ts'

/** Counts the pages of a held scan; null when they cannot be counted, undefined when the scan is not held. */
export async function countPages(client: Client, sha256: string): Promise<number | null | undefined> {
  try {
    return (await client.countMaterialPages({ params: { sha256 } })).pages
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === 'material.missing') return undefined
    throw error
  }
}

/** Bytes of the beginning and of the end that tell what a file is. */
const SNIFFED = 64 * 1024

type Scan = {
  kind: string
  code: string | null
  name: string
  sha256: string
  /** what its city wrote of it */
  pages: number | null
  /** null: cannot be counted */
  counted: number | null
  held: boolean
}

/** Lists the scans of a case, each once; writes those that are held into `--out`. */
export async function scans(context: CommandContext, thread: string, flags: { out?: string }): Promise<void> {
  const client = await context.client()
  const { bodies } = await client.readCaseBodies({ params: { thread } })
  const found = new Map<string, Scan>()
  for (const { kind, body } of bodies)
    for (const { sha256, code, name, pages } of namedBy(kind as CaseKind, body)) {
      if (found.has(sha256)) continue
      const counted = await countPages(client, sha256)
      found.set(sha256, { kind, code, name, sha256, pages, counted: counted ?? null, held: counted !== undefined })
    }
  const list = [...found.values()]
  if (flags.out !== undefined) {
    await mkdir(flags.out, { recursive: true, mode: 0o700 })
    for (const [index, { sha256, code, name, held }] of list.entries()) {
      if (!held) continue
      const part = join(flags.out, `${sha256}.part`)
      await saveStream(await client.viewCaseMaterial({ params: { thread, sha256 } }), part)
      // What it is tells its content: its name and its type another city wrote.
      const type = await typeOf(part)
      const file = `${String(index + 1).padStart(3, '0')}-${fileName(code === null ? name : `${code} ${name}`, type ?? '')}`
      await link(part, join(flags.out, file))
      await unlink(part)
    }
  }
  context.out.result(list, each =>
    table(
      each.map(({ kind, code, name, pages, counted, held }) => ({
        kind,
        code,
        name,
        written: pages,
        counted,
        '': held ? checked(pages, counted) : '✗ not here yet 尚未取到',
      })),
    ),
  )
}

async function typeOf(path: string): Promise<string | null> {
  const file = Bun.file(path)
  const part = async (from: number, to: number) => new Uint8Array(await file.slice(from, to).arrayBuffer())
  return sniff(await part(0, SNIFFED), await part(Math.max(0, file.size - SNIFFED), file.size))
}

function checked(pages: number | null, counted: number | null): string {
  if (counted === null) return '· cannot be counted: look at it 无法核对，请查看'
  return pages === null || pages === counted ? '✓' : '✗ differs 页数不符'
}
