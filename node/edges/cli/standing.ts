/** What stands where a command writes something anew: the API takes no writing over what its author does not name. */
import { ProblemError } from '../../../protocol/problem.ts'

type Versioned = { version: number; updatedAt: string }
const versionOf = ({ version, updatedAt }: Versioned): string => `${version}.${Date.parse(updatedAt)}`

/** The version of what is `read`, as `If-Match` takes it; undefined where nothing stands yet. */
export const standing = (read: Promise<Versioned>): Promise<string | undefined> => standingBy(read, versionOf)

/** The same of what has another version. */
export async function standingBy<T>(read: Promise<T>, of: (answer: T) => string): Promise<string | undefined> {
  try {
    return of(await read)
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === 'request.not-found') return undefined
    throw error
  }
}
