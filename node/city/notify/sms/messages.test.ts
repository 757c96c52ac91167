import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SmsFailure, SmsGateway, SmsMessage } from '../../../../adapters/sdk/sms.ts'
import { marksOf } from '../../../../test/support/marks.ts'
import { createWorld, type World, type WorldCity } from '../../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase, worldAgreement } from '../../../../test/support/world-case.ts'
import { worldPurges } from '../../../../test/support/world-purges.ts'
import { SMS_LIMITS, smsReminders } from './message.ts'
import { createSms, type Sms, type SmsParts } from './messages.ts'
import { MISSED_DUTIES, SMS_KIND_NAMES, SMS_WORD_LIMITS, toldOf, wordsOf } from './words.ts'

const DAY = 86_400_000
const PHONE = '13987654321'
const TEMPLATES = Object.fromEntries(SMS_KIND_NAMES.map(kind => [kind, `T-${kind}`]))

let world: World
let ankang: WorldCity
let agreement: string
let thread: string
let sms: Sms
let outcomes: string[]
let faults: unknown[]

/** A gateway that remembers what it took, and answers what it is told to. */
const gateway = {
  taken: [] as SmsMessage[],
  asked: 0,
  dropsRepeats: false,
  /** answers of the next requests; `die`: it was taken, and the node never learns of it */
  next: [] as (SmsFailure | 'die')[],
  async send(message: SmsMessage): Promise<{ ok: true } | SmsFailure> {
    gateway.asked++
    const next = gateway.next.shift()
    if (next === undefined || next === 'die') {
      if (!(gateway.dropsRepeats && gateway.taken.some(({ key }) => key === message.key))) gateway.taken.push(message)
      if (next === 'die') return new Promise(() => {})
      return { ok: true }
    }
    return next
  },
}
const failing = (outcome: SmsFailure['outcome']): SmsFailure => ({ ok: false, outcome, detail: `it is ${outcome}` })

const make = (change: Partial<SmsParts> = {}): Sms =>
  createSms({
    db: ankang.db,
    clock: world.clock,
    audit: ankang.audit,
    events: ankang.events,
    keys: ankang.caseKeys,
    consents: ankang.smsConsents,
    packets: (store, no) => ankang.packets().packets(store, no),
    gateway: gateway as SmsGateway,
    templates: TEMPLATES,
    city: '安康市',
    contact: '0915-8100001',
    random: () => 0,
    observer: { sent: outcome => outcomes.push(outcome), faulted: error => faults.push(error) },
    ...change,
  })

const consent = (of = thread) =>
  ankang.db.transaction(tx => ankang.smsConsents.save(tx, of, { phone: PHONE, acceptedAt: '2026-11-23T00:00:00Z' }))

beforeEach(async () => {
  world = await createWorld()
  ankang = world.city(COLLECTING)
  outcomes = []
  faults = []
  Object.assign(gateway, { taken: [], asked: 0, next: [], dropsRepeats: false })
  agreement = await agree(world, worldAgreement())
  thread = await submitCase(world, agreement, { caseNo: 'AK-1' })
  await world.settle()
  await consent()
  sms = make()
  await sms.wake()
})
afterEach(async () => {
  await sms.stop()
  await world.stop()
})

async function say(kind: string, body: object, city = HANDLING): Promise<void> {
  await world.city(city).cases.step(thread, kind as never, body, 'person:2')
  await world.settle()
}
const NOTICE = { notice: '请补正', deadline: '2026-12-10', materials: [{ code: 'M01', reason: '不清晰' }] }
const decide = async () => {
  await say('case.accept', {})
  await say('case.decide', { outcome: 'granted' })
}
async function look(by = sms): Promise<string[]> {
  await by.wake()
  return gateway.taken.map(({ template }) => template)
}
const only = async () => (await sms.list(thread))[0]

