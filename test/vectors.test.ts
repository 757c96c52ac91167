/** Runs every test vector, and checks that each problem of verification has an example. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as jose from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { readCertificate } from '../certs/read.ts'
import { verifyBundle } from '../node/city/records/evidence/verify.ts'
import { openAgreementBody } from '../protocol/agreement/body.ts'
import { AgreedItem, covers, readAgreement } from '../protocol/agreement/document.ts'
import { readNotice } from '../protocol/agreement/notice.ts'
import { type AgreementSignature, verifyAgreementSignature } from '../protocol/agreement/signature.ts'
import { admitAgreement } from '../protocol/agreement/thread.ts'
import { addWorkingDays, calendarOf, type HolidayTable } from '../protocol/calendar/calendar.ts'
import { tableDigest } from '../protocol/calendar/notice.ts'
import { admitCase, openCaseBody } from '../protocol/case/admit.ts'
import { type ClockInput, caseClock } from '../protocol/case/deadlines.ts'
import { foldCase, moverOf } from '../protocol/case/fold.ts'
import type { Mode } from '../protocol/case/kinds.ts'
import { type Application, preflight } from '../protocol/case/preflight.ts'
import { readCreditCode } from '../protocol/codes/credit-code.ts'
import { readResidentId } from '../protocol/codes/resident-id.ts'
import { decodeFrame } from '../protocol/exchange/frames.ts'
import { advance } from '../protocol/exchange/watermark.ts'
import { directoryStanding, type HeldDirectory, verifyDirectory } from '../protocol/federation/directory.ts'
import { decodeDirectoryFrame } from '../protocol/federation/frames.ts'
import { verifyDelegation, verifyRevocation } from '../protocol/keys/delegation.ts'
import { TYP } from '../protocol/names.ts'
import type { Packet } from '../protocol/packet/claims.ts'
import { type TrustedKey, verifyPacket } from '../protocol/packet/envelope.ts'
import { verifyReceipt } from '../protocol/packet/receipt.ts'
import { inviteId, readInvite } from '../protocol/pairing/invite.ts'
import {
  type Contribution,
  checkCommitment,
  type PairingRole,
  type ProofOf,
  pairingProof,
  verificationNumbers,
} from '../protocol/pairing/pairing.ts'
import { admitTest, openTestBody } from '../protocol/partner-test/thread.ts'
import { encodeUtf8, fromHex, sha256 } from '../protocol/primitives.ts'
import { PROBLEMS, type ProblemCode } from '../protocol/problem.ts'
import { ServiceItem } from '../protocol/service/item.ts'
import { entryOf, listRoot, openList, verifyListHead } from '../protocol/service/list.ts'
import { decodeListFrame } from '../protocol/service/list-frames.ts'
import { bucketOf } from '../protocol/service/list-tree.ts'
import { canonicalOrder } from '../protocol/thread/chain.ts'
import { type VectorCity, vectorCities } from './generate/vector-keys.ts'
import { checkForm, toldOf } from './generate/vectors-preflight.ts'
import { generated, stale } from './generate.ts'
import { type Files, pack } from './interop/tamper.ts'

type Outcome = ({ ok: true } & Record<string, unknown>) | { ok: false; problem?: ProblemCode }
type Vector = { description: string; input: Record<string, unknown>; expect: Record<string, unknown> }

const FOLDER = join(import.meta.dirname, '../protocol/vectors')
/** 2026-11-02 09:00 in China, around which the keys of the vectors are delegated for a year each way. */
const NOW = Date.UTC(2026, 10, 2, 1, 0, 0) / 1000
const YEAR = 365 * 86_400

/** Problems that verification in this folder gives; the others belong to the node, its edges and its operation. */
const OF_VERIFICATION = (Object.keys(PROBLEMS) as ProblemCode[]).filter(code =>
  /^(envelope|body|key\.|delegation|chain|case|agreement|test|list|directory|receipt|frame\.malformed|thread|invite|material\.oversize)/.test(
    code,
  ),
)
/** Given where the bytes are moved or the store is asked, not by verification alone. */
const OF_THE_NODE = [
  'invite.used',
  'invite.cancelled',
  'invite.rejected',
  'invite.recipient',
  'list.fork',
  'list.none',
  'directory.none',
  // What a city published when: shown in protocol/case/preflight.test.ts and node/cases/submission.test.ts.
  'case.preflight',
  // What holidays a city knows: shown in protocol/case/lawful.test.ts and node/cases/clocks.test.ts.
  'case.limit',
  // The same of agreements: node/agreements/soundness.test.ts.
  'agreement.item',
  'agreement.party',
  'agreement.unsound',
] as const

