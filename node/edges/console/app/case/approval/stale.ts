/** What an act within the city makes stale. */
import type { OperationId } from '../../session.ts'

export const OF_APPROVAL: readonly OperationId[] = [
  'getCase',
  'getApproval',
  'readQueue',
  'countQueues',
  'listCountersigns',
  'getCaseStep',
]
