/** `tongban case papers` and `print`: papers for the applicant as pages. */
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { CommandContext } from './context.ts'
import { table } from './output.ts'

export async function papers(context: CommandContext, thread: string): Promise<void> {
  const client = await context.client()
  const { items } = await client.get<{ items: { name: string; title: string; lacking: string | null }[] }>(
    `/api/v1/cases/${thread}/papers`,
  )
  context.out.result(items, list =>
    table(list.map(({ name, title, lacking }) => ({ paper: name, title, waits: lacking ?? '' }))),
  )
}

export async function print(
  context: CommandContext,
  thread: string,
  paper: string,
  flags: { out: string },
): Promise<void> {
  const client = await context.client()
  const stream = await client.download(`/api/v1/cases/${thread}/papers/${paper}`)
  await pipeline(Readable.fromWeb(stream as never), createWriteStream(flags.out, { mode: 0o600 }))
  context.out.result(
    { file: flags.out },
    ({ file }) => `Wrote 已写入 ${file}: open it in a browser and print 用浏览器打开后打印`,
  )
}