let cities: [VectorCity, VectorCity]
beforeAll(async () => {
  cities = await vectorCities()
})

const bytes = (text: unknown): Uint8Array<ArrayBuffer> => Uint8Array.from(jose.base64url.decode(String(text)))
const problemOf = (result: { ok: true } | { ok: false; problem: { code: ProblemCode } }): Outcome =>
  result.ok ? { ...result } : { ok: false, problem: result.problem.code }
const cityOf = (code: unknown): VectorCity => {
  const city = cities.find(entry => entry.code === code)
  if (city === undefined) throw new Error(`no city ${String(code)}`)
  return city
}

type Spans = { begins: number; ends: number }[]

async function resolver(
  revokedAt: number | null,
  spans: Spans = [{ begins: NOW - YEAR, ends: NOW + YEAR }],
): Promise<(kid: string) => TrustedKey | undefined> {
  const keys = new Map<string, TrustedKey>()
  for (const { code, packet } of cities) {
    const { kty, crv, x, kid } = packet.key
    const key = (await jose.importJWK({ kty, crv, x }, 'Ed25519')) as jose.CryptoKey
    keys.set(kid, { key, city: code, spans, revokedAt })
  }
  return kid => keys.get(kid)
}

const claimsOf = (jws: string) => jose.decodeJwt(jws) as unknown as Packet['claims']

/** Packets of a thread in order of arrival; what comes of each. */
const THREADS = {
  case: { open: openCaseBody, admit: admitCase },
  agreement: { open: openAgreementBody, admit: admitAgreement },
  test: { open: openTestBody, admit: admitTest },
} as const

type Arrived = { jws: string; body: string }[]

async function thread(packets: Arrived, kind: keyof typeof THREADS): Promise<Outcome> {
  const held: Packet[] = []
  const states: string[] = []
  for (const { jws, body } of packets) {
    const claims = claimsOf(jws)
    const opened = await THREADS[kind].open(claims, bytes(body))
    if (!opened.ok) return problemOf(opened)
    const packet = { id: await sha256(jws), claims, body: opened.body }
    const admitted = await THREADS[kind].admit(held, packet)
    if (!admitted.ok) return problemOf(admitted)
    held.push(packet)
    states.push(admitted.state.state)
  }
  return { ok: true, states, held }
}

/** Of packets that crossed: which stand before which, and which have no effect; as places in the order of their arrival. */
async function crossing(packets: Arrived): Promise<Outcome> {
  const outcome = await thread(packets, 'case')
  if (!outcome.ok) return outcome
  const held = outcome.held as Packet[]
  const placeOf = (id: string) => held.findIndex(packet => packet.id === id)
  const order = canonicalOrder(held, moverOf(held) ?? '').map(({ id }) => placeOf(id))
  return { ok: true, states: outcome.states, order, late: foldCase(held)?.late.map(placeOf) }
}

async function clock(input: Record<string, unknown>): Promise<Outcome> {
  const { packets, terms, tables, now } = input as { packets: Arrived; tables: HolidayTable[]; now: number } & Pick<
    ClockInput,
    'terms'
  >
  const outcome = await thread(packets, 'case')
  const state = outcome.ok ? foldCase(outcome.held as Packet[]) : null
  if (state === null) return { ok: false }
  return { ok: true, ...caseClock({ state, terms, calendarOf: code => calendarOf(tables, code), now }) }
}

async function list(input: Record<string, unknown>): Promise<Outcome> {
  const head = await verifyListHead(String(input.head), {
    resolveKey: await resolver(null),
    issuer: '420300',
    heldVersion: Number(input.heldVersion),
  })
  return problemOf(head.ok ? await openList(head.head, input.lines as string[]) : head)
}

