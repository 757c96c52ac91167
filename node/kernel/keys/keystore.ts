/**
 * Keys at rest: `city.p12` (the city key and its certificates) and `keys.json` (a JWE with the packet keys, the libp2p peer
 * key and the data key), both under the passphrase; `city.pem` holds the certificates in clear. `pending.json` is a city key
 * that waits for the certificate a federation CA was asked for. All 0600 in a folder 0700.
 * A start opens `keys.json` only; the city key is needed rarely and takes longer.
 */
import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import * as jose from 'jose'
import * as z from 'zod'
import { CERTIFICATE_ALG, PACKET_ALG } from '../../../protocol/names.ts'
import { KeyId, parseJson, parseValue } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { createSerial } from '../serial.ts'
import { finishSwap, readPrivateFile, replaceFile, replaceFiles } from './key-files.ts'

const Bytes32 = z.string().regex(/^[A-Za-z0-9_-]{43}$/)
export const PrivateKey = z.strictObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: Bytes32,
  d: Bytes32,
  kid: KeyId,
})
/** Ed25519 key as private JWK (RFC 8037) with its thumbprint. */
export type PrivateKey = z.infer<typeof PrivateKey>

/** `next` is delegated and waits, `current` signs, `retired` signs no more. */
const PacketKey = PrivateKey.extend({ state: z.enum(['current', 'retired']) })

const Keys = z.strictObject({
  v: z.literal(1),
  packetKeys: z
    .array(PacketKey)
    .max(1000)
    .refine(keys => keys.filter(key => key.state === 'current').length === 1, { message: 'one current key' })
    .refine(keys => new Set(keys.map(key => key.kid)).size === keys.length, { message: 'each key once' }),
  peerKey: PrivateKey,
  dataKey: Bytes32.describe('base64url; seals bodies and materials at rest'),
})
export type Keys = z.infer<typeof Keys>

/** The city key and its certificates: PKCS#8 PEM, and PEM with the leaf first. */
export type CityKey = { keyPem: string; chain: string[] }
/** `key` signs RS256 in jose and cannot be exported again. */
export type OpenCityKey = CityKey & { key: CryptoKey }

export interface KeyStore {
  keys(): Keys
  /** certificates of the city, leaf first, PEM */
  certificates(): readonly string[]
  /** Opens the city key: some 20 ms. Problems: `keystore.passphrase`, `keystore.malformed`, `config.invalid`. */
  openCityKey(): Promise<OpenCityKey>
  /** Opens the city key to see that it opens, unless its file is the one that did last. Problems of `openCityKey`. */
  proveCityKey(): Promise<void>
  /** Problem: `keystore.malformed` with the field. */
  saveKeys(keys: Keys): Promise<void>
  /** A renewed certificate, over the same key or a new one, at once with `keys` when given. Problem: `keystore.malformed` when they do not belong together. */
  saveCity(city: CityKey, keys?: Keys): Promise<void>
  /** Keeps a city key (PKCS#8 PEM) that waits for its certificate, in place of an earlier one. */
  savePending(keyPem: string): Promise<void>
  /** The city key that waits, or null. Problems: `keystore.passphrase`, `keystore.malformed`, `config.invalid`. */
  openPending(): Promise<string | null>
  /** Whether a city key waits. */
  hasPending(): Promise<boolean>
  /** Removes the city key that waits: its certificate is in place. */
  dropPending(): Promise<void>
  /** Puts everything under another passphrase at once. Problems: `keystore.passphrase` for `current`, `config.invalid` for `next`. */
  changePassphrase(current: string, next: string): Promise<void>
}

const FILES = { city: 'city.p12', keys: 'keys.json', certificates: 'city.pem', pending: 'pending.json' } as const
const Pending = z.strictObject({ v: z.literal(1), keyPem: z.string() })
const JWE = { alg: 'PBES2-HS512+A256KW', enc: 'A256GCM', typ: 'tongban-keys+jwe' } as const

export const KEY_STORE_LIMITS = {
  /** rounds of PBKDF2: some 50 ms at each start, and the same for an attacker's each guess */
  rounds: 100_000,
  /** rounds that a file may ask for */
  maxRounds: 1_000_000,
  /** characters of a passphrase */
  minPassphrase: 8,
  /** bytes of one file */
  fileBytes: 1024 * 1024,
} as const

/** A new Ed25519 key. */
export async function newKey(): Promise<PrivateKey> {
  const { privateKey } = await jose.generateKeyPair(PACKET_ALG, { extractable: true })
  const { x = '', d = '' } = await jose.exportJWK(privateKey)
  const jwk = { kty: 'OKP', crv: 'Ed25519', x } as const
  return { ...jwk, d, kid: await jose.calculateJwkThumbprint(jwk) }
}

