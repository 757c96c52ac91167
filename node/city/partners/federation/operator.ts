/**
 * The operator of a federation (联盟运营方) at its desk: a folder with the operator's key, the cities and revocations of the
 * next issue, and the newest signed directory. Needs no node and no network. May import the identity's key files.
 */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as jose from 'jose'
import * as z from 'zod'
import {
  Directory,
  DirectoryEntry,
  DirectoryRevocation,
  signDirectory,
  verifyDirectory,
} from '../../../../protocol/federation/directory.ts'
import { LIMITS } from '../../../../protocol/limits.ts'
import { PACKET_ALG } from '../../../../protocol/names.ts'
import { parseJson, parseValue, Sha256 } from '../../../../protocol/primitives.ts'
import { ProblemError } from '../../../../protocol/problem.ts'
import { replaceFiles } from '../../../kernel/keys/key-files.ts'
import { newKey, openJson, PrivateKey, sealJson } from '../../../kernel/keys/keystore.ts'

const FILES = { key: 'operator.json', directory: 'directory.jws' } as const

const OperatorFile = z.strictObject({ v: z.literal(1), name: z.string().min(1).max(100), key: PrivateKey })

/** What a city hands to the operator to be listed (入盟登记表). */
export const MembershipCard = z.strictObject({
  v: z.literal(1),
  city: DirectoryEntry.shape.city,
  name: DirectoryEntry.shape.name,
  certificate: Sha256,
  peer: DirectoryEntry.shape.peers.element,
  addresses: DirectoryEntry.shape.addresses,
})
export type MembershipCard = z.infer<typeof MembershipCard>

export type IssueTerms = {
  /** until the next version is due */
  days: number
  /** in which entries still count after that */
  graceDays: number
}

const DAY = 86_400

/**
 * Makes the key and signs version 1, which lists nobody, or what the directory `from` does. Problems: `config.invalid`,
 * `request.conflict` when the folder holds one.
 */
export async function createOperator(
  folder: string,
  options: { name: string; passphrase: string; now: number; from?: Listing | undefined } & IssueTerms,
): Promise<Directory> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const held = await readFile(join(folder, FILES.key)).catch(() => null)
  if (held !== null) throw new ProblemError('request.conflict', `${folder} holds an operator already`)
  const key = await newKey()
  const { name, passphrase } = options
  const made = parseValue(OperatorFile, { v: 1, name, key }, 'config.invalid')
  if (!made.ok) throw new ProblemError(made.problem.code, made.problem.detail)
  const directory = next(
    {
      operator: { name, key: { kty: key.kty, crv: key.crv, x: key.x } },
      version: 0,
      iat: 0,
      entries: options.from?.entries ?? [],
      revocations: options.from?.revocations ?? [],
    },
    options,
  )
  await replaceFiles(
    folder,
    new Map([
      [FILES.key, await sealJson(made.value, passphrase)],
      [FILES.directory, await sign(directory, key)],
    ]),
  )
  return directory
}

/**
 * Issues the next version: what `change` makes of the newest one, signed and written in its place. Problems: `keystore.*`,
 * `directory.malformed` when the change makes none, `request.*` as `change` throws.
 */
export async function issueDirectory(
  folder: string,
  options: { passphrase: string; now: number } & IssueTerms,
  change: (held: Directory) => Listing & Pick<Directory, 'successor'>,
): Promise<Directory> {
  const { key } = await openJson(folder, FILES.key, options.passphrase, OperatorFile)
  const held = await readDirectory(folder, key.kid)
  if (held.successor !== undefined)
    throw new ProblemError('request.conflict', `it handed over to ${held.successor}: issue in the folder of that key`)
  const directory = next({ ...held, ...change(held) }, options)
  await replaceFiles(folder, new Map([[FILES.directory, await sign(directory, key)]]))
  return directory
}

/**
 * Hands over to a new key in the folder `to`: it begins with the same cities and revocations, and the last version of the former
 * one names it. Problems: as `createOperator` and `issueDirectory`.
 */
export async function handOver(
  folder: string,
  to: string,
  options: { passphrase: string; now: number } & IssueTerms,
): Promise<{ last: Directory; first: Directory; successor: string }> {
  // Before the new key is made: a wrong passphrase leaves nothing behind.
  await openJson(folder, FILES.key, options.passphrase, OperatorFile)
  const held = await readDirectory(folder)
  if (held.successor !== undefined) throw new ProblemError('request.conflict', `it handed over to ${held.successor}`)
  const first = await createOperator(to, { ...options, name: held.operator.name, from: held })
  const { operator: successor } = await openDirectory(await readFile(directoryPath(to), 'utf8'))
  const last = await issueDirectory(folder, options, ({ entries, revocations }) => ({
    entries,
    revocations,
    successor,
  }))
  return { last, first, successor }
}

