import { describe, expect, test } from 'vitest'
import { calendarOf } from '../calendar/calendar.ts'
import { CHINA_HOLIDAYS } from '../calendar/china.ts'
import type { Packet, PacketClaims } from '../packet/claims.ts'
import { type ClockInput, caseClock, type Duty, purgeDay } from './deadlines.ts'
import { foldCase } from './fold.ts'
import type { CaseKind } from './kinds.ts'

const [A, S] = ['610900', '420300']
const TERMS: ClockInput['terms'] = {
  forwardDays: 1,
  mailDays: 2,
  recheckDays: 1,
  resultMailDays: 1,
  supplementNoticeDays: 5,
  supplementClockStart: 'arrival',
  objectionDays: 3,
}
const instant = (when: string) => Date.parse(`${when.replace(' ', 'T')}:00+08:00`) / 1000

/** A thread from its steps: who, what, when (China Standard Time), body. Every step has seen all before it. */
function thread(...steps: [city: string, kind: CaseKind, when: string, body?: object][]): Packet[] {
  const packets: Packet[] = []
  for (const [iss, kind, when, body = {}] of steps) {
    const own = packets.filter(packet => packet.claims.iss === iss)
    const other = packets.filter(packet => packet.claims.iss !== iss)
    const claims: PacketClaims = {
      v: 1,
      iss,
      aud: iss === A ? S : A,
      thread: 'ab'.repeat(16),
      kind,
      seq: own.length + 1,
      prev: own.at(-1)?.id ?? null,
      seen: other.at(-1)?.id ?? null,
      iat: instant(when),
      body: { sha256: 'ef'.repeat(32), size: 1, type: 'application/json' },
      materials: [],
    }
    packets.push({ id: `${iss}${own.length}`, claims, body })
  }
  return packets
}

const SUBMIT: Parameters<typeof thread>[number] = [
  A,
  'case.submit',
  '2026-02-13 09:00',
  {
    mode: 1,
    item: { code: 'x', name: 'x', version: 1, promiseDay: 10, anticipateDay: 20 },
    caseNo: 'n',
    receivedAt: '2026-02-12T16:00:00+08:00',
  },
]
const ARRIVED: Parameters<typeof thread>[number] = [S, 'case.arrived', '2026-02-13 09:01', { localCaseNo: 'L1' }]
const ACCEPTED: Parameters<typeof thread>[number] = [S, 'case.accept', '2026-02-25 10:00']

function clock(steps: Parameters<typeof thread>, today: string, change: Partial<ClockInput> = {}) {
  const state = foldCase(thread(...steps))
  if (state === null) throw new Error('no case')
  const { deadlines, deemedAccepted } = caseClock({
    state,
    terms: TERMS,
    calendarOf: code => calendarOf(CHINA_HOLIDAYS, code),
    now: instant(`${today} 12:00`),
    ...change,
  })
  const of = (duty: Duty) => deadlines.find(entry => entry.duty === duty)
  return { of, deemedAccepted, duties: deadlines.map(entry => entry.duty) }
}

