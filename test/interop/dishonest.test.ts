import * as jose from 'jose'
import { beforeAll, describe, test } from 'vitest'
import type { AgreementDocumentInput } from '../../protocol/agreement/document.ts'
import { thumbprint } from '../../protocol/keys/delegation.ts'
import { bundleBytes, bundleInputOf } from '../support/play-bundle.ts'
import { PLAY_ITEM, type PlayedCase, playAgreement, playSetting, submitContentOf } from '../support/play-case.ts'
import { delegate, PLAY_BEGIN, type PlayCity, playCity, revoke } from '../support/play-city.ts'
import { expectAccepted, expectRefused, judge, judgeInput } from './judges.ts'

const DAY = 24 * 3600

let cities: [PlayCity, PlayCity]
let fingerprints: string[]

beforeAll(async () => {
  cities = [await playCity('610900'), await playCity('420300')]
  fingerprints = cities.map(city => city.fingerprint)
})

describe('a dishonest or careless city', () => {
  /** A case that both cities play up to `arrived`, and what the handling city then does wrong. */
  async function begun(pair: [PlayCity, PlayCity] = cities): Promise<PlayedCase> {
    const setting = await playSetting({ cities: pair })
    const { play, agreement, caseNo, collecting, handling } = setting
    await play.say(collecting, 'case.submit', submitContentOf(caseNo, 1, []), { agreement: agreement.id })
    await play.say(handling, 'case.arrived', { localCaseNo: 'SY-1' })
    return setting
  }
  const clone = (): [PlayCity, PlayCity] => [
    { ...cities[0], delegations: [...cities[0].delegations], revocations: [] },
    { ...cities[1], delegations: [...cities[1].delegations], revocations: [] },
  ]

  test('an expired delegation', async () => {
    const pair = clone()
    pair[1].delegations = []
    await delegate(pair[1], [pair[1].packetKey], { nbf: PLAY_BEGIN - 30 * DAY, exp: PLAY_BEGIN - DAY })
    expectRefused(await judgeInput(bundleInputOf(await begun(pair)), fingerprints), 'key.expired', /^packets\/0002/)
  })

  test('a key between two of its delegations', async () => {
    const pair = clone()
    pair[1].delegations = []
    await delegate(pair[1], [pair[1].packetKey], { nbf: PLAY_BEGIN - 30 * DAY, exp: PLAY_BEGIN - DAY })
    await delegate(pair[1], [pair[1].packetKey], { nbf: PLAY_BEGIN + DAY, exp: PLAY_BEGIN + 30 * DAY })
    const done = await begun(pair)
    expectRefused(await judgeInput(bundleInputOf(done), fingerprints), 'key.expired', /^packets\/0002/)
    await delegate(pair[1], [pair[1].packetKey], { nbf: PLAY_BEGIN - DAY, exp: PLAY_BEGIN + DAY })
    expectAccepted(await judgeInput(bundleInputOf(done), fingerprints), { state: 'arrived', outcome: null })
  })

  test('a key without a private half, for which anybody signs', async () => {
    const pair = clone()
    const x = jose.base64url.encode(Uint8Array.of(1, ...new Uint8Array(31)))
    const jwk = { kty: 'OKP', crv: 'Ed25519', x } as const
    const weak = { ...jwk, kid: await thumbprint(jwk), purpose: 'packet' } as const
    pair[1].delegations = []
    await delegate(pair[1], [pair[1].packetKey, weak], { nbf: PLAY_BEGIN - DAY, exp: PLAY_BEGIN + DAY })
    expectRefused(
      await judgeInput(bundleInputOf(await begun(pair)), fingerprints),
      'delegation.malformed',
      /^delegations/,
    )
  })

  test('a revoked key, though not for what it signed before', async () => {
    const pair = clone()
    const done = await begun(pair)
    await revoke(pair[1], pair[1].packetKey.kid, PLAY_BEGIN + DAY)
    expectAccepted(await judgeInput(bundleInputOf(done), fingerprints), { state: 'arrived', outcome: null })
    await revoke(pair[1], pair[1].packetKey.kid, PLAY_BEGIN)
    expectRefused(await judgeInput(bundleInputOf(done), fingerprints), 'key.revoked', /^packets\/0002/)
  })

  test('a key delegated for the peer signs a packet', async () => {
    const pair = clone()
    pair[1].delegations = []
    await delegate(pair[1], [{ ...pair[1].packetKey, purpose: 'peer' }], {
      nbf: PLAY_BEGIN - DAY,
      exp: PLAY_BEGIN + DAY,
    })
    expectRefused(await judgeInput(bundleInputOf(await begun(pair)), fingerprints), 'key.unknown', /^packets\/0002/)
  })

  test('a delegation by the certificate of the other city', async () => {
    const pair = clone()
    pair[1].delegations = []
    const mixed = { ...pair[1], certificateSigner: pair[0].certificateSigner, delegations: pair[1].delegations }
    await delegate(mixed, [pair[1].packetKey], { nbf: PLAY_BEGIN - DAY, exp: PLAY_BEGIN + DAY })
    expectRefused(
      await judgeInput(bundleInputOf(await begun(pair)), fingerprints),
      'delegation.signature',
      /^delegations\/420300/,
    )
  })

  test('a city receipts its own packet', async () => {
    const done = await begun()
    const { play, collecting, handling } = done
    const lone = await play.say(handling, 'case.accept', {}, { receipt: false })
    await play.receipt(handling, [{ id: lone.id, status: 'stored' }])
    expectRefused(await judgeInput(bundleInputOf(done), fingerprints), 'evidence.invalid receipt.unrelated')
    play.receipts.pop()
    await play.receipt(collecting, [{ id: lone.id, status: 'refused', problem: 'case.transition' }])
    expectRefused(await judgeInput(bundleInputOf(done), fingerprints), 'evidence.invalid receipt.refused')
  })

  test('steps that admission refuses', async () => {
    const forced = { force: true } as const
    const wrongs: [string, (done: PlayedCase) => Promise<unknown>][] = [
      ['case.transition', ({ play, handling }) => play.say(handling, 'case.decide', { outcome: 'granted' }, forced)],
      ['case.author', ({ play, collecting }) => play.say(collecting, 'case.accept', {}, forced)],
      ['case.transition', ({ play, handling }) => play.say(handling, 'case.close', { outcome: 'withdrawn' }, forced)],
      ['case.transition', ({ play, handling }) => play.say(handling, 'case.close', { outcome: 'granted' }, forced)],
      [
        'chain.time',
        ({ play, handling }) => play.say(handling, 'case.accept', {}, { ...forced, iat: PLAY_BEGIN - 60 }),
      ],
      ['chain.seen', ({ play, handling }) => play.say(handling, 'case.accept', {}, { ...forced, seen: null })],
      [
        'chain.seen',
        ({ play, handling }) => play.say(handling, 'case.accept', {}, { ...forced, seen: 'f'.repeat(64) }),
      ],
      [
        'case.transition',
        async ({ play, collecting, agreement, caseNo }) =>
          play.say(collecting, 'case.submit', submitContentOf(caseNo, 1, []), { ...forced, agreement: agreement.id }),
      ],
    ]
    const zips: Uint8Array[] = []
    for (const [, wrong] of wrongs) {
      const done = await begun()
      await wrong(done)
      zips.push(await bundleBytes(bundleInputOf(done)))
    }
    const verdicts = await judge(zips, fingerprints)
    for (const [index, verdict] of verdicts.entries()) expectRefused(verdict, wrongs[index]?.[0] ?? '?')
  })

  test('a fork: two packets at one place of the chain', async () => {
    const done = await begun()
    const { play, handling } = done
    const one = await play.say(handling, 'case.accept', {})
    const [other] = play.packets.splice(play.packets.indexOf(one), 1)
    const two = await play.say(handling, 'case.refuse', { reason: '材料不符', basis: '规定第三条' })
    const input = bundleInputOf(done)
    const kept = {
      ...input,
      packets: [
        ...input.packets.slice(0, 2),
        { jws: one.jws, body: other?.bytes ?? null },
        { jws: two.jws, body: two.bytes },
      ],
    }
    expectRefused(await judgeInput(kept, fingerprints), 'chain.replay')
  })

  test('an agreement that is another, not in force, not covering, or not signed by both', async () => {
    const [collecting, handling] = cities
    const base = await begun()
    const input = bundleInputOf(base)
    const other = await playAgreement(collecting, handling, { title: '另一协议' })
    const signatures = other.signatures.map(({ signature }) => signature)
    const replaced = { ...input, agreements: [{ text: other.text, signatures }] }
    expectRefused(await judgeInput(replaced, fingerprints), 'evidence.invalid agreement.missing')
    const [own] = input.agreements
    if (own === undefined) throw new Error('no agreement')
    const half = { ...input, agreements: [{ ...own, signatures: own.signatures.slice(0, 1) }] }
    expectRefused(await judgeInput(half, fingerprints), 'evidence.invalid agreement.unsigned: 610900')
    const borrowed = { ...input, agreements: [{ ...own, signatures }] }
    expectRefused(await judgeInput(borrowed, fingerprints), 'agreement.signature')
    const elsewhere = { taskCode: 'X-1', taskName: '其他', handling: handling.code, collecting: [collecting.code] }
    const changes: [string, Partial<AgreementDocumentInput>][] = [
      ['agreement.inactive', { validTo: '2026-11-01' }],
      ['agreement.uncovered item', { items: [{ ...elsewhere, modes: [1] }] }],
      ['agreement.uncovered mode', { items: [{ ...elsewhere, taskCode: PLAY_ITEM.code, modes: [0, 2] }] }],
    ]
    for (const [word, change] of changes) {
      const agreement = await playAgreement(collecting, handling, change)
      const setting = { ...(await playSetting({ cities })), agreement }
      await setting.play.say(collecting, 'case.submit', submitContentOf(setting.caseNo, 1, []), {
        agreement: agreement.id,
      })
      expectRefused(await judgeInput(bundleInputOf(setting), fingerprints), word)
    }
  })
})
