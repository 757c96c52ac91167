/** `tongban case archive`: one case as one file for the archives. */
import type { CommandContext } from './context.ts'
import { saveStream } from './files.ts'
import { caseThread } from './named.ts'

export async function archive(context: CommandContext, named: string, flags: { out: string }): Promise<void> {
  const client = await context.client()
  const params = { thread: await caseThread(client, named) }
  await saveStream(await client.archiveCase({ params }), flags.out)
  context.out.result({ archive: flags.out }, value => `Archived 已归档: ${value.archive}`)
}
