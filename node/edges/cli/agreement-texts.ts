/** `tongban agreement diff`, `print`, `attach`, `attachments`: how two texts differ, the document for paper, its attachments. */
import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { styleText } from 'node:util'
import { ProblemError } from '../../../protocol/problem.ts'
import type { DiffAgreementAnswer, UploadAttachmentAnswer } from '../client/api.generated.ts'
import type { CommandContext } from './context.ts'
import { beginning, only } from './named.ts'
import { table } from './output.ts'
import { readJson } from './services.ts'

type Diff = Pick<DiffAgreementAnswer, 'terms' | 'parties' | 'items' | 'counts'>
type Field = Diff['terms'][number]
type Label = Field['label']
type Change = Diff['parties'][number]['change']
type Text = DiffAgreementAnswer['after']

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
  const { before, after } = flags
  const answer = await client.diffAgreement({ params: { thread }, query: { before, after } })
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
  const params = { thread }
  const page = await client.printAgreement({ params, query: { text: flags.text } })
  const bytes = await Bun.write(flags.out, new Response(page))
  context.out.result(
    { file: flags.out, bytes },
    ({ file }) => `Wrote 已写入 ${file}: open it in a browser and print 用浏览器打开后打印`,
  )
}

type Scan = UploadAttachmentAnswer & { name: string }

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
  const kept = await client.uploadAttachment({ bytes: new Uint8Array(bytes) })
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
  const params = { thread }
  const { items } = await client.listAttachments({ params })
  if (flags.save !== undefined) {
    const chosen = only({
      named: flags.save,
      found: beginning(items, flags.save, ({ sha256 }) => sha256),
      line: ({ sha256, name }) => `${sha256}  ${name}`,
      none: ['request.not-found', 'no attachment begins so; see: tongban agreement attachments'],
    })
    const file = basename(chosen.name)
    const { sha256 } = chosen
    await Bun.write(file, new Response(await client.downloadAttachment({ params: { ...params, sha256 } })))
    context.out.result({ file, ...chosen }, made => `Wrote 已写入 ${made.file}`)
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
