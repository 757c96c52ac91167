/**
 * The places of the relay that a node offers, counted by city: the library counts peers, of which a city may have several.
 * A city takes one place whatever the number of its peers, and over each city that is reached here every other one has
 * some relayed connections that nobody else can take.
 */
import { publicKeyFromProtobuf } from '@libp2p/crypto/keys'
import type { AbortOptions, Connection, PeerId, Stream } from '@libp2p/interface'
import { peerIdFromPublicKey } from '@libp2p/peer-id'

export const RELAY_PLACES = {
  /** peers of one city that hold a reservation: its key may be changing; with one more its oldest goes */
  peersPerCity: 2,
  /** relayed connections of one city to another; with one more its oldest goes */
  circuitsPerCity: 4,
  /** relayed connections to one city; with one more the newest of the city that holds most goes, if it holds more than one */
  circuits: 32,
} as const

/** What is used of the library's server, which exports no type of it. */
export type RelayServer = {
  reservationStore: {
    reservations: { keys(): IterableIterator<PeerId>; has(peer: PeerId): boolean; get(peer: PeerId): Reservation }
    reserve(peer: PeerId, ...rest: unknown[]): { status: string; expire?: number }
    removeReservation(peer: PeerId): void
  }
  stopHop(stop: Stop, options: AbortOptions): Promise<Stream | undefined>
}
type Reservation = { signal: { clear(): void } } | undefined
type Stop = { connection: Connection; request: { peer?: { id: Uint8Array } } }

export type RelayPlacesParts = {
  /** cities that may hold a reservation */
  places: number
  cityOf: (peer: string) => string | undefined
  connected: (peer: PeerId) => boolean
}

type Circuit = { readonly city: string; stream: Stream | undefined }

/** Cities that hold a reservation. */
export function reservedCities(server: RelayServer, cityOf: RelayPlacesParts['cityOf']): Map<string, PeerId[]> {
  const cities = new Map<string, PeerId[]>()
  for (const peer of server.reservationStore.reservations.keys()) {
    const city = cityOf(peer.toString())
    if (city !== undefined) cities.set(city, [...(cities.get(city) ?? []), peer])
  }
  return cities
}

/** Makes the server count cities. */
export function countCities<Server extends RelayServer>(server: Server, parts: RelayPlacesParts): Server {
  const { reservationStore } = server
  const reserve = reservationStore.reserve.bind(reservationStore)
  reservationStore.reserve = (peer, ...rest) =>
    makeRoom(server, peer, parts) ? reserve(peer, ...rest) : { status: 'RESERVATION_REFUSED' }

  const circuits = new Map<string, Circuit[]>()
  const stopHop = server.stopHop.bind(server)
  server.stopHop = async (stop, options) => {
    const source = parts.cityOf(peerOf(stop.request.peer?.id))
    const target = parts.cityOf(stop.connection.remotePeer.toString())
    if (source === undefined || target === undefined) return undefined
    const held = circuits.get(target) ?? []
    if (!makeWay(held, source)) return undefined
    const circuit: Circuit = { city: source, stream: undefined }
    held.push(circuit)
    circuits.set(target, held)
    const leave = (): void => {
      remove(held, circuit)
      if (held.length === 0) circuits.delete(target)
    }
    try {
      circuit.stream = await stopHop(stop, options)
    } finally {
      if (circuit.stream?.status === 'open') circuit.stream.addEventListener('close', leave)
      else leave()
    }
    return circuit.stream
  }
  return server
}

/** Whether the peer may reserve a place. Who is no partner any more, and a city that is gone when all are taken, loses its own. */
function makeRoom(server: RelayServer, peer: PeerId, { places, cityOf, connected }: RelayPlacesParts): boolean {
  const store = server.reservationStore
  const drop = (gone: PeerId): void => {
    store.reservations.get(gone)?.signal.clear()
    store.removeReservation(gone)
  }
  for (const held of [...store.reservations.keys()]) if (cityOf(held.toString()) === undefined) drop(held)
  const city = cityOf(peer.toString())
  if (city === undefined) return false
  if (store.reservations.has(peer)) return true
  const cities = reservedCities(server, cityOf)
  const own = cities.get(city) ?? []
  for (const oldest of own.slice(0, Math.max(0, own.length + 1 - RELAY_PLACES.peersPerCity))) drop(oldest)
  if (own.length > 0 || cities.size < places) return true
  const gone = [...cities.values()].find(peers => !peers.some(connected)) ?? []
  for (const each of gone) drop(each)
  return gone.length > 0
}

/** Whether the city may have one more relayed connection to the city that these lead to. */
function makeWay(held: Circuit[], city: string): boolean {
  const own = held.filter(circuit => circuit.city === city)
  if (own.length >= RELAY_PLACES.circuitsPerCity)
    return end(
      held,
      own.find(({ stream }) => stream !== undefined),
    )
  if (held.length < RELAY_PLACES.circuits) return true
  const counts = new Map<string, number>()
  for (const circuit of held) counts.set(circuit.city, (counts.get(circuit.city) ?? 0) + 1)
  const most = Math.max(...counts.values())
  if (most <= own.length + 1) return false
  const newest = held.findLast(circuit => counts.get(circuit.city) === most && circuit.stream !== undefined)
  return end(held, newest)
}

function end(held: Circuit[], circuit: Circuit | undefined): boolean {
  if (circuit === undefined) return false
  remove(held, circuit)
  circuit.stream?.abort(new Error('too many relayed connections of one city'))
  return true
}

function remove(held: Circuit[], circuit: Circuit): void {
  const at = held.indexOf(circuit)
  if (at >= 0) held.splice(at, 1)
}

/** The peer id of an Ed25519 key, which holds the key itself; none of another kind is a city's. */
function peerOf(id: Uint8Array | undefined): string {
  try {
    return peerIdFromPublicKey(publicKeyFromProtobuf(id?.subarray(2) ?? new Uint8Array())).toString()
  } catch {
    return ''
  }
}
