/** HTTP routes of bulk actions beside assignment: remind, and print one paper of many cases. */
import * as z from 'zod'
import { ThreadId, text } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { actorOf, isAllowed, type RouteModule } from '../../edges/http/route.ts'
import { actOn } from '../../kernel/store/acts.ts'
import { PAPER_NAMES, type PaperName } from '../records/papers/forms.ts'

/** Cases of one request. */
export const BULK = { remind: 200, print: 100 } as const
const Told = z.array(z.strictObject({ thread: ThreadId, problem: z.string().nullable() }))

type Told = { thread: string; problem: string | null }

export const bulkRoutes = (parts: {
  remind: (thread: string, text: string, actor: string) => Promise<unknown>
  print: (
    threads: readonly string[],
    name: PaperName,
    actor: string,
    /** whether another case of a joint one is the caller's to read */
    mine: (thread: string) => Promise<boolean>,
  ) => Promise<{ html: string; items: Told[] }>
}): RouteModule => ({
  tag: 'Queues',
  description: 'Bulk actions: each case is told for itself, and one that fails keeps no other from it.',
  register(api) {
    api.operation({
      method: 'post',
      path: '/api/v1/bulk/cases/remind',
      id: 'remindCases',
      summary: `Remind the other city of up to ${BULK.remind} cases (批量催办)`,
      action: 'case.serve',
      body: z.strictObject({ threads: z.array(ThreadId).min(1).max(BULK.remind), text: text(2000) }),
      answer: z.strictObject({ items: Told }),
      seconds: 300,
      handle: async ({ body, person, signal, demand }) => {
        const items: Told[] = []
        for (const thread of new Set(body.threads)) {
          signal.throwIfAborted()
          const remind = async (): Promise<unknown> => {
            await demand('case.serve', thread)
            return actOn(thread, () => parts.remind(thread, body.text, actorOf(person)), null)
          }
          const problem = await remind().then(
            () => null,
            (error: unknown) => (error instanceof ProblemError ? error.problem.code : 'internal'),
          )
          items.push({ thread, problem })
        }
        return { items }
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/bulk/cases/print',
      id: 'printPapers',
      summary: `One paper of up to ${BULK.print} cases as one page for A4, each on sheets of its own (批量打印)`,
      description: 'Personal data: every printing is audited.',
      action: 'case.content',
      body: z.strictObject({ threads: z.array(ThreadId).min(1).max(BULK.print), paper: z.enum(PAPER_NAMES) }),
      answer: z.strictObject({ html: z.string(), items: Told }),
      seconds: 300,
      looksUp: true,
      handle: async ({ body, person, demand }) => {
        const refused: Told[] = []
        const threads: string[] = []
        for (const thread of new Set(body.threads))
          await demand('case.content', thread).then(
            () => threads.push(thread),
            (error: unknown) => {
              if (!(error instanceof ProblemError)) throw error
              refused.push({ thread, problem: error.problem.code })
            },
          )
        const { html, items } = await parts.print(threads, body.paper, actorOf(person), linked =>
          isAllowed(demand('case.content', linked)),
        )
        return { html, items: [...items, ...refused] }
      },
    })
  },
})
