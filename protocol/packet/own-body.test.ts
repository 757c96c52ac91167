/** What an author puts to the rules before it is bytes, and what the other city reads from the bytes, are one. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { judgeAgreementBody, openAgreementBody } from '../agreement/body.ts'
import { AGREEMENT_BODIES } from '../agreement/kinds.ts'
import { judgeCaseBody, openCaseBody } from '../case/admit.ts'
import { CASE_CONTENT } from '../case/kinds.ts'
import { BODY_TYPE } from '../names.ts'
import { judgeTestBody, openTestBody, TEST_BODIES } from '../partner-test/thread.ts'
import { decodeUtf8, encodeUtf8 } from '../primitives.ts'
import type { PacketClaims } from './claims.ts'
import { commit } from './envelope.ts'

const VECTORS = new URL('../vectors/', import.meta.url)
const TYPES = {
  case: { open: openCaseBody, judge: judgeCaseBody, folders: ['thread', 'body'] },
  agreement: { open: openAgreementBody, judge: judgeAgreementBody, folders: ['agreement-thread'] },
  test: { open: openTestBody, judge: judgeTestBody, folders: ['test-thread'] },
} as const
type Type = keyof typeof TYPES

const KINDS: Record<Type, string[]> = {
  case: Object.keys(CASE_CONTENT),
  agreement: Object.keys(AGREEMENT_BODIES),
  test: Object.keys(TEST_BODIES),
}

type Written = { claims: PacketClaims; bytes: Uint8Array }
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64url'))

function ofVectors(folder: string, validity: 'valid' | 'invalid'): Written[] {
  const path = new URL(`${folder}/${validity}/`, VECTORS)
  return readdirSync(path).flatMap(file => {
    const { input } = JSON.parse(readFileSync(new URL(file, path), 'utf8')) as {
      input: { jws: string; body: string } & { packets?: { jws: string; body: string }[] }
    }
    return (input.packets ?? [input]).map(({ jws, body }) => ({
      claims: JSON.parse(decodeUtf8(bytesOf(jws.split('.')[1] ?? ''))) as PacketClaims,
      bytes: bytesOf(body),
    }))
  })
}

/** Kinds that no vector shows. */
async function others(): Promise<Written[]> {
  const contents = {
    'case.result-received': { receivedAt: '2026-11-23T09:00:00+08:00', by: '陈小满' },
    'case.message': { text: '请补充\n说明' },
    'case.precheck': { opinion: '预审通过' },
  }
  return Promise.all(
    Object.entries(contents).map(async ([kind, content]) => {
      const bytes = encodeUtf8(JSON.stringify({ salt: 'AAAAAAAAAAAAAAAAAAAAAA', ...content }))
      const claims: PacketClaims = {
        v: 1,
        iss: '610900',
        aud: '420300',
        thread: '0'.repeat(32),
        kind,
        seq: 2,
        prev: null,
        seen: null,
        iat: 1_795_400_000,
        body: await commit(bytes, BODY_TYPE),
        materials: [],
      }
      return { claims, bytes }
    }),
  )
}

const written = async (type: Type): Promise<Written[]> => [
  ...TYPES[type].folders.flatMap(folder => ofVectors(folder, 'valid')),
  ...(type === 'case' ? await others() : []),
]

describe.each(Object.keys(TYPES) as Type[])('bodies of %s', type => {
  const { open, judge } = TYPES[type]

  test('of every kind are judged before they are written as they are read', async () => {
    const seen = new Set<string>()
    for (const { claims, bytes } of await written(type)) {
      const opened = await open(claims, bytes)
      expect(opened.ok, claims.kind).toBe(true)
      expect(await judge(claims, JSON.parse(decodeUtf8(bytes))), claims.kind).toStrictEqual(opened)
      seen.add(claims.kind)
    }
    expect([...seen].toSorted()).toEqual(KINDS[type].toSorted())
  })

  test('that break a rule are refused alike', async () => {
    let refused = 0
    for (const { claims, bytes } of await written(type)) {
      const body = JSON.parse(decodeUtf8(bytes)) as Record<string, unknown>
      for (const wrong of [
        { ...body, salt: 'short' },
        { ...body, unknown: 1 },
      ]) {
        const anew = encodeUtf8(JSON.stringify(wrong))
        const committed = { ...claims, body: await commit(anew) }
        const opened = await open(committed, anew)
        expect(opened.ok, claims.kind).toBe(false)
        expect(await judge(committed, wrong), claims.kind).toStrictEqual(opened)
        refused++
      }
      const misnamed = { ...claims, materials: [...claims.materials, { ...claims.body, sha256: 'a'.repeat(64) }] }
      expect(await judge(misnamed, body), claims.kind).toStrictEqual(await open(misnamed, bytes))
      const misread = { ...claims, kind: 'other.kind' }
      expect(await judge(misread, body)).toStrictEqual(await open(misread, bytes))
    }
    expect(refused).toBeGreaterThan(0)
  })
})
