/** Addresses of what the browser itself opens of a case: the session goes with them, and the purpose that was named. */
import { OPERATIONS } from '../../../client/addresses.generated.ts'
import { addressOf } from '../../../client/client.ts'
import { purposeNow } from '../session.ts'

export const materialAddress = (thread: string, sha256: string): string =>
  addressOf(OPERATIONS.viewCaseMaterial, { params: { thread, sha256 }, query: { purpose: purposeNow() } })

export const paperAddress = (thread: string, name: string): string =>
  addressOf(OPERATIONS.printPaper, { params: { thread, name }, query: { purpose: purposeNow() } })
