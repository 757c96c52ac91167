/** What stands where a command writes something anew: the API takes no writing over what its author does not name. */
import { ProblemError } from '../../../protocol/problem.ts'

/** The version of what is `read`, as `If-Match` takes it; undefined where nothing stands yet. */
export async function standing(read: Promise<{ version: number; updatedAt: string }>): Promise<string | undefined> {
  try {
    const { version, updatedAt } = await read
    return `${version}.${Date.parse(updatedAt)}`
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === 'request.not-found') return undefined
    throw error
  }
}