// Days around Spring Festival 2026 (15 to 23 February off, 14 and 28 worked), counted by hand.
describe('the clock of a case', () => {
  test('begins with the hand-over, the first day not counted', () => {
    const { of, duties } = clock([SUBMIT, ARRIVED], '2026-02-13')
    expect(duties).toEqual(['forward', 'recheck', 'notice'])
    expect(of('forward')).toMatchObject({ city: A, from: '2026-02-12', due: '2026-02-13', level: 'met' })
    expect(of('recheck')).toMatchObject({ city: S, due: '2026-02-14', left: 1, level: 'red' })
    expect(of('notice')).toMatchObject({ city: S, from: '2026-02-13', due: '2026-02-27', left: 5, level: 'green' })
  })

  test('counts notice from the window where the agreement says so', () => {
    const { of } = clock([SUBMIT, ARRIVED], '2026-02-13', { terms: { ...TERMS, supplementClockStart: 'receipt' } })
    expect(of('notice')).toMatchObject({ from: '2026-02-12', due: '2026-02-26' })
  })

  test('runs from acceptance, by the promise and by the law', () => {
    const { of } = clock([SUBMIT, ARRIVED, ACCEPTED], '2026-03-02')
    expect(of('recheck')).toMatchObject({ done: '2026-02-25', level: 'missed' })
    expect(of('notice')).toMatchObject({ done: '2026-02-25', level: 'met' })
    expect(of('promise')).toMatchObject({ from: '2026-02-25', due: '2026-03-10', left: 6, level: 'green' })
    expect(of('legal')).toMatchObject({ due: '2026-03-24', provisional: false })
  })

  test.each([
    ['2026-03-04', 4, 'green'],
    ['2026-03-05', 3, 'yellow'],
    ['2026-03-09', 1, 'red'],
    ['2026-03-10', 0, 'red'],
    ['2026-03-11', -1, 'overdue'],
    ['2026-03-14', -3, 'overdue'],
  ])('on %s the promise has %i days left and is %s', (today, left, level) => {
    expect(clock([SUBMIT, ARRIVED, ACCEPTED], today).of('promise')).toMatchObject({ left, level })
  })

  test('what the acceptance promises in writing binds', () => {
    const accepted = [S, 'case.accept', '2026-02-25 10:00', { promisedBy: '2026-03-06' }] as Parameters<
      typeof thread
    >[0]
    expect(clock([SUBMIT, ARRIVED, accepted], '2026-03-02').of('promise')).toMatchObject({ due: '2026-03-06' })
  })

  test('stops for a special procedure and goes on after it', () => {
    const paused = [S, 'case.pause', '2026-03-03 10:00', { procedure: 'hearing' }] as Parameters<typeof thread>[0]
    const during = clock([SUBMIT, ARRIVED, ACCEPTED, paused], '2026-03-05')
    expect(during.of('promise')).toMatchObject({ due: null, level: 'stopped', left: 5 })
    const resumed = [S, 'case.resume', '2026-03-09 10:00'] as Parameters<typeof thread>[0]
    const after = clock([SUBMIT, ARRIVED, ACCEPTED, paused, resumed], '2026-03-09')
    expect(after.of('promise')).toMatchObject({ due: '2026-03-16', left: 5, level: 'green' })
    expect(after.of('legal')).toMatchObject({ due: '2026-03-30' })
  })

  test('moves to the day of an extension, once', () => {
    const extend = [S, 'case.extend', '2026-03-09 10:00', { until: '2026-04-03' }] as Parameters<typeof thread>[0]
    const { of } = clock([SUBMIT, ARRIVED, ACCEPTED, extend], '2026-03-10')
    expect([of('promise')?.due, of('legal')?.due]).toEqual(['2026-04-03', '2026-04-03'])
  })

  test('nothing told within five days: taken as accepted on receipt', () => {
    expect(clock([SUBMIT, ARRIVED], '2026-02-27').deemedAccepted).toBeNull()
    const late = clock([SUBMIT, ARRIVED], '2026-02-28')
    expect(late.of('notice')).toMatchObject({ level: 'overdue', left: -1 })
    expect(late.deemedAccepted).toBe('2026-02-13')
    expect(late.of('promise')).toMatchObject({ from: '2026-02-13', due: '2026-03-05' })
    const accepted = [S, 'case.accept', '2026-03-02 10:00'] as Parameters<typeof thread>[0]
    expect(clock([SUBMIT, ARRIVED, accepted], '2026-03-03').of('promise')).toMatchObject({ from: '2026-02-13' })
  })

  test('a supplement is due on the day of the notice, and kept after its answer', () => {
    const asked = [S, 'case.request-supplement', '2026-02-24 10:00', { deadline: '2026-03-06' }] as Parameters<
      typeof thread
    >[0]
    const open = clock([SUBMIT, ARRIVED, asked], '2026-03-05')
    expect(open.of('notice')).toMatchObject({ done: '2026-02-24', level: 'met' })
    expect(open.of('supplement')).toMatchObject({ city: A, due: '2026-03-06', left: 1, level: 'red' })
    const given = [A, 'case.supplement', '2026-03-09 10:00'] as Parameters<typeof thread>[0]
    expect(clock([SUBMIT, ARRIVED, asked, given], '2026-03-09').of('supplement')).toMatchObject({ level: 'missed' })
  })

  test('a decision is handed out within ten days, a result mailed within the agreed', () => {
    const decided = [S, 'case.decide', '2026-03-06 10:00', { outcome: 'granted' }] as Parameters<typeof thread>[0]
    const open = clock([SUBMIT, ARRIVED, ACCEPTED, decided], '2026-03-06')
    expect(open.of('promise')).toMatchObject({ done: '2026-03-06', level: 'met', left: null })
    expect(open.of('result-mail')).toMatchObject({ due: '2026-03-09' })
    expect(open.of('deliver')).toMatchObject({ due: '2026-03-20' })
    const sent = [S, 'case.send-result', '2026-03-10 10:00', { method: 'mail' }] as Parameters<typeof thread>[0]
    const done = clock([SUBMIT, ARRIVED, ACCEPTED, decided, sent], '2026-03-10')
    expect([done.of('result-mail')?.level, done.of('deliver')?.level]).toEqual(['missed', 'met'])
  })

  test('a case that ended another way leaves nothing due', () => {
    const withdrawn = [A, 'case.withdraw', '2026-02-24 09:00'] as Parameters<typeof thread>[0]
    const closed = [S, 'case.close', '2026-02-25 09:00', { outcome: 'withdrawn' }] as Parameters<typeof thread>[0]
    const { duties, deemedAccepted } = clock([SUBMIT, ARRIVED, withdrawn, closed], '2026-04-01')
    expect([duties, deemedAccepted]).toEqual([['forward'], null])
  })

  test('a bad rating is followed up by the city that was rated, also after the end', () => {
    const refused = [S, 'case.refuse', '2026-02-25 09:00', { reason: 'x', basis: 'x' }] as Parameters<typeof thread>[0]
    const rate = (target: string, level: number) =>
      [A, 'case.evaluate', '2026-02-25 12:00', { target, level }] as Parameters<typeof thread>[0]
    expect(clock([SUBMIT, ARRIVED, refused, rate('department', 3)], '2026-02-26').of('follow-up')).toBeUndefined()
    const open = clock([SUBMIT, ARRIVED, refused, rate('department', 4)], '2026-02-26')
    expect(open.of('follow-up')).toMatchObject({ city: S, from: '2026-02-25', due: '2026-03-03', left: 4 })
    const window = clock([SUBMIT, ARRIVED, refused, rate('window', 5)], '2026-02-26', { evaluationDays: 3 })
    expect(window.of('follow-up')).toMatchObject({ city: A, due: '2026-02-28' })
    const answered = [S, 'case.answer-evaluation', '2026-03-05 09:00', { text: 'x' }] as Parameters<typeof thread>[0]
    const late = clock([SUBMIT, ARRIVED, refused, rate('department', 4), answered], '2026-03-05')
    expect(late.of('follow-up')).toMatchObject({ done: '2026-03-05', level: 'missed' })
  })

  test('a supervision is answered by its day, by the other city', () => {
    const supervise = [A, 'case.supervise', '2026-02-25 09:00', { text: 'x', answerBy: '2026-03-02' }]
    const steps = [SUBMIT, ARRIVED, supervise] as Parameters<typeof thread>
    expect(clock(steps, '2026-02-27').of('answer')).toMatchObject({
      city: S,
      due: '2026-03-02',
      left: 2,
      level: 'yellow',
    })
    const answer = [S, 'case.answer', '2026-02-27 09:00', { to: `${A}1`, text: 'x' }] as Parameters<typeof thread>[0]
    expect(clock([...steps, answer], '2026-03-10').of('answer')).toMatchObject({ done: '2026-02-27', level: 'met' })
  })

  test('past the holiday tables a day is provisional', () => {
    const submit = [A, 'case.submit', '2026-12-24 09:00', { ...SUBMIT[3], receivedAt: '2026-12-24T08:00:00+08:00' }]
    const arrived = [S, 'case.arrived', '2026-12-24 09:01', { localCaseNo: 'L' }]
    const accepted = [S, 'case.accept', '2026-12-25 09:00']
    const steps = [submit, arrived, accepted] as Parameters<typeof thread>
    expect(clock(steps, '2026-12-25').of('promise')).toMatchObject({ due: '2027-01-08', provisional: true })
    expect(clock(steps, '2026-12-25').of('notice')).toMatchObject({ provisional: false })
  })

  test('in mode 2 the collecting city answers for the decision', () => {
    const submit = [A, 'case.submit', '2026-02-13 09:00', { ...SUBMIT[3], mode: 2 }]
    const steps = [submit, [A, 'case.arrived', '2026-02-13 09:01'], [A, 'case.accept', '2026-02-25 10:00']]
    expect(clock(steps as Parameters<typeof thread>, '2026-03-02').of('promise')).toMatchObject({ city: A })
  })
})

test('personal data are held until so many natural days after the end', () => {
  const closed = [S, 'case.close', '2026-03-31 23:30', { outcome: 'void' }] as Parameters<typeof thread>[0]
  const open = foldCase(thread(SUBMIT, ARRIVED))
  const ended = foldCase(thread(SUBMIT, ARRIVED, closed))
  if (open === null || ended === null) throw new Error('no case')
  expect([purgeDay(open, 90), purgeDay(ended, 90)]).toEqual([null, '2026-06-29'])
})
