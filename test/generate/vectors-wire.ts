/** Vectors of frames, invites, words and codes. */
import { encodeFrame, type Frame } from '../../protocol/exchange/frames.ts'
import { LIMITS } from '../../protocol/limits.ts'
import { inviteId, linkOf, writeInvite } from '../../protocol/pairing/invite.ts'
import { pairingCommitment, pairingProof, verificationNumbers } from '../../protocol/pairing/pairing.ts'
import { encodeUtf8, toHex } from '../../protocol/primitives.ts'

import { type Add, b64, DAY, NOW, refused } from './vector-writer.ts'

export function addFrames(add: Add, certificate: string): void {
  const frames: Frame[] = [
    {
      type: 'hello',
      hello: {
        v: 1,
        city: '610900',
        software: 'example/1',
        at: NOW * 1000,
        identity: { certificates: [certificate], delegations: ['a.b.c'], revocations: [] },
        addresses: ['/dns4/node.example/tcp/8421/p2p/12D3KooWExample'],
        sent: { n: 7, hash: '11'.repeat(32) },
        received: { n: 0, hash: '0'.repeat(64) },
        list: null,
        calendar: { from: 2026, national: [{ year: 2026, sha256: '22'.repeat(32) }], regional: [] },
        instance: { id: 'AAAAAAAAAAAAAAAAAAAAAA', startedAt: NOW * 1000 - 60_000 },
      },
    },
    { type: 'packet', n: 7, jws: 'a.b.c', body: encodeUtf8('{"salt":"x"}') },
    { type: 'receipt', through: 7, jws: 'a.b.c' },
    { type: 'recall', from: 3 },
    { type: 'recalled', n: 3, jws: 'a.b.c', receipt: 'd.e.f', body: encodeUtf8('{}') },
    { type: 'recall-end', through: 7 },
    { type: 'list', list: 'a.b.c' },
    { type: 'material-request', sha256: '11'.repeat(32), offset: 65536 },
    { type: 'material-answer', size: 100_000 },
    { type: 'material-chunk', bytes: encodeUtf8('chunk') },
    { type: 'problem', code: 'exchange.timeout', detail: 'hello' },
  ]
  const shown = (frame: Frame): object =>
    Object.fromEntries(
      Object.entries(frame).map(([key, value]) => [key, value instanceof Uint8Array ? b64(value) : value]),
    )
  for (const frame of frames)
    add(
      `frame/valid/${frame.type}`,
      `A ${frame.type} frame`,
      { hex: toHex(encodeFrame(frame)) },
      { ok: true, frame: shown(frame) },
    )
  const packet = toHex(encodeFrame({ type: 'packet', n: 7, jws: 'a.b.c', body: new Uint8Array() }))
  for (const [path, description, hex] of [
    ['empty', 'No bytes', ''],
    ['type-0', 'Type 0', '00'],
    ['type-99', 'A type that does not exist', '63'],
    ['cut-off', 'Ends inside the JWS', packet.slice(0, -4)],
    ['empty-chunk', 'A chunk without a byte', '0a'],
    ['place-too-large', 'A place beyond 2^53', `02${'ff'.repeat(8)}00000000`],
    [
      'unknown-field',
      'JSON with a field that is not named',
      toHex(Uint8Array.from([4, ...encodeUtf8('{"from":1,"to":2}')])),
    ],
    ['not-json', 'Not JSON', toHex(Uint8Array.from([4, ...encodeUtf8('from')]))],
  ] as const) {
    add(`frame/invalid/${path}`, description, { hex }, refused('frame.malformed'))
  }
}

/** The invite of the vectors. */
export const INVITE = {
  v: 2 as const,
  city: '420300',
  name: '十堰市',
  for: '610900',
  addresses: ['/ip4/127.0.0.1/tcp/8421/p2p/12D3KooWExample'],
  fingerprint: 'ab'.repeat(32),
  secret: 'AAECAwQFBgcICQoLDA0ODw',
  exp: NOW + DAY,
}