describe('an applicant who agreed', () => {
  test('is told of what is lacking, the decision and the result, each once and in few words', async () => {
    await say('case.request-supplement', NOTICE)
    expect(await look()).toEqual(['T-supplement'])
    expect(gateway.taken[0]).toEqual({
      key: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      phone: PHONE,
      template: 'T-supplement',
      parameters: {
        number: 'AK-1',
        item: expect.any(String) as string,
        city: '安康市',
        contact: '0915-8100001',
        words: '请于12月10日前补正',
      },
      text: expect.stringContaining('咨询：0915-8100001') as string,
    })
    for (const word of ['陈小满', '610902199003075515', '不清晰'])
      expect(JSON.stringify(gateway.taken)).not.toContain(word)
    expect(await sms.list(thread)).toMatchObject([{ kind: 'supplement', state: 'sent', phone: '139****4321' }])
  })

  test('is told of a decision and of a result, and of nothing else', async () => {
    await say('case.accept', {})
    await say('case.progress', { step: '审查' })
    await say('case.decide', { outcome: 'granted' })
    await say('case.send-result', { method: 'pickup' })
    await say('case.message', { text: '请查收' })
    expect(await look()).toEqual(['T-decided', 'T-result'])
    expect(await look()).toEqual(['T-decided', 'T-result'])
  })

  test('is told of a result that is mailed to the window when it is there', async () => {
    thread = await submitCase(world, agreement, { caseNo: 'AK-2', delivery: { method: 'collecting' } })
    await world.settle()
    await consent()
    await decide()
    const waybill = { carrier: 'EMS', number: 'E1' }
    await say('case.send-result', { method: 'mail', waybill })
    expect(await look()).toEqual(['T-decided'])
    const at = new Date(world.clock.now()).toISOString()
    await say('case.mail', { waybill, parcel: 'result', state: 'collected', at })
    await say('case.mail', { waybill, parcel: 'result', state: 'delivered', at })
    expect(await look()).toEqual(['T-decided', 'T-result'])
    expect(gateway.taken[1]?.parameters.words).toContain('已到窗口')
  })

  test('is told of a refusal', async () => {
    await say('case.refuse', { reason: '不属于本机关职权', basis: '《行政许可法》第三十二条' })
    expect(await look()).toEqual(['T-refused'])
  })

  test('is told once of a day that was missed, and of none that lies long back', async () => {
    expect(await sms.lookForMissed()).toBe(0)
    world.clock.advance(2 * DAY)
    expect(await sms.lookForMissed()).toBe(1)
    expect(await look()).toEqual(['T-missed'])
    expect(await sms.lookForMissed()).toBe(0)
    await sms.stop()
    sms = make()
    expect(await sms.lookForMissed()).toBe(0)
    expect(await look()).toEqual(['T-missed'])
    thread = await submitCase(world, agreement, { caseNo: 'AK-3' })
    await world.settle()
    await consent()
    world.clock.advance(30 * DAY)
    expect(await sms.lookForMissed()).toBe(0)
  })
})

describe('nobody is told', () => {
  test('without a consent, without a gateway, without a template of the kind, or of what happened before', async () => {
    await say('case.request-supplement', NOTICE)
    const other = await submitCase(world, agreement, { caseNo: 'AK-2' })
    await world.settle()
    await world.city(HANDLING).cases.step(other, 'case.request-supplement', NOTICE, 'person:2')
    await world.settle()
    const none = make({ gateway: null })
    expect([await look(none), await none.lookForMissed()]).toEqual([[], 0])
    expect(await look(make({ templates: { decided: 'T' } }))).toEqual([])
    expect(await sms.list(other)).toEqual([])
    await ankang.db.transaction(tx => tx.run('DELETE FROM sms_mark'))
    expect(await look(make())).toEqual([])
  })

  test('of a step of the own city that the other city has not taken yet', async () => {
    const [mode2] = worldAgreement().items
    await agree(world, worldAgreement({ title: '授权', items: [{ ...mode2, modes: [2] } as never] })).then(async id => {
      thread = await submitCase(world, id, { caseNo: 'AK-9', mode: 2 })
    })
    await world.settle()
    await consent()
    await say('case.arrived', { localCaseNo: 'L-9' }, COLLECTING)
    world.network.partition(COLLECTING, HANDLING)
    await say('case.request-supplement', NOTICE, COLLECTING)
    expect(await look()).toEqual([])
    expect(await only()).toMatchObject({ kind: 'supplement', state: 'wanted', attempts: 0 })
    world.network.heal(COLLECTING, HANDLING)
    for (let hours = 0; hours < 3; hours++) {
      world.clock.advance(3_600_000)
      await world.settle()
    }
    expect(await look()).toEqual(['T-supplement'])
  })

  test('after a purge: consent and messages are gone, and a message that waits is not sent', async () => {
    gateway.next = [failing('retryable')]
    await say('case.close', { outcome: 'returned' })
    await decideElsewhere()
    await look()
    const purges = worldPurges(world, ankang)
    await purges.purge(thread, 'request', 'person:1')
    world.clock.advance(DAY)
    expect(await look()).toEqual([])
    for (const table of ['sms', 'sms_consents']) expect(await ankang.db.query(`SELECT * FROM ${table}`)).toEqual([])
  })

  /** A message waits in a case that has ended. */
  async function decideElsewhere(): Promise<void> {
    const [row] = await ankang.db.query<{ no: number }>(`SELECT max(no) AS no FROM packets`)
    await ankang.db.transaction(async tx => {
      const no = await ankang.caseKeys.threadNo(tx, thread)
      const sealed = await ankang.caseKeys.seal(
        tx,
        no,
        new TextEncoder().encode(JSON.stringify({ phone: PHONE, words: '已作出决定' })),
        'sms w',
      )
      await tx.run(
        `INSERT INTO sms (id, thread_no, kind, event, packet_no, state, sealed, attempts, next_at, created_at, since)
         VALUES ('w', ?, 'decided', 'e', ?, 'wanted', ?, 0, 0, ?, ?)`,
        [no, row?.no ?? 0, sealed, world.clock.now(), world.clock.now()],
      )
    })
  }
})

