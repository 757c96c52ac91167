/** Vectors of spellings (SPEC.md §1): each kind of signed text, and of what both cities read, in those that read alike and in those that nobody takes. */
import * as jose from 'jose'
import { writeAgreement } from '../../protocol/agreement/document.ts'
import { encodeFrame } from '../../protocol/exchange/frames.ts'
import { INVITE_PREFIX, TYP } from '../../protocol/names.ts'
import { commit } from '../../protocol/packet/envelope.ts'
import { encodeUtf8, toHex } from '../../protocol/primitives.ts'
import type { ProblemCode } from '../../protocol/problem.ts'
import { entryOf, type ListHead, listRoot } from '../../protocol/service/list.ts'
import { headerSpellings, type Spelling, spellings } from '../support/spellings.ts'
import type { VectorCity } from './vector-keys.ts'
import { type Add, b64, DAY, NOW, refused, submitContent, Writer } from './vector-writer.ts'
import { DOCUMENT } from './vectors-agreements.ts'
import { directoryOf } from './vectors-directory.ts'
import { LIST_ITEM } from './vectors-lists.ts'
import { INVITE } from './vectors-wire.ts'

type Bytes = Uint8Array<ArrayBuffer>
type Key = { kid: string; alg: string; sign: (bytes: Bytes) => Promise<Uint8Array> }

const packetKey = ({ packet: { signer } }: VectorCity): Key => ({
  kid: signer.kid,
  alg: 'Ed25519',
  sign: async bytes => new Uint8Array(await crypto.subtle.sign('Ed25519', signer.key, bytes)),
})
const certificateKey = ({ certificateSigner }: VectorCity): Key => ({ ...certificateSigner, alg: 'RS256' })

const headerOf = (key: Key, typ: string): string => JSON.stringify({ alg: key.alg, typ, kid: key.kid })

/** A compact JWS over a header and claims of any bytes. */
async function compact(key: Key, header: Bytes | string, claims: Bytes | string): Promise<string> {
  const input = `${jose.base64url.encode(header)}.${jose.base64url.encode(claims)}`
  return `${input}.${jose.base64url.encode(await key.sign(encodeUtf8(input)))}`
}

/** One vector for each spelling, in the folder of its topic. */
async function addEach(
  add: Add,
  [topic, what]: readonly [string, string],
  made: readonly Spelling[],
  problem: ProblemCode,
  inputOf: (bytes: Bytes) => object | Promise<object>,
): Promise<void> {
  for (const { name, description, bytes, reads } of made) {
    const folder = reads ? 'valid' : 'invalid'
    const expected = reads ? { ok: true } : refused(problem)
    add(`${topic}/${folder}/${what}-${name}`, `${description} (${what})`, await inputOf(bytes), expected)
  }
}