/** Retired packet keys that are kept; they sign no more, and their delegations stay in the store for good. */
const RETIRED_KEYS = 8

/** The packet key that signs. Problem: `keystore.malformed`. */
export function currentKey(keys: Keys): PrivateKey {
  const key = keys.packetKeys.find(entry => entry.state === 'current')
  if (key === undefined) throw new ProblemError('keystore.malformed', 'no current packet key')
  return key
}

/** The keys once another packet key has taken over. */
export function succeededBy(keys: Keys, fresh: PrivateKey): Keys {
  const retired = keys.packetKeys.map(key => ({ ...key, state: 'retired' as const })).slice(-RETIRED_KEYS)
  return { ...keys, packetKeys: [...retired, { ...fresh, state: 'current' }] }
}

export const newDataKey = (): string => randomBytes(32).toString('base64url')

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** Whether a folder holds a key store. */
export const hasKeyStore = (folder: string): Promise<boolean> => isThere(join(folder, FILES.keys))

/**
 * Writes a new key store; tests give it few `rounds`, for whoever opens a file goes by those that it names. Problems: `request.conflict` when there is one already, `config.invalid` for a short passphrase,
 * `keystore.malformed` for contents that do not belong together.
 */
export async function createKeyStore(
  folder: string,
  passphrase: string,
  contents: { keys: Keys; city: CityKey },
  rounds?: number,
): Promise<KeyStore> {
  demandPassphrase(passphrase)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await finishSwap(folder)
  if (await hasKeyStore(folder)) throw new ProblemError('request.conflict', `${folder} holds keys already`)
  await chmod(folder, 0o700)
  const { keys, city } = contents
  const files = new Map([
    ...(await cityFiles(city, passphrase, rounds)),
    [FILES.keys, await sealKeys(keys, passphrase, rounds)] as const,
  ])
  await replaceFiles(folder, files)
  return keyStore(folder, passphrase, keys, city.chain, rounds)
}

/**
 * Opens a key store, which seals what it saves with as many `rounds` as `createKeyStore` would. Problems: `keystore.passphrase`;
 * `keystore.malformed` for a missing or spoilt file; `config.invalid` with the cure when other accounts can read `keys.json`.
 */
export async function openKeyStore(folder: string, passphrase: string, rounds?: number): Promise<KeyStore> {
  await finishSwap(folder)
  const keys = await openKeys(folder, passphrase)
  return keyStore(folder, passphrase, keys, await readCertificates(folder), rounds)
}

function keyStore(
  folder: string,
  opened: string,
  initial: Keys,
  initialChain: readonly string[],
  rounds: number | undefined,
): KeyStore {
  let passphrase = opened
  let keys = initial
  let chain = initialChain
  /** hash of the file from which the city key was opened last to see that it opens */
  let proven = ''
  /** One change after the other: two at once would share their `*.next` files. */
  const inTurn = createSerial()
  return {
    keys: () => keys,
    certificates: () => chain,
    openCityKey: () => openCity(folder, passphrase, chain),
    async proveCityKey() {
      const file = await readPrivateFile(folder, FILES.city, KEY_STORE_LIMITS.fileBytes)
      const print = createHash('sha256').update(file).digest('hex')
      if (print === proven) return
      await openCity(folder, passphrase, chain)
      proven = print
    },
    saveKeys: next =>
      inTurn(async () => {
        await replaceFiles(folder, new Map([[FILES.keys, await sealKeys(next, passphrase, rounds)]]))
        keys = next
      }),
    saveCity: (city, next) =>
      inTurn(async () => {
        const files = await cityFiles(city, passphrase, rounds)
        if (next !== undefined) files.set(FILES.keys, await sealKeys(next, passphrase, rounds))
        await replaceFiles(folder, files)
        chain = city.chain
        keys = next ?? keys
      }),
    savePending: keyPem =>
      inTurn(async () => replaceFile(folder, FILES.pending, await sealJson({ v: 1, keyPem }, passphrase, rounds))),
    openPending: () => openPending(folder, passphrase),
    hasPending: () => isThere(join(folder, FILES.pending)),
    dropPending: () => inTurn(() => rm(join(folder, FILES.pending), { force: true })),
    changePassphrase: (current, next) =>
      inTurn(async () => {
        demandPassphrase(next)
        const held = await openKeys(folder, current)
        const city = await openCity(folder, current, chain)
        const files = await cityFiles(city, next, rounds)
        files.set(FILES.keys, await sealKeys(held, next, rounds))
        const waits = await openPending(folder, current)
        if (waits !== null) files.set(FILES.pending, await sealJson({ v: 1, keyPem: waits }, next, rounds))
        await replaceFiles(folder, files)
        passphrase = next
      }),
  }
}

