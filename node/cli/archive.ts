/** `tongban case archive`: one case as one file for the archives. */
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { CommandContext } from './context.ts'

export async function archive(context: CommandContext, thread: string, flags: { out: string }): Promise<void> {
  const client = await context.client()
  const stream = await client.download(`/api/v1/cases/${thread}/archive`)
  await pipeline(Readable.fromWeb(stream as never), createWriteStream(flags.out, { mode: 0o600 }))
  context.out.result({ archive: flags.out }, value => `Archived 已归档: ${value.archive}`)
}
