/** `tongban agreement diff` and `print`: how two texts of an agreement differ, and the document for paper. */
import { styleText } from 'node:util'
import type { CommandContext } from './context.ts'

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
  const answer = await client.get<Diff & { before: Text; after: Text }>(`/api/v1/agreements/${thread}/diff?${query}`)
  const line = ({ id, kind, by }: Text) => `${id.slice(0, 12)}  ${KINDS[kind]}${by === null ? '' : `, by 由 ${by}`}`
  context.out.result(answer, found =>
    [
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
