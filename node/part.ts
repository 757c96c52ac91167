/** What the composition sees of each part of the node (部件): what others may use, and what it adds to what all parts have in common. */

import type { RouteModule } from './edges/http/route.ts'
import type { ReminderSource } from './kernel/reminder.ts'
import type { UpkeepJobs } from './kernel/upkeep.ts'
import type { ThreadHandler } from './spine/exchange/ports.ts'

export type Part<Port> = {
  /** what those that are built after it may use */
  port: Port
  routes?: readonly RouteModule[]
  /** what packets of its threads mean, for the exchange */
  threadHandlers?: readonly ThreadHandler[]
  reminders?: readonly ReminderSource[]
  /** work of every hour, or of a time of its own, by name */
  jobs?: UpkeepJobs
  /** Begins; when it throws, the node does not start. */
  start?: () => unknown
  /** Ends, also what `start` had begun when it threw; parts end in the opposite order. */
  stop?: () => unknown
}
