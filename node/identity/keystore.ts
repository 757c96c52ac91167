/**
 * Keys at rest: `city.p12` (the city key and its certificates) and `keys.json` (a JWE with the packet keys, the libp2p peer
 * key and the data key), both under the passphrase; `city.pem` holds the certificates in clear. All 0600 in a folder 0700.
 */
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as jose from 'jose'
import * as z from 'zod'
import { ProblemError } from '../../protocol/problem.ts'

const PrivateKey = z.strictObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  d: z.string(),
  kid: z.string(),
})
export type PrivateKey = z.infer<typeof PrivateKey>

const Keys = z.strictObject({
  v: z.literal(1),
  packetKeys: z.array(PrivateKey.extend({ state: z.enum(['current', 'retired']) })).min(1),
  peerKey: PrivateKey,
  /** 32 bytes, base64url: seals bodies and materials at rest */ dataKey: z.string(),
})
export type Keys = z.infer<typeof Keys>

/** PBKDF2 rounds: a start opens the file once, an attacker must run them for each guess. */
const ROUNDS = 210_000
const FILES = { city: 'city.p12', keys: 'keys.json', certificates: 'city.pem' } as const

export type CityKey = { /** PKCS#8 PEM */ keyPem: string /** leaf first, PEM */; chain: string[] }

export interface KeyStore {
  keys(): Keys
  /** certificates of the city, leaf first, PEM */ certificates(): readonly string[]
  /** Opens the city key; slow, needed only to sign delegations and agreements. */
  openCityKey(): Promise<CityKey>
  saveKeys(keys: Keys): Promise<void>
  saveCity(city: CityKey): Promise<void>
}

/** A new Ed25519 key as private JWK with its thumbprint. */
export async function newKey(): Promise<PrivateKey> {
  const { privateKey } = await jose.generateKeyPair('Ed25519', { extractable: true })
  const { x = '', d = '' } = await jose.exportJWK(privateKey)
  const jwk = { kty: 'OKP', crv: 'Ed25519', x } as const
  return { ...jwk, d, kid: await jose.calculateJwkThumbprint(jwk) }
}

export const newDataKey = (): string => randomBytes(32).toString('base64url')

/** Whether a folder holds a key store. */
export async function hasKeyStore(folder: string): Promise<boolean> {
  return stat(join(folder, FILES.keys)).then(
    () => true,
    () => false,
  )
}

/** Writes a new key store. Problem: `request.conflict` when there is one already. */
export async function createKeyStore(
  folder: string,
  passphrase: string,
  contents: { keys: Keys; city: CityKey },
): Promise<KeyStore> {
  if (await hasKeyStore(folder)) throw new ProblemError('request.conflict', `${folder} holds keys already`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  const store = keyStore(folder, passphrase, contents.keys, contents.city.chain)
  await store.saveCity(contents.city)
  await store.saveKeys(contents.keys)
  return store
}

/** Opens a key store. Problems: `keystore.passphrase`, `keystore.malformed`, `config.invalid` when others can read it. */
export async function openKeyStore(folder: string, passphrase: string): Promise<KeyStore> {
  const jwe = await readPrivate(join(folder, FILES.keys))
  let plain: Uint8Array
  try {
    const opened = await jose.compactDecrypt(jwe.toString(), new TextEncoder().encode(passphrase), {
      keyManagementAlgorithms: ['PBES2-HS256+A128KW'],
      contentEncryptionAlgorithms: ['A256GCM'],
      maxPBES2Count: ROUNDS,
    })
    plain = opened.plaintext
  } catch (error) {
    const wrong = error instanceof jose.errors.JWEDecryptionFailed
    throw new ProblemError(wrong ? 'keystore.passphrase' : 'keystore.malformed', wrong ? undefined : FILES.keys)
  }
  const keys = Keys.safeParse(JSON.parse(new TextDecoder().decode(plain)))
  if (!keys.success) throw new ProblemError('keystore.malformed', FILES.keys)
  const pem = (await readFile(join(folder, FILES.certificates))).toString()
  return keyStore(folder, passphrase, keys.data, splitPem(pem))
}

function keyStore(folder: string, passphrase: string, initial: Keys, initialChain: readonly string[]): KeyStore {
  let keys = initial
  let chain = initialChain
  return {
    keys: () => keys,
    certificates: () => chain,
    async openCityKey() {
      const { fromPkcs12 } = await import('../../certs/index.ts')
      return fromPkcs12(await readPrivate(join(folder, FILES.city)), passphrase)
    },
    async saveKeys(next) {
      const jwe = await new jose.CompactEncrypt(new TextEncoder().encode(JSON.stringify(Keys.parse(next))))
        .setProtectedHeader({ alg: 'PBES2-HS256+A128KW', enc: 'A256GCM' })
        .setKeyManagementParameters({ p2c: ROUNDS, p2s: randomBytes(16) })
        .encrypt(new TextEncoder().encode(passphrase))
      await writePrivate(join(folder, FILES.keys), jwe)
      keys = next
    },
    async saveCity(city) {
      const { toPkcs12 } = await import('../../certs/index.ts')
      const p12 = toPkcs12({ keyPem: city.keyPem, chain: city.chain, passphrase, name: 'tongban' })
      await writePrivate(join(folder, FILES.city), p12)
      await writePrivate(join(folder, FILES.certificates), `${city.chain.map(pem => pem.trim()).join('\n')}\n`)
      chain = city.chain
    },
  }
}

export const splitPem = (pem: string): string[] =>
  pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []

async function readPrivate(path: string): Promise<Uint8Array & { toString(): string }> {
  let mode: number
  try {
    mode = (await stat(path)).mode
  } catch {
    throw new ProblemError('keystore.malformed', `${path} is not there`)
  }
  if ((mode & 0o077) !== 0)
    throw new ProblemError('config.invalid', `${path} can be read by others; run chmod 600 on it`)
  return readFile(path)
}

/** All or nothing, whatever is killed when: a whole new file takes the place of the old one. */
async function writePrivate(path: string, data: string | Uint8Array): Promise<void> {
  const next = `${path}.new`
  const file = await open(next, 'w', 0o600)
  try {
    await file.writeFile(data)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(next, path)
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
