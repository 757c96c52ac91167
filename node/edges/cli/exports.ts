/** `tongban case export`: a queue or a search as a table, with a progress bar. */
import { setTimeout as rest } from 'node:timers/promises'
import { isProblemCode, ProblemError } from '../../../protocol/problem.ts'
import type { BeginExportRequest } from '../client/api.generated.ts'
import type { CommandContext } from './context.ts'
import { saveStream } from './files.ts'
import { type BoxFilter, boxFilter } from './queue-flags.ts'

type Search = NonNullable<BeginExportRequest['search']>

/** ms between two looks at a job */
const LOOK = 200

export async function exportCases(
  context: CommandContext,
  q: string | undefined,
  flags: { out: string; queue?: BeginExportRequest['queue'] } & Omit<Search, 'q'> & BoxFilter,
): Promise<void> {
  const format = /\.(csv|xlsx)$/.exec(flags.out)?.[1] as BeginExportRequest['format'] | undefined
  if (format === undefined) throw new ProblemError('request.invalid', '--out: a file that ends with .xlsx or .csv')
  const client = await context.client()
  const { queue, window, item, mode, state, from, to } = flags
  const search = { q, partner: flags.partner, item, mode, state, role: flags.role, window, from, to }
  let job = await client.beginExport({
    body: { format, ...(queue === undefined ? { search } : { queue, ...boxFilter(flags) }) },
  })
  const bar = context.out.progress(Math.max(1, job.total))
  try {
    while (job.state === 'waiting' || job.state === 'running') {
      bar.update(job.done)
      await rest(LOOK)
      job = await client.getExport({ params: { id: job.id } })
    }
    bar.update(job.done)
  } finally {
    bar.stop()
  }
  if (job.problem !== null)
    throw new ProblemError(isProblemCode(job.problem.code) ? job.problem.code : 'internal', job.problem.detail)
  await saveStream(await client.downloadExport({ params: { id: job.id } }), flags.out)
  context.out.result({ file: flags.out, cases: job.done }, ({ file, cases }) => `Exported 已导出 ${cases}: ${file}`)
}
