/** Vectors of directories: signed by a made-up operator, whose key is Ankang's second packet key; and frames of their stream. */
import * as jose from 'jose'
import { type Directory, signDirectory } from '../../protocol/federation/directory.ts'
import { type DirectoryFrame, encodeDirectoryFrame } from '../../protocol/federation/frames.ts'
import { LIMITS } from '../../protocol/limits.ts'
import { TYP } from '../../protocol/names.ts'
import { type PacketSigner, signCompact } from '../../protocol/packet/envelope.ts'
import { sha256, toHex } from '../../protocol/primitives.ts'
import type { VectorCity } from './vector-keys.ts'
import { type Add, DAY, NOW, refused } from './vector-writer.ts'

const PEER = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'
const [FIRST, SECOND, STOLEN] = ['11', '22', '33'].map(byte => byte.repeat(32)) as [string, string, string]

/** The directory of the vectors, and who signs it. */
export function directoryOf(ankang: VectorCity): { directory: Directory; signer: PacketSigner } {
  const { signer, key } = ankang.other
  const { kty, crv, x } = key
  const directory: Directory = {
    v: 1,
    operator: { name: '秦巴通办联盟', key: { kty, crv, x } },
    version: 7,
    iat: NOW - DAY,
    nextUpdate: NOW + 29 * DAY,
    grace: 14 * DAY,
    entries: [
      {
        city: '610900',
        name: '安康市',
        certificates: [FIRST],
        peers: [PEER],
        addresses: ['/ip4/192.0.2.9/tcp/8421'],
        since: '2026-10-01',
      },
      { city: '420300', name: '十堰市', certificates: [SECOND], peers: [], addresses: [], since: '2026-10-01' },
    ],
    revocations: [{ certificate: STOLEN, revokedAt: NOW - 2 * DAY, reason: '私钥泄露' }],
  }
  return { directory, signer }
}

export async function addDirectories(add: Add, ankang: VectorCity, shiyan: VectorCity): Promise<void> {
  const { directory, signer } = directoryOf(ankang)
  const signed = await signDirectory(directory, signer)
  const hash = await sha256(signed)
  const given = { jws: signed, now: NOW, operators: [signer.kid] }
  const valid = (path: string, description: string, input: object, expected: object) =>
    add(`directory/valid/${path}`, description, { ...given, ...input }, { ok: true, sha256: hash, ...expected })
  const held = (version: number, sha = hash) => ({ held: { [signer.kid]: { version, sha256: sha } } })
  valid('version-7', 'Two members, one revoked certificate', {}, { known: false, standing: 'current' })
  valid('higher', 'A lower version is held', held(6, FIRST), { known: false })
  valid('known', 'The very document is held', held(7), { known: true })
  const last = await signDirectory({ ...directory, successor: shiyan.other.signer.kid }, signer)
  valid(
    'last',
    'The last version, which names a successor',
    { jws: last },
    { known: false, sha256: await sha256(last) },
  )
  valid('overdue', 'Within the grace time', { now: NOW + 43 * DAY }, { standing: 'overdue' })
  valid('lapsed', 'After the grace time', { now: NOW + 43 * DAY + 1 }, { standing: 'lapsed' })

  const invalid = (path: string, description: string, input: object, problem: Parameters<typeof refused>[0]) =>
    add(`directory/invalid/${path}`, description, { ...given, ...input }, refused(problem))
  invalid('operator', 'Nobody trusts its operator', { operators: [shiyan.other.signer.kid] }, 'directory.operator')
  invalid('rollback', 'A higher version is held', held(8, FIRST), 'directory.rollback')
  invalid('fork', 'Another document of this version is held', held(7, FIRST), 'directory.fork')
  invalid(
    'after-last',
    'The version that is held named a successor',
    { held: { [signer.kid]: { version: 6, sha256: FIRST, last: true } } },
    'directory.fork',
  )
  invalid('future', 'Issued in the future', { now: NOW - DAY - LIMITS.clockSkewSeconds - 1 }, 'envelope.clock')
  const [head = '', payload = '', signature = ''] = signed.split('.')
  const text = new TextDecoder().decode(jose.base64url.decode(payload))
  const changed = jose.base64url.encode(text.replace(FIRST, SECOND))
  invalid('changed', 'A certificate was replaced', { jws: `${head}.${changed}.${signature}` }, 'directory.signature')
  invalid(
    'other-key',
    'Signed by a key that is not the one in it, under the thumbprint of the operator',
    { jws: await signDirectory(directory, { ...shiyan.other.signer, kid: signer.kid }) },
    'directory.signature',
  )
  const own = { kty: shiyan.other.key.kty, crv: shiyan.other.key.crv, x: shiyan.other.key.x }
  invalid(
    'claimed-thumbprint',
    'Another key in it, under the thumbprint of the operator',
    {
      jws: await signDirectory(
        { ...directory, operator: { ...directory.operator, key: own } },
        { ...shiyan.other.signer, kid: signer.kid },
      ),
    },
    'directory.signature',
  )
  const malformed = async (path: string, description: string, change: object, typ: string = TYP.directory) =>
    invalid(
      path,
      description,
      { jws: await signCompact(JSON.stringify({ ...directory, ...change }), typ, signer) },
      'directory.malformed',
    )
  await malformed('own-successor', 'It names its own key as the successor', { successor: signer.kid })
  const [entry] = directory.entries
  const [revocation] = directory.revocations
  await malformed('typ', 'Signed as something else', {}, TYP.list)
  await malformed('unknown-field', 'A field that is not known', { note: '' })
  await malformed('city-twice', 'A city stands twice', {
    entries: [entry, { ...entry, certificates: [SECOND], peers: [] }],
  })
  await malformed('certificate-twice', 'Two cities under one certificate', {
    entries: [entry, { ...entry, city: '420300', peers: [] }],
  })
  await malformed('peer-twice', 'Two cities at one peer', {
    entries: [entry, { ...entry, city: '420300', certificates: [SECOND] }],
  })
  await malformed('revoked-entry', 'A member under a revoked certificate', {
    entries: [{ ...entry, certificates: [STOLEN] }],
  })
  await malformed('revoked-later', 'Revoked after the issue', { revocations: [{ ...revocation, revokedAt: NOW }] })
  await malformed('no-time', 'Due before it was issued', { nextUpdate: directory.iat })
  addDirectoryFrames(add, signer.kid, hash)
}

function addDirectoryFrames(add: Add, operator: string, hash: string): void {
  const frames: [string, string, DirectoryFrame][] = [
    ['have', 'What a node holds', { type: 'have', held: [{ operator, version: 7, sha256: hash }] }],
    [
      'have-none',
      'An operator of whom nothing is held',
      { type: 'have', held: [{ operator, version: 0, sha256: null }] },
    ],
    ['directory', 'A signed directory', { type: 'directory', jws: 'a.b.c' }],
  ]
  for (const [name, description, frame] of frames)
    add(`directory-frame/valid/${name}`, description, { hex: toHex(encodeDirectoryFrame(frame)) }, { ok: true, frame })
  for (const [name, description, hex] of [
    ['no-type', 'A type that is not known', '03'],
    ['empty', 'No type at all', ''],
    ['have-not-json', 'What a node holds, not as JSON', '017b'],
    ['not-utf-8', 'A directory that is no text', '02ff'],
  ] as const)
    add(`directory-frame/invalid/${name}`, description, { hex }, refused('frame.malformed'))
}