/** Buckets and root of entries that stand for items. */
async function listTree(input: Record<string, unknown>): Promise<Outcome> {
  const entries = await Promise.all(
    (input.items as { code: string; text: string }[]).map(({ code, text }) => entryOf(code, text)),
  )
  const root = await listRoot(entries)
  return root.ok ? { ok: true, root: root.root, buckets: entries.map(({ key }) => bucketOf(key)) } : problemOf(root)
}

async function agreement(input: Record<string, unknown>): Promise<Outcome> {
  const text = String(input.text)
  if (input.signature !== undefined) {
    const verified = await verifyAgreementSignature(
      text,
      input.signature as AgreementSignature,
      cityOf(input.city).certificate,
    )
    if (!verified.ok) return problemOf(verified)
  }
  const read = readAgreement(text)
  if (!read.ok) return problemOf(read)
  if (input.case !== undefined) {
    const covered = covers(
      read.document,
      input.case as { collecting: string; handling: string; item: string; mode: Mode; at: number },
    )
    if (!covered.ok) return problemOf(covered)
  }
  return { ok: true, id: await sha256(text) }
}

async function agreementNotice(input: Record<string, unknown>): Promise<Outcome> {
  const text = String(input.text)
  const signature = input.signature as AgreementSignature
  const { certificate } = cityOf(input.city)
  const verified = await verifyAgreementSignature(text, signature, certificate, TYP.agreementNotice)
  if (!verified.ok) return problemOf(verified)
  const read = readNotice(text)
  if (!read.ok) return problemOf(read)
  const { agreement, city, kind } = read.notice
  return { ok: true, agreement, city, kind }
}

