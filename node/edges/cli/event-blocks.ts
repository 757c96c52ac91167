/** The event stream of a node as it comes, block by block (text/event-stream, HTML standard §9.2). */
import { ProblemError } from '../../../protocol/problem.ts'
import type { Client } from '../client/client.ts'

/** `event` is null of what tells only that the stream is alive; `id` is how far it has got, and null of what has no number. */
export type EventBlock = { id: number | null; event: string | null; data: string; comment: string | null }

/** characters of one block; an event names what changed, and no more */
const MOST = 64 * 1024

/** Beyond every number of an event: asked for what comes after it, a node says where its events end. */
export const THE_END = 999_999_999_999_999

/** The blocks after `last`, as long as the stream is open. Problems: `node.unreachable`, and whatever the node answers. */
export async function* eventBlocks(client: Client, last: number, signal: AbortSignal): AsyncGenerator<EventBlock> {
  const body = await client.watchEvents({ query: { after: String(last) }, signal })
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for await (const chunk of body) {
      rest += decoder.decode(chunk, { stream: true })
      for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
        yield blockOf(rest.slice(0, end))
        rest = rest.slice(end + 2)
      }
      if (rest.length > MOST) throw new ProblemError('internal', 'an event is too long')
    }
  } catch (cause) {
    if (cause instanceof ProblemError || signal.aborted) throw cause
    throw new ProblemError('node.unreachable', client.url, { cause })
  }
}

function blockOf(text: string): EventBlock {
  const block: EventBlock = { id: null, event: null, data: '', comment: null }
  for (const line of text.split('\n')) {
    const [, name = '', value = ''] = /^(\w*): ?(.*)$/.exec(line) ?? []
    if (name === 'id' && /^\d{1,15}$/.test(value)) block.id = Number(value)
    else if (name === 'event') block.event = value
    else if (name === 'data') block.data += value
    else if (name === '') block.comment = value
  }
  return block
}
