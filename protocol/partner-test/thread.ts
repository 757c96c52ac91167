/**
 * The thread of a partner test (合作城市测试): one packet that asks, one that answers by itself, and one material of random
 * bytes. It needs no agreement and means nothing for any case. SPEC.md §16.
 */
import * as z from 'zod'
import { checkBody } from '../case/admit.ts'
import { LIMITS } from '../limits.ts'
import type { Packet, PacketClaims } from '../packet/claims.ts'
import { parseValue, readValue, Salt, Sha256 } from '../primitives.ts'
import { isProblemCode, type ProblemCode, type Refused, refuse } from '../problem.ts'
import { checkPlace, viewOf } from '../thread/chain.ts'

export const TEST_STATES = { asked: '待应答', answered: '已应答' } as const
export type TestStateName = keyof typeof TEST_STATES

/** Milliseconds since 1970 by the clock of whoever says it. */
const Millis = z.number().int().min(0).max(32_503_680_000_000)
const Fetched = z.strictObject({
  sha256: Sha256,
  size: z.number().int().min(0).max(LIMITS.testMaterialBytes),
  ms: z.number().int().min(0).describe('how long the answering city took to fetch it'),
})
const Failed = z.strictObject({
  problem: z.custom<ProblemCode>(value => typeof value === 'string' && isProblemCode(value)).meta({ type: 'string' }),
  detail: z.string().max(500).optional(),
})

export const TEST_CONTENT = {
  'test.ping': z.strictObject({ at: Millis.describe('when it was asked, by the clock of the asking city') }),
  'test.pong': z.strictObject({
    receivedAt: Millis.describe('when the ping was stored, by the clock of the answering city'),
    answeredAt: Millis,
    list: z
      .number()
      .int()
      .min(0)
      .nullable()
      .describe("version of the asking city's service list that the answering city holds"),
    material: z.union([Fetched, Failed]).nullable().describe('what became of the material; null when there was none'),
  }),
}
export type TestKind = keyof typeof TEST_CONTENT
export type TestBody<K extends TestKind = TestKind> = z.infer<(typeof TEST_CONTENT)[K]> & { salt: string }

export const TEST_BODIES = Object.fromEntries(
  Object.entries(TEST_CONTENT).map(([kind, content]) => [kind, z.strictObject({ salt: Salt, ...content.shape })]),
) as unknown as Record<TestKind, z.ZodType>

/** Who authors each kind, and from where it leads where. */
export const TEST_STEPS = {
  'test.ping': { author: 'asker', from: [], to: 'asked' },
  'test.pong': { author: 'other', from: ['asked'], to: 'answered' },
} as const satisfies Record<TestKind, { author: 'asker' | 'other'; from: readonly TestStateName[]; to: TestStateName }>

export type TestState = {
  state: TestStateName
  asker: string
  other: string
  /** null when its body was purged */
  pong: TestBody<'test.pong'> | null
}

export const isTestKind = (kind: string): kind is TestKind => Object.hasOwn(TEST_CONTENT, kind)

/** Checks body bytes and materials: one at most, in the ping, of bounded size. Problems: `body.*`, `envelope.claims`, `material.oversize`. */
export async function openTestBody(
  claims: PacketClaims,
  bytes: Uint8Array,
): Promise<{ ok: true; body: unknown } | Refused> {
  const wrong = wrongClaims(claims) ?? (await checkBody(claims, bytes))
  if (wrong !== null) return wrong
  const read = readValue(bytes, 'body.schema')
  return read.ok ? judgeTestBody(claims, read.value) : read
}

/** The same of a body that was not read from bytes: its author puts it to the rules before it writes it. */
export function judgeTestBody(claims: PacketClaims, value: unknown): { ok: true; body: unknown } | Refused {
  if (!isTestKind(claims.kind)) return refuse('envelope.claims', 'kind')
  const wrong = wrongClaims(claims)
  if (wrong !== null) return wrong
  const parsed = parseValue<unknown>(TEST_BODIES[claims.kind], value, 'body.schema')
  return parsed.ok ? { ok: true, body: parsed.value } : parsed
}

function wrongClaims({ kind, agreement, materials }: PacketClaims): Refused | null {
  if (!isTestKind(kind)) return refuse('envelope.claims', 'kind')
  if (agreement !== undefined) return refuse('envelope.claims', 'agreement')
  if (materials.length > (kind === 'test.ping' ? 1 : 0)) return refuse('envelope.claims', 'materials')
  return materials.some(({ size }) => size > LIMITS.testMaterialBytes) ? refuse('material.oversize') : null
}

/** Folds an admitted thread; null when it holds no ping. */
export function foldTest(packets: readonly Packet[]): TestState | null {
  const ping = packets.find(packet => packet.claims.kind === 'test.ping')
  if (ping === undefined) return null
  const { iss: asker, aud: other } = ping.claims
  const pong = packets.find(packet => packet.claims.kind === 'test.pong')
  return {
    state: pong === undefined ? 'asked' : 'answered',
    asker,
    other,
    pong: (pong?.body ?? null) as TestBody<'test.pong'> | null,
  }
}

/** Admits a packet in the view of its author. Problems: `chain.*`, `thread.party`, `thread.unknown`, `case.author`, `test.transition`. */
export function admitTest(packets: readonly Packet[], candidate: Packet): { ok: true; state: TestState } | Refused {
  const { kind, iss } = candidate.claims
  if (!isTestKind(kind)) return refuse('envelope.claims', 'kind')
  const misplaced = checkPlace(packets, candidate)
  if (misplaced !== null) return misplaced
  const { author, from } = TEST_STEPS[kind]
  if (author === 'asker') {
    if (packets.some(packet => packet.claims.kind === kind)) return refuse('test.transition', 'the thread has begun')
  } else {
    const view = foldTest(viewOf(packets, candidate))
    if (view === null) return refuse('thread.unknown')
    if (iss !== view[author]) return refuse('case.author', kind)
    const allowed: readonly TestStateName[] = from
    if (!allowed.includes(view.state)) return refuse('test.transition', `${kind} in state ${view.state}`)
  }
  const state = foldTest([...packets, candidate])
  return state === null ? refuse('thread.unknown') : { ok: true, state }
}
