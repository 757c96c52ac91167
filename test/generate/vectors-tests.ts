/** Vectors of partner tests. */

import { LIMITS } from '../../protocol/limits.ts'
import type { PacketClaims } from '../../protocol/packet/claims.ts'
import type { VectorCity } from './vector-keys.ts'
import { type Add, b64, NOW, refused, Writer } from './vector-writer.ts'

const A = '610900'
const S = '420300'
const AT = NOW * 1000
const MATERIAL = { sha256: 'cd'.repeat(32), size: LIMITS.testMaterialBytes, type: 'application/octet-stream' }
const PING = { at: AT }
const PONG = {
  receivedAt: AT + 40,
  answeredAt: AT + 900,
  list: 3,
  material: { sha256: MATERIAL.sha256, size: MATERIAL.size, ms: 700 },
}

type Step = readonly [iss: string, kind: string, content: object, change?: Partial<PacketClaims>]

export async function addTestThreads(add: Add, ankang: VectorCity, shiyan: VectorCity): Promise<void> {
  const play = async (path: string, description: string, steps: readonly Step[], expect: object) => {
    const writer = new Writer([ankang, shiyan])
    const packets = []
    for (const [iss, kind, content, change] of steps)
      packets.push(await writer.say(iss, iss === A ? S : A, kind, content, change))
    add(
      `test-thread/${path}`,
      description,
      { packets: packets.map(({ jws, body }) => ({ jws, body: b64(body) })) },
      expect,
    )
  }
  const ping: Step = [A, 'test.ping', PING, { materials: [MATERIAL] }]
  await play('valid/answered', 'Asked with a material, and answered', [ping, [S, 'test.pong', PONG]], {
    ok: true,
    states: ['asked', 'answered'],
  })
  await play(
    'valid/material-not-fetched',
    'The answering city could not fetch the material',
    [ping, [S, 'test.pong', { ...PONG, list: null, material: { problem: 'exchange.timeout', detail: 'material' } }]],
    { ok: true, states: ['asked', 'answered'] },
  )
  await play('invalid/answer-first', 'An answer to nothing', [[S, 'test.pong', PONG]], refused('thread.unknown'))
  await play(
    'invalid/answered-twice',
    'A second answer',
    [ping, [S, 'test.pong', PONG], [S, 'test.pong', PONG]],
    refused('test.transition'),
  )
  await play('invalid/asked-twice', 'A second ping', [ping, [A, 'test.ping', PING]], refused('test.transition'))
  await play(
    'invalid/own-answer',
    'The asking city answers itself',
    [ping, [A, 'test.pong', PONG]],
    refused('case.author'),
  )
  await play(
    'invalid/material-too-large',
    'One byte more than a test may send',
    [[A, 'test.ping', PING, { materials: [{ ...MATERIAL, size: MATERIAL.size + 1 }] }]],
    refused('material.oversize'),
  )
  await play(
    'invalid/two-materials',
    'Two materials',
    [[A, 'test.ping', PING, { materials: [MATERIAL, { ...MATERIAL, sha256: 'ce'.repeat(32) }] }]],
    refused('envelope.claims'),
  )
}