const RUN: Record<string, (input: Record<string, unknown>) => Promise<Outcome>> = {
  async packet({ jws, now, audience, revokedAt, evidence, spans }) {
    return problemOf(
      await verifyPacket(String(jws), {
        resolveKey: await resolver((revokedAt as number | undefined) ?? null, spans as Spans | undefined),
        audience: String(audience),
        ...(evidence === true ? { evidence: true } : { now: Number(now) }),
      }),
    )
  },
  body: async ({ jws, body }) => problemOf(await openCaseBody(claimsOf(String(jws)), bytes(body))),
  receipt: async ({ jws, issuer, audience }) =>
    problemOf(
      await verifyReceipt(String(jws), {
        resolveKey: await resolver(null),
        issuer: String(issuer),
        audience: String(audience),
      }),
    ),
  delegation: async ({ jws, city }) => problemOf(await verifyDelegation(String(jws), cityOf(city).certificate)),
  revocation: async ({ jws, city }) => problemOf(await verifyRevocation(String(jws), cityOf(city).certificate)),
  agreement,
  'agreement-notice': agreementNotice,
  list,
  'list-tree': listTree,
  async directory({ jws, now, operators, held }) {
    const verified = await verifyDirectory(String(jws), {
      trusts: operator => (operators as string[]).includes(operator),
      held: operator => (held as Record<string, HeldDirectory> | undefined)?.[operator],
      now: Number(now),
    })
    if (!verified.ok) return problemOf(verified)
    const { directory, ...rest } = verified
    return { ...rest, standing: directoryStanding(directory, Number(now)) }
  },
  async 'directory-frame'({ hex }) {
    const decoded = decodeDirectoryFrame(fromHex(String(hex)))
    return decoded.ok ? { ok: true, frame: decoded.frame } : problemOf(decoded)
  },
  async 'list-frame'({ hex }) {
    const decoded = decodeListFrame(fromHex(String(hex)))
    return decoded.ok ? { ok: true, frame: decoded.frame } : problemOf(decoded)
  },
  async preflight({ content, item, agreed }) {
    const findings = toldOf(
      preflight({
        content: content as Application,
        item: ServiceItem.parse(item),
        agreed: agreed === null ? null : AgreedItem.parse(agreed),
        checkForm,
      }),
    )
    return findings.some(({ level }) => level === 'error')
      ? { ok: false, problem: 'case.preflight', findings }
      : { ok: true, findings }
  },
  async evidence({ files, fingerprints }) {
    const bytes = Object.entries(files as Record<string, string>).map(([path, text]) => [path, encodeUtf8(text)])
    const report = await verifyBundle(new Blob([pack(Object.fromEntries(bytes) as Files)]), {
      fingerprints: fingerprints as string[],
    })
    return report.ok ? { ...report, ok: true } : { ok: false, problem: 'evidence.invalid' }
  },
  crossing: ({ packets }) => crossing(packets as Arrived),
  clock,
  calendar: async ({ tables, city, from, days }) => ({
    ok: true,
    ...addWorkingDays(calendarOf(tables as HolidayTable[], String(city)), String(from), Number(days)),
  }),
  'calendar-digest': async ({ table }) => ({ ok: true, sha256: await tableDigest(table as HolidayTable) }),
  async certificate({ pem }) {
    const read = readCertificate(String(pem))
    if (!read.ok) return problemOf(read)
    const { code: city, fingerprint, keyThumbprint: kid } = read.certificate
    return { ok: true, city, fingerprint, kid }
  },
  thread: ({ packets }) => thread(packets as Arrived, 'case'),
  'test-thread': ({ packets }) => thread(packets as Arrived, 'test'),
  'agreement-thread': ({ packets }) => thread(packets as Arrived, 'agreement'),
  async frame({ hex }) {
    const decoded = decodeFrame(fromHex(String(hex)))
    if (!decoded.ok) return problemOf(decoded)
    const frame = Object.fromEntries(
      Object.entries(decoded.frame).map(([key, value]) => [
        key,
        value instanceof Uint8Array ? jose.base64url.encode(value) : value,
      ]),
    )
    return { ok: true, frame }
  },
  async watermark({ ids }) {
    let mark = { n: 0, hash: '0'.repeat(64) }
    for (const id of ids as string[]) mark = await advance(mark, id)
    return { ok: true, ...mark }
  },
  async invite({ text, now }) {
    const read = readInvite(String(text), Number(now))
    return read.ok ? { ok: true, invite: read.invite, id: await inviteId(read.invite.secret) } : problemOf(read)
  },
  words: async ({ secret, inviting, accepting }) => ({
    ok: true,
    numbers: await verificationNumbers(String(secret), { inviting, accepting } as Record<PairingRole, Contribution>),
  }),
  commitment: async ({ side, opened, commitment }) =>
    problemOf(await checkCommitment(side as PairingRole, opened as Contribution, String(commitment))),
  'pairing-proof': async ({ secret, ...of }) => ({
    ok: true,
    proof: await pairingProof(String(secret), of as unknown as ProofOf),
  }),
  code: async ({ residentId, creditCode }) =>
    ({
      ok:
        residentId === undefined
          ? readCreditCode(String(creditCode)) !== null
          : readResidentId(String(residentId)) !== null,
    }) as Outcome,
}

const paths = readdirSync(FOLDER, { recursive: true, withFileTypes: true })
  .filter(entry => entry.isFile() && entry.name.endsWith('.json') && entry.name !== 'keys.json')
  .map(entry => join(entry.parentPath, entry.name).slice(FOLDER.length + 1))
  .sort()
const read = (path: string) => JSON.parse(readFileSync(join(FOLDER, path), 'utf8')) as Vector

describe('vectors', () => {
  test.each(paths)('%s', async path => {
    const { input, expect: expected } = read(path)
    const run = RUN[path.split('/')[0] ?? '']
    if (run === undefined) throw new Error(`no topic of ${path}`)
    expect(await run(input)).toMatchObject(expected)
  })

  test('cover every problem of verification', () => {
    const shown = new Set(paths.map(path => read(path).expect.problem).filter(problem => problem !== undefined))
    const missing = OF_VERIFICATION.filter(
      code => !shown.has(code) && !(OF_THE_NODE as readonly string[]).includes(code),
    )
    console.log(`${paths.length} vectors, ${shown.size} problems shown`)
    expect(paths.length).toBeGreaterThan(100)
    expect(missing).toEqual([])
  })

  test('and everything else that is generated is what the code makes', async () => {
    const files = await generated()
    expect(files.size).toBeGreaterThan(150)
    expect(await stale(files)).toEqual([])
  })
})
