/** The question that commands ask on a terminal before they do what cannot be taken back. */
import { ProblemError } from '../../../protocol/problem.ts'

/** Asks whether to go on, unless `yes` says so or nobody is at the terminal. Problem: `request.conflict` when the person says no. */
export async function goOn(yes: boolean): Promise<void> {
  if (yes || !process.stdin.isTTY || !process.stdout.isTTY) return
  const { confirm } = await import('@clack/prompts')
  if ((await confirm({ message: 'Go on 继续？', initialValue: false })) !== true)
    throw new ProblemError('request.conflict', 'nothing was done')
}
