/**
 * (b) The real path: two whole nodes. The sender writes `case.submit` packets in mode 2, each a new thread with every check,
 * projection, event and log; a packet counts when the partner's signed receipt has been committed here.
 */
import { createClient } from '../../node/cli/client.ts'
import { startNode } from '../../node/node.ts'
import { ANKANG, makeNodeFolder, PASSPHRASE, SHIYAN } from '../support/node-folder.ts'
import { pairCities } from '../support/pair-cities.ts'
import { submitContent, threadId } from './payload.ts'
import type { Side } from './peer.ts'

export async function open(side: string, folder: string): Promise<Side> {
  const city = side === 'sender' ? ANKANG : SHIYAN
  const made = await makeNodeFolder(`${folder}/${city.code}`, city, { httpPort: 0, p2pPort: 0 })
  // Packets are receipted in the order of their places, which is the order in which they were committed.
  const waiting: (() => void)[] = []
  const node = await startNode({
    config: made.config,
    passphrase: PASSPHRASE,
    onConfirmed: (_, count) => {
      for (const resolve of waiting.splice(0, count)) resolve()
    },
  })
  return {
    ready: { address: node.url, peer: made.token, keys: {} },
    stop: () => node.stop(),
    async connect(other) {
      const here = createClient({ url: node.url, token: made.token })
      const there = createClient({ url: other.address, token: other.peer })
      const { items, agreement } = await pairCities({ client: here, ...ANKANG }, { client: there, ...SHIYAN })
      const { id } = await here.get<{ id: string }>(`/api/v1/agreements/${agreement}`)
      const item = items.find(entry => entry.modes.includes(2))
      if (item === undefined) throw new Error('no item of mode 2')
      waiting.length = 0
      let serial = 0
      return async () => {
        const confirmed = Promise.withResolvers<void>()
        const content = submitContent(item.taskCode, `bench-${serial++}`)
        await node.author.write(
          { thread: threadId(), partner: SHIYAN.code },
          [{ kind: 'case.submit', content, agreement: id }],
          async tx => {
            tx.afterCommit(() => void waiting.push(confirmed.resolve))
          },
        )
        await confirmed.promise
      }
    },
  }
}
