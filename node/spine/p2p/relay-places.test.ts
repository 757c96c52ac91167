import { publicKeyToProtobuf } from '@libp2p/crypto/keys'
import type { Connection, PeerId, Stream } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { describe, expect, test } from 'vitest'
import { newPeerKey } from '../../../test/support/p2p-hosts.ts'
import { peerIdOf } from './peer-id.ts'
import { countCities, RELAY_PLACES, type RelayServer } from './relay-places.ts'

type PlayStream = EventTarget & { status: string; abort(): void }

/** A server that only counts: every request to the city behind it is answered. */
function setting() {
  const cities = new Map<string, string>()
  const streams: PlayStream[] = []
  const server = countCities<RelayServer>(
    {
      reservationStore: {
        reservations: { keys: () => [].values(), has: () => false, get: () => undefined },
        reserve: () => ({ status: 'OK' }),
        removeReservation() {},
      },
      async stopHop() {
        const stream: PlayStream = Object.assign(new EventTarget(), {
          status: 'open',
          abort() {
            stream.status = 'aborted'
            stream.dispatchEvent(new Event('close'))
          },
        })
        streams.push(stream)
        return stream as unknown as Stream
      },
    },
    { places: 1, cityOf: peer => cities.get(peer), connected: () => true },
  )
  const peerOf = (city: string): PeerId => {
    const name = peerIdOf(newPeerKey())
    cities.set(name, city)
    return peerIdFromString(name)
  }
  const target = { remotePeer: peerOf('420300') } as unknown as Connection
  const come = (city: string) => {
    const peer = city === '' ? peerIdFromString(peerIdOf(newPeerKey())) : peerOf(city)
    return server.stopHop({ connection: target, request: { peer: { id: peer.toMultihash().bytes } } }, {})
  }
  const open = () => streams.map(({ status }) => status === 'open')
  return { come, open, streams }
}

describe('relayed connections to one city', () => {
  test('n fit; with one more the newest of the city that holds most goes, and never the only one of another', async () => {
    const { come, open, streams } = setting()
    for (let i = 0; i < RELAY_PLACES.circuitsPerCity; i += 1) await come('610100')
    const others = RELAY_PLACES.circuits - RELAY_PLACES.circuitsPerCity
    for (let i = 0; i < others; i += 1) await come(String(420_000 + i))
    expect(open().every(Boolean)).toBe(true)
    for (let i = 0; i < RELAY_PLACES.circuitsPerCity - 1; i += 1) expect(await come(String(430_000 + i))).toBeDefined()
    expect(open().slice(0, RELAY_PLACES.circuitsPerCity)).toEqual([true, false, false, false])
    expect(open().filter(Boolean)).toHaveLength(RELAY_PLACES.circuits)
    // Each city holds one now: nobody's is taken.
    expect(await come('440000')).toBeUndefined()
    expect(await come('420001')).toBeUndefined()
    streams[0]?.abort()
    expect(await come('440000')).toBeDefined()
  })

  test('who is no partner gets none', async () => {
    const { come, streams } = setting()
    expect(await come('')).toBeUndefined()
    expect(streams).toEqual([])
  })

  test('the peer in a request is read as the libp2p specification writes it', () => {
    const { publicKey, ...peer } = peerIdFromString(peerIdOf(newPeerKey()))
    if (publicKey === undefined) throw new Error('an Ed25519 peer id holds its key')
    expect(peer.type).toBe('Ed25519')
    expect(publicKey.toMultihash().bytes.subarray(2)).toEqual(publicKeyToProtobuf(publicKey))
  })
})
