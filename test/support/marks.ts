/** Whether what a service does for an operation of the API says, once, that it is the act. */
import { asRequest } from '../../node/kernel/store/acts.ts'

/** Carries `work` out as the request of an operation. Throws when not exactly one transaction said that it was the act. */
export async function marksOf<T>(operation: string, work: () => Promise<T>): Promise<T> {
  let marks = 0
  const record = {
    async mark() {
      marks++
    },
    carriedOut: async () => false,
  }
  const value = await asRequest(record, work)
  if (marks !== 1) throw new Error(`${operation}: ${marks} transactions said that they are its act`)
  return value
}
