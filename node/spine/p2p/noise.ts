/**
 * Noise, loaded with its crypto once somebody may come or is dialled: libsodium, and WASM that noise brings and this node does not use, are
 * eight megabytes, which a node without partners and invites need not hold and no start need wait for. On a busy machine loading takes
 * seconds, so that it is no part of a handshake, which has few.
 */
import type { ConnectionEncrypter } from '@libp2p/interface'

type Library = typeof import('@libp2p/noise')
type Components = Parameters<ReturnType<Library['noise']>>[0]

/** Its name in multistream-select, which is spoken before it is loaded. */
const NOISE_PROTOCOL = '/noise'

type Loaded = (components: Components) => ConnectionEncrypter
let loading: Promise<Loaded> | null = null

/** Loads it, once. */
export function loadNoise(): Promise<Loaded> {
  loading ??= (async () => {
    const [{ noise }, { sodiumCrypto }] = await Promise.all([import('@libp2p/noise'), import('./noise-crypto.ts')])
    return noise({ crypto: sodiumCrypto })
  })()
  return loading
}

/** What arrives before it is loaded waits in the connection. */
export function lateNoise(components: Components): ConnectionEncrypter {
  let made: Promise<ConnectionEncrypter> | null = null
  const encrypter = () => {
    made ??= loadNoise().then(load => load(components))
    return made
  }
  return {
    protocol: NOISE_PROTOCOL,
    secureOutbound: async (connection, options) => (await encrypter()).secureOutbound(connection, options),
    secureInbound: async (connection, options) => (await encrypter()).secureInbound(connection, options),
  }
}
