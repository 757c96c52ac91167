import { afterEach, expect, test } from 'vitest'
import type { PacketClaims } from '../../../protocol/packet/claims.ts'
import { createHandClock } from '../../../test/support/http.ts'
import { openTestStore } from '../../../test/support/store.ts'
import type { Database } from '../../kernel/store/database.ts'
import type { PacketStore } from '../../spine/exchange/packet-store.ts'
import type { Applied, Author, StoredPacket } from '../../spine/exchange/ports.ts'
import { ANSWERS, createTestAnswers } from './test-answers.ts'

let db: Database
afterEach(() => db.close())

/** Answers whose fetches hang until they are let go. */
async function hanging() {
  db = await openTestStore()
  const clock = createHandClock()
  const fetching: { partner: string; go: () => void }[] = []
  const written: string[] = []
  const pings = new Map<string, StoredPacket>()
  const packets = {
    thread: async (_: unknown, id: string) => ({ no: [...pings.keys()].indexOf(id), type: 'test', partner: '' }),
    packets: async (_: unknown, no: number) => [...pings.values()].slice(no, no + 1),
  } as unknown as PacketStore
  const author: Author = {
    async write({ partner }) {
      written.push(partner)
      return []
    },
    writeAll: async () => [],
    rehearse: async () => {},
  }
  const answers = createTestAnswers({
    db,
    clock,
    identity: {
      city: '420300',
      name: '十堰市',
      signer: () => {
        throw new Error('nothing is signed here')
      },
      document: () => ({ certificates: [], delegations: [], revocations: [] }),
    },
    author: () => author,
    packets: () => packets,
    fetchTest: partner =>
      new Promise(resolve => {
        fetching.push({ partner, go: resolve })
      }),
    listVersion: async () => null,
    moved: () => {},
    failed: (_, error) => {
      throw error
    },
  })
  const ping = async (partner: string) => {
    const thread = String(pings.size).padStart(32, '0')
    const claims = {
      iss: partner,
      aud: '420300',
      kind: 'test.ping',
      seq: 1,
      materials: [{ sha256: 'a'.repeat(64), size: 1, type: 'application/octet-stream' }],
    } as unknown as PacketClaims
    const packet: StoredPacket = { no: 1, id: 'b'.repeat(64), claims, body: {}, direction: 'in', status: 'stored' }
    pings.set(thread, packet)
    const applied: Applied = { threadNo: 1, thread, partner, packets: [packet], packet, at: clock.now() }
    await db.transaction(tx => answers.handler.apply(tx, applied))
    for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve))
  }
  const turns = async () => {
    for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve))
  }
  return { fetching, written, ping, turns, answers }
}

test('a partner is answered one test after the other, and so many partners at a time', async () => {
  const { fetching, written, ping, turns, answers } = await hanging()
  await ping('610900')
  await ping('610900')
  for (let n = 1; n <= ANSWERS; n++) await ping(`51070${n}`)
  const partners = () => fetching.map(({ partner }) => partner)
  const first = ['610900', ...Array.from({ length: ANSWERS - 1 }, (_, n) => `51070${n + 1}`)]
  expect(partners()).toEqual(first)
  fetching[1]?.go()
  await turns()
  expect(partners()).toEqual([...first, `51070${ANSWERS}`])
  expect(written).toEqual(['510701'])
  fetching[0]?.go()
  await turns()
  expect(partners()).toEqual([...first, `51070${ANSWERS}`, '610900'])
  for (const { go } of fetching) go()
  await turns()
  expect(written).toHaveLength(ANSWERS + 2)
  await answers.stop()
})