export async function addPairing(add: Add): Promise<void> {
  const invite = INVITE
  const { secret } = invite
  const text = writeInvite(invite)
  add('invite/valid/whole', 'An invite', { text, now: NOW }, { ok: true, invite, id: await inviteId(secret) })
  add(
    'invite/valid/broken-lines',
    'As a chat program breaks it',
    { text: ` ${text.slice(0, 40)}\n${text.slice(40, 90)} \r\n${text.slice(90)} `, now: NOW },
    { ok: true, invite, id: await inviteId(secret) },
  )
  add(
    'invite/valid/link',
    'As a link, the secret behind the #',
    { text: linkOf(text), now: NOW },
    { ok: true, invite, id: await inviteId(secret) },
  )
  add('invite/invalid/expired', 'Past its time', { text, now: NOW + DAY + 1 }, refused('invite.expired'))
  add('invite/invalid/cut', 'The end is missing', { text: text.slice(0, -20), now: NOW }, refused('invite.malformed'))
  add(
    'invite/invalid/other-text',
    'Something else',
    { text: 'https://example.com', now: NOW },
    refused('invite.malformed'),
  )
  add(
    'invite/invalid/too-long',
    'Longer than an invite may be',
    { text: `${text}${'A'.repeat(LIMITS.inviteBytes)}`, now: NOW },
    refused('invite.malformed'),
  )
  const inviting = { fingerprint: 'ab'.repeat(32), nonce: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8' }
  const accepting = { fingerprint: 'cd'.repeat(32), nonce: 'ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8' }
  add(
    'words/valid/six',
    'Six numbers from the secret and what both sides opened, the inviting side first',
    { secret, inviting, accepting },
    { ok: true, numbers: await verificationNumbers(secret, { inviting, accepting }) },
  )
  for (const [side, opened] of [
    ['inviting', inviting],
    ['accepting', accepting],
  ] as const)
    add(
      `commitment/valid/${side}`,
      `What binds the ${side} side`,
      { side, opened, commitment: await pairingCommitment(side, opened) },
      { ok: true },
    )
  const commitment = await pairingCommitment('inviting', inviting)
  for (const [path, description, input] of [
    ['nonce', 'Other random bytes', { side: 'inviting', opened: { ...inviting, nonce: accepting.nonce }, commitment }],
    [
      'certificate',
      'Another certificate',
      { side: 'inviting', opened: { ...inviting, fingerprint: accepting.fingerprint }, commitment },
    ],
    ['side', 'The commitment of the other side sent back', { side: 'accepting', opened: inviting, commitment }],
  ] as const)
    add(`commitment/invalid/${path}`, description, input, refused('pairing.commitment'))
  const peer = '12D3KooWAccepting'
  const other = '12D3KooWInviting'
  const first = await pairingCommitment('accepting', accepting)
  for (const proof of [
    { side: 'accepting', commitment: first, own: peer, other, invited: inviting.fingerprint },
    { side: 'inviting', commitment, own: other, other: peer, answered: first },
  ] as const)
    add(
      `pairing-proof/valid/${proof.side}`,
      `Proof of the ${proof.side} side that it holds the secret`,
      { secret, ...proof },
      { ok: true, proof: await pairingProof(secret, proof) },
    )
}

export function addCodes(add: Add): void {
  for (const [path, description, number] of [
    ['x', 'The sample of GB 11643', '11010519491231002X'],
    ['lower-case', 'A lower-case x', '11010519491231002x'],
    ['1900', 'The earliest day of birth', '420300190001011233'],
  ] as const) {
    add(`code/valid/resident-id-${path}`, description, { residentId: number }, { ok: true })
  }
  for (const [path, description, number] of [
    ['check', 'A wrong check character', '110105194912310021'],
    ['date', 'No such day', '11010519490230002X'],
    ['1899', 'A day of birth before 1900', '420300189912311239'],
    ['short', 'Fifteen digits', '110105491231002'],
  ] as const) {
    add(`code/invalid/resident-id-${path}`, description, { residentId: number }, { ok: false })
  }
  add('code/valid/credit-code', 'A live code of a public body', { creditCode: '12441500196720244T' }, { ok: true })
  add('code/invalid/credit-code-check', 'A wrong check character', { creditCode: '124415001967202440' }, { ok: false })
  add(
    'code/invalid/credit-code-letter',
    'A letter that the alphabet leaves out',
    { creditCode: '1244150019672024IT' },
    { ok: false },
  )
}