describe('one message for each event', () => {
  test('however often the node starts anew, and whatever it had read', async () => {
    await say('case.request-supplement', NOTICE)
    await look()
    for (let starts = 0; starts < 3; starts++) {
      await sms.stop()
      sms = make()
      await ankang.db.transaction(tx => tx.run('UPDATE sms_mark SET packet_no = 0'))
      expect(await look()).toEqual(['T-supplement'])
    }
    expect(await sms.list(thread)).toHaveLength(1)
  })

  test('under the same key when the store was put back to before it was told', async () => {
    gateway.dropsRepeats = true
    await say('case.request-supplement', NOTICE)
    await look()
    await ankang.db.transaction(async tx => {
      await tx.run('DELETE FROM sms')
      await tx.run('UPDATE sms_mark SET packet_no = 0')
    })
    expect(await look(make())).toEqual(['T-supplement'])
    expect(gateway.asked).toBe(2)
  })

  test('when the node is killed while the gateway is asked: a person decides', async () => {
    gateway.next = ['die']
    await say('case.request-supplement', NOTICE)
    void sms.wake()
    await until(() => gateway.taken.length === 1)
    const again = make()
    await again.wake()
    expect([gateway.asked, (await again.list(thread))[0]?.state]).toEqual([1, 'unclear'])
    await again.stop()
    sms = make()
  })

  test('when the node is killed while a gateway is asked that drops repeats: it is asked again', async () => {
    gateway.dropsRepeats = true
    gateway.next = ['die']
    await say('case.request-supplement', NOTICE)
    void sms.wake()
    await until(() => gateway.taken.length === 1)
    const again = make()
    await again.wake()
    expect([gateway.asked, gateway.taken.length]).toEqual([2, 1])
    expect(await again.list(thread)).toMatchObject([{ state: 'sent', attempts: 2 }])
    await again.stop()
    sms = make()
  })

  async function until(there: () => boolean): Promise<void> {
    while (!there()) await new Promise(resolve => setImmediate(resolve))
  }
})

