/** `tongban case papers` and `print`: papers for the applicant as pages. */
import type { PrintPapersRequest } from '../client/api.generated.ts'
import type { CommandContext } from './context.ts'
import { saveStream } from './files.ts'
import { caseThread } from './named.ts'
import { table } from './output.ts'

export async function papers(context: CommandContext, named: string): Promise<void> {
  const client = await context.client()
  const { items } = await client.listPapers({ params: { thread: await caseThread(client, named) } })
  context.out.result(items, list =>
    table(list.map(({ name, title, lacking }) => ({ paper: name, title, waits: lacking ?? '' }))),
  )
}

export async function print(
  context: CommandContext,
  named: string,
  paper: string,
  flags: { out: string },
): Promise<void> {
  const client = await context.client()
  const params = { thread: await caseThread(client, named), name: paper as PrintPapersRequest['paper'] }
  await saveStream(await client.printPaper({ params }), flags.out)
  context.out.result(
    { file: flags.out },
    ({ file }) => `Wrote 已写入 ${file}: open it in a browser and print 用浏览器打开后打印`,
  )
}
