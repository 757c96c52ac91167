/**
 * Noise, loaded with its crypto at the first connection: libsodium, and WASM that noise brings and this node does not use, are eight
 * megabytes, which a node that nobody has dialled need not hold and no start need wait for.
 */
import type { ConnectionEncrypter } from '@libp2p/interface'

type Library = typeof import('@libp2p/noise')
type Components = Parameters<ReturnType<Library['noise']>>[0]

/** Its name in multistream-select, which is spoken before it is loaded. */
const NOISE_PROTOCOL = '/noise'

async function load(components: Components): Promise<ConnectionEncrypter> {
  const [{ noise }, { sodiumCrypto }] = await Promise.all([import('@libp2p/noise'), import('./noise-crypto.ts')])
  return noise({ crypto: sodiumCrypto })(components)
}

/** What arrives meanwhile waits in the connection. */
export function lateNoise(components: Components): ConnectionEncrypter {
  let loading: Promise<ConnectionEncrypter> | null = null
  const encrypter = () => (loading ??= load(components))
  return {
    protocol: NOISE_PROTOCOL,
    secureOutbound: async (connection, options) => (await encrypter()).secureOutbound(connection, options),
    secureInbound: async (connection, options) => (await encrypter()).secureInbound(connection, options),
  }
}
