/** HTTP routes of papers: which a case has, and each as a page for paper. */
import * as z from 'zod'
import { ThreadId } from '../../../../protocol/primitives.ts'
import { actorOf, isAllowed, type RouteModule } from '../../../edges/http/route.ts'
import { PAPER_NAMES } from './forms.ts'
import type { CasePapers } from './papers.ts'

const Name = z.enum(PAPER_NAMES)

export const paperRoutes = (papers: CasePapers): RouteModule => ({
  tag: 'Papers',
  description:
    'Papers for the applicant (窗口文书) as pages for A4: 收件回执, 补正告知书, 受理通知书, 决定书, 送达回证 and others.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/cases/{thread}/papers',
      id: 'listPapers',
      summary: 'Papers of a case: those that can be printed, and what the others wait for',
      action: 'case.content',
      params: z.strictObject({ thread: ThreadId }),
      answer: z.strictObject({
        items: z.array(
          z.strictObject({
            name: Name,
            title: z.string(),
            lacking: z.string().nullable().describe('the step, or what of it, that is not there yet'),
          }),
        ),
      }),
      problems: ['thread.unknown', 'request.conflict'],
      handle: async ({ params: { thread } }) => ({ items: await papers.list(thread) }),
    })
    api.download({
      path: '/api/v1/cases/{thread}/papers/{name}',
      id: 'printPaper',
      summary: 'One paper as a page: personal data; every printing is audited',
      action: 'case.content',
      params: z.strictObject({ thread: ThreadId, name: Name }),
      gives: { types: ['text/html'], description: 'one page that needs nothing else; A4 when printed' },
      problems: ['thread.unknown', 'request.conflict', 'case.transition'],
      handle: async ({ params: { thread, name }, person, demand }) => ({
        type: 'text/html; charset=utf-8',
        body: await papers.html(thread, name, actorOf(person), linked => isAllowed(demand('case.content', linked))),
        styled: true,
      }),
    })
  },
})