function demandPassphrase(passphrase: string): void {
  if ([...passphrase].length >= KEY_STORE_LIMITS.minPassphrase) return
  throw new ProblemError('config.invalid', `the passphrase needs ${KEY_STORE_LIMITS.minPassphrase} characters or more`)
}

// --- keys.json

const Flattened = z.strictObject({
  protected: z.string(),
  encrypted_key: z.string(),
  iv: z.string(),
  ciphertext: z.string(),
  tag: z.string(),
})

async function sealKeys(keys: Keys, passphrase: string, rounds?: number): Promise<string> {
  const checked = parseValue(Keys, keys, 'keystore.malformed')
  if (!checked.ok) throw new ProblemError(checked.problem.code, checked.problem.detail)
  return sealJson(checked.value, passphrase, rounds)
}

/** A JWE of the value under the passphrase, as the text of a file. Problem: `config.invalid` for a short passphrase. */
export async function sealJson(
  value: unknown,
  passphrase: string,
  rounds: number = KEY_STORE_LIMITS.rounds,
): Promise<string> {
  demandPassphrase(passphrase)
  const jwe = await new jose.FlattenedEncrypt(new TextEncoder().encode(JSON.stringify(value)))
    .setProtectedHeader(JWE)
    .setKeyManagementParameters({ p2c: rounds, p2s: randomBytes(16) })
    .encrypt(new TextEncoder().encode(passphrase))
  return `${JSON.stringify(jwe, null, 2)}\n`
}

const openKeys = (folder: string, passphrase: string): Promise<Keys> => openJson(folder, FILES.keys, passphrase, Keys)

/** Opens a file that `sealJson` made. Problems: `keystore.passphrase`, `keystore.malformed`, `config.invalid` when others can read it. */
export async function openJson<T>(folder: string, name: string, passphrase: string, schema: z.ZodType<T>): Promise<T> {
  const malformed = new ProblemError('keystore.malformed', name)
  const bytes = await readPrivateFile(folder, name, KEY_STORE_LIMITS.fileBytes)
  const jwe = parseJson(Flattened, bytes, 'keystore.malformed')
  if (!jwe.ok) throw malformed
  let opened: jose.FlattenedDecryptResult
  try {
    opened = await jose.flattenedDecrypt(jwe.value, new TextEncoder().encode(passphrase), {
      keyManagementAlgorithms: [JWE.alg],
      contentEncryptionAlgorithms: [JWE.enc],
      maxPBES2Count: KEY_STORE_LIMITS.maxRounds,
    })
  } catch (error) {
    throw error instanceof jose.errors.JWEDecryptionFailed ? new ProblemError('keystore.passphrase', name) : malformed
  }
  const value = parseJson(schema, opened.plaintext, 'keystore.malformed')
  if (opened.protectedHeader?.typ !== JWE.typ || !value.ok) throw malformed
  return value.value
}

async function openPending(folder: string, passphrase: string): Promise<string | null> {
  if (!(await isThere(join(folder, FILES.pending)))) return null
  return (await openJson(folder, FILES.pending, passphrase, Pending)).keyPem
}

// --- city.p12 and city.pem; certs/ is loaded when it is needed, since node-forge takes its time

async function cityFiles(
  city: CityKey,
  passphrase: string,
  rounds?: number,
): Promise<Map<string, string | Uint8Array>> {
  const { toPkcs12 } = await import('../../../certs/index.ts')
  const { keyPem, chain } = city
  return new Map<string, string | Uint8Array>([
    [FILES.city, toPkcs12({ keyPem, chain, passphrase, name: 'tongban', rounds })],
    [FILES.certificates, `${chain.map(pem => pem.trim()).join('\n')}\n`],
  ])
}

async function openCity(folder: string, passphrase: string, chain: readonly string[]): Promise<OpenCityKey> {
  const { fromPkcs12, splitChain } = await import('../../../certs/index.ts')
  const city = fromPkcs12(await readPrivateFile(folder, FILES.city, KEY_STORE_LIMITS.fileBytes), passphrase)
  if (city.chain[0] !== splitChain(chain.join('\n'))[0]) {
    throw new ProblemError('keystore.malformed', `${FILES.city} and ${FILES.certificates} hold different certificates`)
  }
  return { ...city, key: await jose.importPKCS8(city.keyPem, CERTIFICATE_ALG) }
}

async function readCertificates(folder: string): Promise<string[]> {
  const { splitChain } = await import('../../../certs/index.ts')
  try {
    return splitChain(await readFile(join(folder, FILES.certificates), 'utf8'))
  } catch {
    throw new ProblemError('keystore.malformed', FILES.certificates)
  }
}