describe('a message that does not go out', () => {
  test('is tried again with growing pauses, and given up after so many attempts', async () => {
    gateway.next = Array.from({ length: SMS_LIMITS.attempts }, () => failing('retryable'))
    await say('case.request-supplement', NOTICE)
    for (let tries = 1; tries < SMS_LIMITS.attempts; tries++) {
      await look()
      expect([tries, gateway.asked, (await only())?.state]).toEqual([tries, tries, 'wanted'])
      world.clock.advance(SMS_LIMITS.most)
    }
    await look()
    expect([gateway.asked, (await only())?.state]).toEqual([SMS_LIMITS.attempts, 'failed'])
    world.clock.advance(SMS_LIMITS.most)
    expect([await look(), gateway.asked]).toEqual([[], SMS_LIMITS.attempts])
    expect(outcomes).toEqual([...Array(SMS_LIMITS.attempts - 1).fill('retry'), 'failed'])
  })

  test('goes out at the last attempt', async () => {
    gateway.next = Array.from({ length: SMS_LIMITS.attempts - 1 }, () => failing('retryable'))
    await say('case.request-supplement', NOTICE)
    for (let tries = 0; tries < SMS_LIMITS.attempts; tries++) {
      await look()
      world.clock.advance(SMS_LIMITS.most)
    }
    expect(await only()).toMatchObject({ state: 'sent', attempts: SMS_LIMITS.attempts })
  })

  test.each([
    ['refused', 'failed'],
    ['unclear', 'unclear'],
  ] as const)('that the gateway %s waits for a person, who sends it again', async (outcome, state) => {
    gateway.next = [failing(outcome)]
    await say('case.request-supplement', NOTICE)
    await look()
    expect(await only()).toMatchObject({ state, problem: `it is ${outcome}` })
    expect(smsReminders(await sms.standing())).toMatchObject([{ kind: 'sms', subject: '1' }])
    world.clock.advance(SMS_LIMITS.late + DAY)
    const id = (await only())?.id ?? ''
    await marksOf('retrySms', () => sms.retry(thread, id, 'person:1'))
    expect(await look()).toEqual(['T-supplement'])
    expect(await only()).toMatchObject({ state: 'sent' })
    expect(smsReminders(await sms.standing())).toEqual([])
    await expect(sms.retry(thread, id, 'person:1')).rejects.toThrow('request.conflict')
    await expect(sms.retry(thread, '0'.repeat(32), 'person:1')).rejects.toThrow('request.not-found')
    await expect(sms.list('0'.repeat(32))).rejects.toThrow('thread.unknown')
  })

  test('is no news any more after some days', async () => {
    gateway.next = [failing('retryable')]
    await say('case.request-supplement', NOTICE)
    await look()
    world.clock.advance(SMS_LIMITS.late)
    gateway.next = [failing('retryable')]
    await look()
    expect(gateway.asked).toBe(2)
    world.clock.advance(SMS_LIMITS.most)
    await look()
    expect([gateway.asked, (await only())?.state]).toEqual([2, 'failed'])
  })

  test('leaves rows that name case and kind, and no number of a person', async () => {
    gateway.next = [failing('refused')]
    await say('case.request-supplement', NOTICE)
    await look()
    await sms.retry(thread, (await only())?.id ?? '', 'person:1')
    await look()
    const rows = await ankang.db.query<{ action: string }>(`SELECT * FROM audit WHERE action LIKE 'sms.%' ORDER BY no`)
    expect(rows.map(({ action }) => action)).toEqual(['sms.failed', 'sms.retried', 'sms.sent'])
    const everything = [rows, await ankang.db.query('SELECT * FROM events'), await sms.list(thread)]
    expect(JSON.stringify(everything)).not.toContain(PHONE)
    const stored = await ankang.db.query<{ event: string; problem: string }>('SELECT event, problem FROM sms')
    expect(JSON.stringify(stored)).not.toContain(PHONE)
  })
})

test('a case has so many messages and no more', async () => {
  const mails = async (count: number, from: number) => {
    for (let n = from; n < from + count; n++) {
      const waybill = { carrier: 'EMS', number: `E${n}` }
      const at = new Date(world.clock.now()).toISOString()
      await say('case.mail', { waybill, parcel: 'result', state: 'ordered', at })
      await say('case.mail', { waybill, parcel: 'result', state: 'delivered', at })
    }
  }
  thread = await submitCase(world, agreement, { caseNo: 'AK-4', delivery: { method: 'collecting' } })
  await world.settle()
  await consent()
  await mails(SMS_LIMITS.perCase, 0)
  expect(await look()).toHaveLength(SMS_LIMITS.perCase)
  await mails(1, SMS_LIMITS.perCase)
  expect(await look()).toHaveLength(SMS_LIMITS.perCase)
})

test('a decision is told once, with where to ask; what applicants themselves did not bring in time is told as well', () => {
  const told = toldOf('case.decide', { outcome: 'granted' }, undefined)
  const facts = { caseNo: 'AK-1', item: '证', city: '安康市', contact: '0915-1', words: told?.words ?? '' }
  expect(wordsOf('decided', facts).text).toBe(
    '您在安康市申办的“证”（办件编号AK-1）已作决定，请向收件窗口查询结果。咨询：0915-1',
  )
  expect(MISSED_DUTIES).toEqual(expect.arrayContaining(['supplement', 'commitment', 'payment']))
})

test('words are cut at their limits, by whole characters', () => {
  const facts = { caseNo: 'AK-1', city: '安康市', contact: '0915-1', words: '已作出决定' }
  const of = (length: number) => wordsOf('decided', { ...facts, item: '𠂇'.repeat(length) }).parameters.item
  expect(of(SMS_WORD_LIMITS.item)).toBe('𠂇'.repeat(SMS_WORD_LIMITS.item))
  expect(of(SMS_WORD_LIMITS.item + 1)).toBe(`${'𠂇'.repeat(SMS_WORD_LIMITS.item - 1)}…`)
  const bare = [...wordsOf('decided', { ...facts, item: '证', words: '' }).text].length
  const text = (length: number) => [
    ...wordsOf('decided', { ...facts, item: '证', words: '字'.repeat(length - bare) }).text,
  ]
  expect(text(SMS_WORD_LIMITS.text).at(-1)).not.toBe('…')
  expect(text(SMS_WORD_LIMITS.text + 1)).toHaveLength(SMS_WORD_LIMITS.text)
  expect(text(SMS_WORD_LIMITS.text + 1).at(-1)).toBe('…')
})