export async function addTexts(add: Add, ankang: VectorCity, shiyan: VectorCity): Promise<void> {
  const base = await new Writer([ankang, shiyan]).say('610900', '420300', 'case.submit', submitContent(0), {
    agreement: 'ab'.repeat(32),
  })
  const claims = JSON.stringify(base.claims)
  const key = packetKey(ankang)
  const certificate = certificateKey(ankang)
  const given = { now: NOW + 3600, audience: '420300' }
  await addEach(
    add,
    ['packet', 'header'],
    headerSpellings(headerOf(key, TYP.packet)),
    'envelope.header',
    async header => ({
      jws: await compact(key, header, claims),
      ...given,
    }),
  )
  await addEach(add, ['packet', 'claims'], spellings(claims, { number: 'seq' }), 'envelope.claims', async bytes => ({
    jws: await compact(key, headerOf(key, TYP.packet), bytes),
    ...given,
  }))
  const body = new TextDecoder().decode(base.body)
  await addEach(
    add,
    ['body', 'text'],
    spellings(body, { number: 'mode', letters: 'caseNo' }),
    'body.schema',
    async bytes => ({
      jws: await compact(key, headerOf(key, TYP.packet), JSON.stringify({ ...base.claims, body: await commit(bytes) })),
      body: b64(bytes),
    }),
  )

  const theirs = packetKey(shiyan)
  const detail = 'seq 3, expected 2'
  const receipt = JSON.stringify({
    v: 1,
    iss: '420300',
    aud: '610900',
    iat: NOW,
    items: [{ id: '22'.repeat(32), status: 'refused', problem: 'chain.gap', detail }],
  })
  await addEach(add, ['receipt', 'claims'], spellings(receipt, { number: 'iat' }), 'envelope.claims', async bytes => ({
    jws: await compact(theirs, headerOf(theirs, TYP.receipt), bytes),
    issuer: '420300',
    audience: '610900',
  }))
  await addEach(
    add,
    ['receipt', 'detail'],
    spellings(JSON.stringify({ n: 1, detail }), { number: 'n', letters: 'detail' }).filter(({ name }) =>
      /^(letters|half|nul|control)/.test(name),
    ),
    'envelope.claims',
    async bytes => {
      const at = encodeUtf8('{"n":1,').byteLength
      const [head = '', tail = ''] = receipt.split(`"detail":${JSON.stringify(detail)}}`)
      const whole = Uint8Array.from([...encodeUtf8(head), ...bytes.subarray(at), ...encodeUtf8(tail)])
      return { jws: await compact(theirs, headerOf(theirs, TYP.receipt), whole), issuer: '420300', audience: '610900' }
    },
  )

  const delegation = JSON.stringify({
    v: 1,
    iss: '610900',
    iat: NOW,
    nbf: NOW,
    exp: NOW + 90 * DAY,
    keys: [ankang.packet.key],
  })
  await addEach(
    add,
    ['delegation', 'header'],
    headerSpellings(headerOf(certificate, TYP.delegation)),
    'delegation.malformed',
    async header => ({
      jws: await compact(certificate, header, delegation),
      city: '610900',
    }),
  )
  await addEach(
    add,
    ['delegation', 'claims'],
    spellings(delegation, { number: 'iat' }),
    'delegation.malformed',
    async bytes => ({
      jws: await compact(certificate, headerOf(certificate, TYP.delegation), bytes),
      city: '610900',
    }),
  )
  const revocation = JSON.stringify({ v: 1, iss: '610900', iat: NOW, kid: ankang.packet.key.kid, revokedAt: NOW })
  await addEach(
    add,
    ['revocation', 'claims'],
    spellings(revocation, { number: 'v' }),
    'delegation.malformed',
    async bytes => ({
      jws: await compact(certificate, headerOf(certificate, TYP.revocation), bytes),
      city: '610900',
    }),
  )
  await addAgreementTexts(add, certificate)
  await addListTexts(add, shiyan)

  const { directory, signer } = directoryOf(ankang)
  const operator: Key = packetKey({ ...ankang, packet: ankang.other })
  await addEach(
    add,
    ['directory', 'text'],
    // What is no JSON at all shows no key to verify it with.
    spellings(JSON.stringify(directory), { number: 'version' }).filter(
      ({ name }) => !/^(comment|not-utf-8|number-with-zero|trailing|two)/.test(name),
    ),
    'directory.malformed',
    async bytes => ({
      jws: await compact(operator, headerOf(operator, TYP.directory), bytes),
      now: NOW,
      operators: [signer.kid],
    }),
  )
  await addEach(
    add,
    ['invite', 'text'],
    spellings(JSON.stringify(INVITE), { number: 'exp', letters: 'name' }),
    'invite.malformed',
    bytes => ({
      text: INVITE_PREFIX + b64(bytes),
      now: NOW,
    }),
  )
  const asked = { sha256: 'ab'.repeat(32), offset: 7 }
  const [type = 0] = encodeFrame({ type: 'material-request', ...asked })
  await addEach(
    add,
    ['frame', 'material-request'],
    spellings(JSON.stringify(asked), { number: 'offset' }),
    'frame.malformed',
    bytes => ({ hex: toHex(Uint8Array.from([type, ...bytes])) }),
  )
}

async function addAgreementTexts(add: Add, certificate: Key): Promise<void> {
  const written = await writeAgreement(DOCUMENT)
  if (!written.ok) throw new Error(written.problem.code)
  const signatureOf = async (header: Bytes | string, text: string) => {
    const [head, , signature] = (await compact(certificate, header, text)).split('.')
    return { protected: head, signature }
  }
  await addEach(
    add,
    ['agreement', 'header'],
    headerSpellings(headerOf(certificate, TYP.agreement)),
    'agreement.signature',
    async header => ({
      text: written.text,
      signature: await signatureOf(header, written.text),
      city: '610900',
    }),
  )
  // The text of a vector is a string, so that what is no UTF-8 cannot stand in it.
  const texts = spellings(written.text, { number: 'purgeDays', letters: 'title' }).filter(
    ({ name }) => name !== 'not-utf-8' && name !== 'half-pair-encoded',
  )
  await addEach(add, ['agreement', 'text'], texts, 'agreement.malformed', async bytes => {
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
    return { text, signature: await signatureOf(headerOf(certificate, TYP.agreement), text), city: '610900' }
  })
}

async function addListTexts(add: Add, shiyan: VectorCity): Promise<void> {
  const key = packetKey(shiyan)
  const line = JSON.stringify(LIST_ITEM)
  const headOf = async (lines: string[]): Promise<ListHead> => {
    const root = await listRoot(await Promise.all(lines.map(one => entryOf(LIST_ITEM.taskCode, one))))
    if (!root.ok) throw new Error(root.problem.code)
    return { v: 1, iss: '420300', iat: NOW, version: 2, count: lines.length, root: root.root }
  }
  const head = JSON.stringify(await headOf([line]))
  await addEach(add, ['list', 'head'], spellings(head, { number: 'version' }), 'envelope.claims', async bytes => ({
    head: await compact(key, headerOf(key, TYP.list), bytes),
    lines: [line],
    heldVersion: 1,
  }))
  const lines = spellings(line, { number: 'taskVersion', letters: 'taskName' }).filter(
    ({ name }) => !['white-space', 'not-utf-8', 'half-pair-encoded'].includes(name),
  )
  await addEach(add, ['list', 'item'], lines, 'list.malformed', async bytes => {
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
    const signed = await compact(key, headerOf(key, TYP.list), JSON.stringify(await headOf([text])))
    return { head: signed, lines: [text], heldVersion: 1 }
  })
}
