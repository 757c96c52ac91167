/** Papers of many cases as one print job, in the order that is asked for, within what one request may hold; each paper is told for itself. */
import { isProblemCode, ProblemError } from '../../../../../protocol/problem.ts'
import { node, purposeNow } from '../session.ts'
import { runsOf } from './run.ts'
import type { PaperName } from './words.ts'

/** Cases of one request. */
const MOST = 100
const PURPOSE = 'rights.purpose'

export type Wanted = { thread: string; paper: PaperName }
/** `error`: null once it is on the pages, and noted as printed. */
export type PaperTold = Wanted & { error: unknown }

const ask = (threads: string[], paper: PaperName) =>
  node.printPapers({ body: { threads, paper }, query: { purpose: purposeNow() } })

const problemOf = (code: string | null): unknown =>
  code === null ? null : new ProblemError(isProblemCode(code) ? code : 'internal')

/** One paper of some cases. Where a look must name its purpose, it is asked for once. */
async function printOne(threads: string[], paper: PaperName): Promise<{ pages: string[]; told: PaperTold[] }> {
  const { html, items } = await ask(threads, paper)
  const pages = [html]
  let told = items
  const [purposeless] = items.filter(({ problem }) => problem === PURPOSE)
  if (purposeless !== undefined) {
    // A look at one of them asks for the purpose; what it is not named for is not printed.
    const named = await node.listPapers({ params: { thread: purposeless.thread } }).then(
      () => true,
      () => false,
    )
    if (named) {
      const again = await ask(
        items.flatMap(({ thread, problem }) => (problem === PURPOSE ? [thread] : [])),
        paper,
      )
      pages.push(again.html)
      told = items.filter(({ problem }) => problem !== PURPOSE).concat(again.items)
    }
  }
  return { pages, told: told.map(({ thread, problem }) => ({ thread, paper, error: problemOf(problem) })) }
}

/**
 * `tell`: what became of some of them, as soon as it is known. What was printed before something failed stays among the pages: it is noted
 * as printed. What follows a stop is not asked for, and not told.
 */
export async function printAll(
  wanted: readonly Wanted[],
  { stop, tell }: { stop?: AbortSignal; tell: (told: readonly PaperTold[]) => void },
): Promise<string[]> {
  const pages: string[] = []
  for (const run of runsOf(wanted, ({ paper }) => paper, MOST)) {
    if (stop?.aborted === true) break
    const [{ paper }] = run
    try {
      const printed = await printOne(
        run.map(({ thread }) => thread),
        paper,
      )
      pages.push(...printed.pages)
      tell(printed.told)
    } catch (error) {
      tell(run.map(of => ({ ...of, error })))
    }
  }
  return pages
}
