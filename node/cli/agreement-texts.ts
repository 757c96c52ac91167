/** `tongban agreement diff`, `print`, `attach`, `attachments`: how two texts differ, the document for paper, its attachments. */
import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { styleText } from 'node:util'
import { ProblemError } from '../../protocol/problem.ts'
import type { CommandContext } from './context.ts'
import { table } from './output.ts'
import { readJson } from './services.ts'

type Label = { zh: string; en: string }
type Field = { label: Label; was: Label; is: Label }
type Change = 'added' | 'removed' | 'changed'
/** As the API gives it. */
export type Diff = {
  terms: Field[]
  parties: { change: Change; code: string; name: string; fields: Field[] }[]
  items: { change: Change; handling: string; taskCode: string; taskName: string; fields: Field[] }[]
  counts: Record<Change | 'unchanged', number>
}
type Text = { id: string; kind: 'version' | 'pending' | 'replaced'; by: string | null; from: string }

/** Items shown; `--json` has all. */
const SHOWN = 50
const MARKS = { added: '+', removed: '-', changed: '~' } as const
const COLOURS = { added: 'green', removed: 'red', changed: 'yellow' } as const
const KINDS = { version: 'signed 已签', pending: 'waits 待签署', replaced: 'replaced 已被替换' } as const

/** Colours on a terminal alone, and none where NO_COLOR says so. */
const coloured = (change: Change, text: string): string => styleText(COLOURS[change], text, { stream: process.stdout })
const both = ({ zh, en }: Label): string => (zh === en ? zh : `${zh} ${en}`)

function fields(list: readonly Field[], indent: string): string[] {
  return list.flatMap(({ label, was, is }) => [
    `${indent}${both(label)}`,
    coloured('removed', `${indent}  - ${both(was)}`),
    coloured('added', `${indent}  + ${both(is)}`),
  ])
}

/** A difference for people. */
export function describeDiff({ terms, parties, items, counts }: Diff): string {
  const changed = <T extends { change: Change; fields: Field[] }>(entry: T, name: string) => [
    coloured(entry.change, `${MARKS[entry.change]} ${name}`),
    ...fields(entry.fields, '    '),
  ]
  const { added, removed, changed: altered, unchanged } = counts
  const lines = [
    ...(terms.length === 0 ? [] : ['Terms 条款', ...fields(terms, '  ')]),
    ...(parties.length === 0
      ? []
      : ['Parties 签署各方', ...parties.flatMap(entry => changed(entry, `${entry.code} ${entry.name}`))]),
    `Items 事项: ${added} added 新增, ${removed} removed 移除, ${altered} changed 变更, ${unchanged} unchanged 未变`,
    ...items.slice(0, SHOWN).flatMap(entry => changed(entry, `${entry.handling} ${entry.taskCode} ${entry.taskName}`)),
  ]
  if (items.length > SHOWN) lines.push(`… ${items.length - SHOWN} more, with --json 其余见 --json`)
  return lines.join('\n')
}

export async function diff(
  context: CommandContext,
  thread: string,
  flags: { before?: string; after?: string },
): Promise<void> {
  const client = await context.client()
  const query = new URLSearchParams({
    ...(flags.before === undefined ? {} : { before: flags.before }),
    ...(flags.after === undefined ? {} : { after: flags.after }),
  })
  const answer = await client.get<Diff & { before: Text | null; after: Text }>(
    `/api/v1/agreements/${thread}/diff?${query}`,
  )
  const line = ({ id, kind, by }: Text) => `${id.slice(0, 12)}  ${KINDS[kind]}${by === null ? '' : `, by 由 ${by}`}`
  context.out.result(answer, found =>
    found.before === null
      ? `The first text, there is nothing to compare it with 首份文本，没有可比对的文本；read it 查看: tongban agreement show ${thread}`
      : [
          coloured('removed', `--- ${line(found.before)}`),
          coloured('added', `+++ ${line(found.after)}`),
          describeDiff(found),
        ].join('\n'),
  )
}

export async function print(
  context: CommandContext,
  thread: string,
  flags: { out: string; text?: string },
): Promise<void> {
  const client = await context.client()
  const query = flags.text === undefined ? '' : `?text=${encodeURIComponent(flags.text)}`
  const page = await client.download(`/api/v1/agreements/${thread}/document${query}`)
  const bytes = await Bun.write(flags.out, new Response(page))
  context.out.result(
    { file: flags.out, bytes },
    ({ file }) => `Wrote 已写入 ${file}: open it in a browser and print 用浏览器打开后打印`,
  )
}

type Scan = { sha256: string; size: number; type: string; name: string }

/** Uploads a file; with `to` it is written into the attachments of that document or amendment. */
export async function attach(
  context: CommandContext,
  path: string,
  flags: { name?: string; to?: string },
): Promise<void> {
  const written = flags.to === undefined ? null : ((await readJson(flags.to)) as Record<string, unknown>)
  const bytes = await readFile(path).catch(() => {
    throw new ProblemError('request.invalid', `${path} cannot be read`)
  })
  const client = await context.client()
  const kept = await client.upload<Omit<Scan, 'name'>>(
    '/api/v1/agreements/attachments',
    new Uint8Array(bytes),
    'application/octet-stream',
  )
  const scan: Scan = { ...kept, name: flags.name ?? basename(path) }
  if (written !== null && flags.to !== undefined) {
    // An amendment has them among the terms it changes.
    const amendment = 'effectiveFrom' in written
    const place = (amendment ? (written.terms ?? {}) : written) as { attachments?: Scan[] }
    if (amendment) written.terms = place
    place.attachments = [...(place.attachments ?? []).filter(({ sha256 }) => sha256 !== scan.sha256), scan]
    await writeFile(flags.to, `${JSON.stringify(written, null, 2)}\n`)
  }
  context.out.result(scan, made =>
    flags.to === undefined ? JSON.stringify(made, null, 2) : `Attached 已附 ${made.name} → ${flags.to}`,
  )
}

export async function attachments(context: CommandContext, thread: string, flags: { save?: string }): Promise<void> {
  const client = await context.client()
  const path = `/api/v1/agreements/${thread}/attachments`
  const { items } = await client.get<{ items: (Scan & { held: boolean })[] }>(path)
  const named = items.filter(({ sha256 }) => flags.save !== undefined && sha256.startsWith(flags.save))
  const [only] = named
  if (flags.save !== undefined) {
    if (only === undefined || named.length > 1) throw new ProblemError('request.not-found', 'attachment')
    const file = basename(only.name)
    await Bun.write(file, new Response(await client.download(`${path}/${only.sha256}`)))
    context.out.result({ file, ...only }, made => `Wrote 已写入 ${made.file}`)
    return
  }
  context.out.result(items, list =>
    table(
      list.map(({ sha256, name, type, size, held }) => ({
        sha256: sha256.slice(0, 12),
        here: held ? 'yes 已收到' : 'not yet 未收到',
        size,
        type,
        name,
      })),
    ),
  )
}
