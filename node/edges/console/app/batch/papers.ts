/** Papers of many cases: asked for kind by kind, within what one request may hold; each case is told for itself. */
import { isProblemCode, ProblemError } from '../../../../../protocol/problem.ts'
import { node, purposeNow } from '../session.ts'
import { partsOf } from './run.ts'
import type { PaperName } from './words.ts'

/** Cases of one request. */
const MOST = 100
const PURPOSE = 'rights.purpose'

export type Printed = { pages: string[]; told: { thread: string; paper: PaperName; error: unknown }[] }

const ask = (threads: string[], paper: PaperName) =>
  node.printPapers({ body: { threads, paper }, query: { purpose: purposeNow() } })

const problemOf = (code: string | null): unknown =>
  code === null ? null : new ProblemError(isProblemCode(code) ? code : 'internal')

/** `wanted`: which papers of which cases. Where a look must name its purpose, it is asked for once. */
export async function printAll(wanted: readonly { thread: string; paper: PaperName }[]): Promise<Printed> {
  const printed: Printed = { pages: [], told: [] }
  for (const paper of new Set(wanted.map(entry => entry.paper)))
    for (const threads of partsOf(
      wanted.flatMap(entry => (entry.paper === paper ? [entry.thread] : [])),
      MOST,
    )) {
      const { html, items } = await ask(threads, paper)
      printed.pages.push(html)
      const [purposeless] = items.filter(({ problem }) => problem === PURPOSE)
      let told = items
      if (purposeless !== undefined) {
        // A look at one of them asks for the purpose; nothing is printed when it is given up.
        await node.listPapers({ params: { thread: purposeless.thread } })
        const again = await ask(
          items.flatMap(({ thread, problem }) => (problem === PURPOSE ? [thread] : [])),
          paper,
        )
        printed.pages.push(again.html)
        told = items.filter(({ problem }) => problem !== PURPOSE).concat(again.items)
      }
      for (const { thread, problem } of told) printed.told.push({ thread, paper, error: problemOf(problem) })
    }
  return printed
}