/** The signed document that is to be given to the cities. */
export const directoryPath = (folder: string): string => join(folder, FILES.directory)

/** The newest directory of the folder; its signature is verified with the key that it names. */
export async function readDirectory(folder: string, kid?: string): Promise<Directory> {
  const jws = await readFile(directoryPath(folder), 'utf8').catch(() => {
    throw new ProblemError('request.not-found', `${directoryPath(folder)} is not there: tongban federation create`)
  })
  return (await openDirectory(jws, kid)).directory
}

/** Verifies a directory by the key within it, or by `kid`; whom to trust is for the caller to decide. Problems: `directory.*`. */
export async function openDirectory(
  jws: string,
  kid?: string,
): Promise<{ directory: Directory; operator: string; sha256: string }> {
  const verified = await verifyDirectory(jws.trim(), { trusts: thumbprint => kid === undefined || thumbprint === kid })
  if (!verified.ok) throw new ProblemError(verified.problem.code, verified.problem.detail)
  return verified
}

/** What an issue says of cities and certificates. */
export type Listing = Pick<Directory, 'entries' | 'revocations'>

type Draft = Omit<Directory, 'v' | 'nextUpdate' | 'grace'>

function next(draft: Draft, { now, days, graceDays }: { now: number } & IssueTerms): Directory {
  // Later than the last one and than what it revokes, whatever the clock says.
  const iat = Math.max(now, draft.iat, ...draft.revocations.map(({ revokedAt }) => revokedAt))
  const made = parseValue(
    Directory,
    {
      v: 1,
      operator: draft.operator,
      version: draft.version + 1,
      iat,
      nextUpdate: iat + days * DAY,
      grace: graceDays * DAY,
      ...(draft.successor === undefined ? {} : { successor: draft.successor }),
      entries: draft.entries,
      revocations: draft.revocations,
    },
    'directory.malformed',
  )
  if (!made.ok) throw new ProblemError(made.problem.code, made.problem.detail)
  return made.value
}

async function sign(directory: Directory, { kid, d, x }: PrivateKey): Promise<string> {
  const key = (await jose.importJWK({ kty: 'OKP', crv: 'Ed25519', d, x }, PACKET_ALG)) as jose.CryptoKey
  const jws = await signDirectory(directory, { kid, key })
  if (jws.length > LIMITS.directoryBytes)
    throw new ProblemError('directory.malformed', `more than ${LIMITS.directoryBytes} bytes`)
  return jws
}

/** Lists a city, or puts its newest certificate beside the one it has (the older of two goes); who is listed keeps its day. */
export function withCity(held: Directory, card: MembershipCard, today: string): Listing {
  const before = held.entries.find(entry => entry.city === card.city)
  const entry = {
    city: card.city,
    name: card.name,
    certificates: [...new Set([card.certificate, ...(before?.certificates ?? [])])].slice(0, 2),
    peers: [...new Set([card.peer, ...(before?.certificates.includes(card.certificate) ? before.peers : [])])].slice(
      0,
      4,
    ),
    addresses: card.addresses,
    since: before?.since ?? today,
  }
  return {
    entries: [...held.entries.filter(({ city }) => city !== card.city), entry].sort((a, b) =>
      a.city.localeCompare(b.city),
    ),
    revocations: held.revocations,
  }
}

/** Strikes a city from the list. Problem: `request.not-found`. */
export function withoutCity(held: Directory, city: string): Listing {
  if (!held.entries.some(entry => entry.city === city))
    throw new ProblemError('request.not-found', `${city} is not listed`)
  return { entries: held.entries.filter(entry => entry.city !== city), revocations: held.revocations }
}

/** Revokes a certificate; a city without another one is struck from the list. Problem: `request.conflict`. */
export function withRevocation(held: Directory, revocation: z.input<typeof DirectoryRevocation>): Listing {
  const { certificate } = revocation
  if (held.revocations.some(entry => entry.certificate === certificate))
    throw new ProblemError('request.conflict', 'it is revoked already')
  return {
    entries: held.entries.flatMap(entry => {
      if (!entry.certificates.includes(certificate)) return [entry]
      const certificates = entry.certificates.filter(one => one !== certificate)
      return certificates.length === 0 ? [] : [{ ...entry, certificates }]
    }),
    revocations: [...held.revocations, DirectoryRevocation.parse(revocation)],
  }
}

/** Reads a membership card. Problem: `directory.malformed`. */
export function readCard(bytes: Uint8Array): MembershipCard {
  const read = parseJson(MembershipCard, bytes, 'directory.malformed')
  if (!read.ok) throw new ProblemError(read.problem.code, read.problem.detail)
  return read.value
}
