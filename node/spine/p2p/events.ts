/** What happens at the host that an operator may want to count or log. */
import type { Ended } from './connections.ts'
import type { Denied } from './gate.ts'

/** What an operator may want to count or log; nothing of it stops the host. */
export type P2pEvent =
  | { kind: 'denied'; reason: Denied | Ended | 'streams' }
  /** a city, or a stranger by its peer id, owes so much work that it is not heard for a while */
  | { kind: 'cut-off'; city: string }
  | { kind: 'handler-failed'; protocol: string; peer: string; error: unknown }
  | { kind: 'listener-failed'; error: unknown }
  | { kind: 'relay-failed'; peer: string; error: unknown }
  /** this node is reached over the relay from now on: it has one address more */
  | { kind: 'relay-reserved'; peer: string }
