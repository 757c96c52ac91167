/** `tongban case export`: a queue or a search as a table, with a progress bar. */
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as rest } from 'node:timers/promises'
import { isProblemCode, ProblemError } from '../../protocol/problem.ts'
import type { CommandContext } from './context.ts'

type Job = {
  id: string
  state: 'waiting' | 'running' | 'done' | 'failed'
  done: number
  total: number
  problem: { code: string; detail?: string } | null
}
/** ms between two looks at a job */
const LOOK = 200

export async function exportCases(
  context: CommandContext,
  q: string | undefined,
  flags: { out: string; queue?: string; window?: string; mode?: string } & Record<string, string | undefined>,
): Promise<void> {
  const format = /\.(csv|xlsx)$/.exec(flags.out)?.[1]
  if (format === undefined) throw new ProblemError('request.invalid', '--out: a file that ends with .xlsx or .csv')
  const client = await context.client()
  const { queue, window, partner, item, mode, state, from, to } = flags
  const search = { q, partner, item, mode, state, window, from, to }
  let job = await client.post<Job>('/api/v1/exports', {
    format,
    ...(queue === undefined ? { search } : { queue, window }),
  })
  const bar = context.out.progress(Math.max(1, job.total))
  try {
    while (job.state === 'waiting' || job.state === 'running') {
      bar.update(job.done)
      await rest(LOOK)
      job = await client.get<Job>(`/api/v1/exports/${job.id}`)
    }
    bar.update(job.done)
  } finally {
    bar.stop()
  }
  if (job.problem !== null)
    throw new ProblemError(isProblemCode(job.problem.code) ? job.problem.code : 'internal', job.problem.detail)
  const stream = await client.download(`/api/v1/exports/${job.id}/file`)
  await pipeline(Readable.fromWeb(stream as never), createWriteStream(flags.out, { mode: 0o600 }))
  context.out.result({ file: flags.out, cases: job.done }, ({ file, cases }) => `Exported 已导出 ${cases}: ${file}`)
}
