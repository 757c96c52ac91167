// Over 450 lines: the limits of the law, case by case, on one thread that the helpers here play.
import { describe, expect, test } from 'vitest'
import { calendarOf } from '../calendar/calendar.ts'
import { CHINA_HOLIDAYS } from '../calendar/china.ts'
import type { Packet, PacketClaims } from '../packet/claims.ts'
import { type ClockInput, caseClock, type Duty, purgeDay, urgency, urgentFrom } from './deadlines.ts'
import { foldCase } from './fold.ts'
import type { CaseKind } from './kinds.ts'

const A = '610900'
const S = '420300'
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

/** A thread from its steps: who, what, when (China Standard Time), body, when it was receipted. Every step has seen all before it. */
function thread(
  ...steps: [city: string, kind: CaseKind, when: string, body?: object, receipt?: string | undefined][]
): Packet[] {
  const packets: Packet[] = []
  for (const [iss, kind, when, body = {}, receipt] of steps) {
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
    packets.push({
      id: `${iss}${own.length}`,
      claims,
      body,
      receivedAt: receipt === undefined ? null : instant(receipt),
    })
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
    materials: [],
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
  const all = (duty: Duty) => deadlines.filter(entry => entry.duty === duty)
  const of = (duty: Duty) => all(duty)[0]
  return { of, all, deemedAccepted, duties: deadlines.map(entry => entry.duty) }
}

// Days around Spring Festival 2026 (15 to 23 February off, 14 and 28 worked), counted by hand.
describe('the clock of a case', () => {
  test('begins with the hand-over, the first day not counted', () => {
    const { of, duties } = clock([SUBMIT, ARRIVED], '2026-02-13')
    expect(duties).toEqual(['forward', 'recheck', 'notice'])
    expect(of('forward')).toMatchObject({ city: A, from: '2026-02-12', due: '2026-02-13', level: 'met' })
    expect(of('recheck')).toMatchObject({ city: S, due: '2026-02-14', left: 1, level: 'green' })
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

  // Arrived on a Friday: the day to check it is the Saturday worked for the festival; the promise and the answer are further away.
  test.each([
    ['2026-02-13', 1, 'green'],
    ['2026-02-14', 0, 'red'],
    ['2026-02-24', -1, 'overdue'],
  ])('a limit of one day, on %s: %i days left, %s', (today, left, level) => {
    expect(clock([SUBMIT, ARRIVED], today).of('recheck')).toMatchObject({ left, level })
  })

  test('a limit is urgent by what is left and by its share of the whole: a short one that has just begun is not', () => {
    const calendar = calendarOf(CHINA_HOLIDAYS, S)
    const level = (from: string | null, due: string, today: string) =>
      urgency(calendar, { from, due }, Date.parse(`${today}T10:00:00+08:00`) / 1000).level
    // Friday to Monday, over a weekend.
    expect(['2026-03-06', '2026-03-08', '2026-03-09'].map(day => level('2026-03-06', '2026-03-09', day))).toEqual([
      'green',
      'green',
      'red',
    ])
    const course = (from: string | null, due: string, days: readonly string[]) =>
      days.map(day => level(from, `2026-03-${due}`, `2026-03-${day}`)[0]).join('')
    const week = ['02', '03', '04', '05', '06', '07', '08', '09', '10']
    expect(course('2026-03-03', '05', ['03', '04', '05', '06'])).toBe('gyro')
    expect(course('2026-03-03', '06', ['03', '04', '05', '06'])).toBe('ggyr')
    expect(course('2026-03-02', '06', ['02', '03', '04', '05', '06'])).toBe('ggyrr')
    expect(course('2026-03-02', '09', week)).toBe('gggyrrrro')
    // A month is urgent in its last days alone, and so is what nobody knows the beginning of.
    for (const from of ['2026-02-03', null]) expect(course(from, '10', week)).toBe('gggyyyyrr')
    // Due on the very day on which it begins.
    expect(level('2026-03-09', '2026-03-09', '2026-03-09')).toBe('red')
    expect(level(null, '2026-03-09', '2026-03-06')).toBe('red')
  })

  test('the days from which a limit is yellow and red are those on which its level changes', () => {
    const calendar = calendarOf(CHINA_HOLIDAYS, S)
    const day = (number: number) => new Date(Date.UTC(2026, 0, 20 + number)).toISOString().slice(0, 10)
    // Over the Spring Festival, with worked weekend days on either side.
    for (let from = -1; from < 40; from++)
      for (let length = 0; length < 25; length++) {
        const limit = { from: from < 0 ? null : day(from), due: day(Math.max(from, 0) + length) }
        const { yellow, red } = urgentFrom(calendar, limit)
        for (let today = Math.max(from, 0); day(today) <= limit.due; today++) {
          const named = day(today) >= red ? 'red' : day(today) >= yellow ? 'yellow' : 'green'
          expect([limit, day(today), urgency(calendar, limit, instant(`${day(today)} 10:00`)).level]).toEqual([
            limit,
            day(today),
            named,
          ])
        }
      }
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

  test.each([
    ['a day far away', 1, '2036-01-01', ['2026-04-08', '2026-04-08']],
    ['a day far away, of a joint case', 3, '9999-12-31', ['2026-04-15', '2026-04-15']],
    ['a Saturday', 1, '2026-03-28', ['2026-03-30', '2026-03-30']],
    ['a day between the limits', 1, '2026-03-20', ['2026-03-20', '2026-03-24']],
    ['a day before both', 1, '2026-03-02', ['2026-03-10', '2026-03-24']],
  ])('an extension to %s moves no limit past what the law allows', (_, mode, until, due) => {
    const submit: Parameters<typeof thread>[0] = [SUBMIT[0], SUBMIT[1], SUBMIT[2], { ...SUBMIT[3], mode }]
    const extend = [S, 'case.extend', '2026-02-26 10:00', { until }] as Parameters<typeof thread>[0]
    const { of } = clock([submit, ARRIVED, ACCEPTED, extend], '2026-03-10')
    expect([of('promise')?.due, of('legal')?.due]).toEqual(due)
  })

  test('a procedure after the extension puts it off', () => {
    const steps = [
      [S, 'case.extend', '2026-03-09 10:00', { until: '2026-04-03' }],
      [S, 'case.pause', '2026-03-16 10:00', { procedure: 'hearing' }],
      [S, 'case.resume', '2026-03-18 10:00'],
    ] as Parameters<typeof thread>
    expect(clock([SUBMIT, ARRIVED, ACCEPTED, ...steps], '2026-03-18').of('legal')).toMatchObject({ due: '2026-04-08' })
  })

  test.each([
    ['before the acceptance', '2026-02-20', '2026-02-25'],
    ['past the legal limit', '2036-01-01', '2026-03-24'],
    ['on a Saturday', '2026-03-07', '2026-03-09'],
  ])('a promise %s counts to a lawful day', (_, promisedBy, due) => {
    const accepted = [S, 'case.accept', '2026-02-25 10:00', { promisedBy }] as Parameters<typeof thread>[0]
    const { of } = clock([SUBMIT, ARRIVED, accepted], '2026-03-02')
    expect([of('promise')?.due, of('legal')?.due]).toEqual([due, '2026-03-24'])
  })

  test('a procedure that begins when the day is over leaves it overdue', () => {
    const paused = [S, 'case.pause', '2026-03-12 10:00', { procedure: 'hearing' }] as Parameters<typeof thread>[0]
    const { of } = clock([SUBMIT, ARRIVED, ACCEPTED, paused], '2026-03-20')
    expect(of('promise')).toMatchObject({ due: '2026-03-10', level: 'overdue', left: -2 })
    expect(of('legal')).toMatchObject({ due: null, level: 'stopped', left: 8 })
  })

  test('before the case is registered its clock runs from the submission', () => {
    const open = clock([SUBMIT], '2026-02-14')
    expect(open.of('recheck')).toMatchObject({ city: S, from: '2026-02-13', due: '2026-02-14', level: 'red' })
    expect(open.of('notice')).toMatchObject({ city: S, from: '2026-02-13', due: '2026-02-27', left: 4 })
    expect(clock([SUBMIT], '2026-02-28').deemedAccepted).toBe('2026-02-13')
    const receipt = { terms: { ...TERMS, supplementClockStart: 'receipt' as const } }
    expect(clock([SUBMIT], '2026-02-14', receipt).of('notice')).toMatchObject({ from: '2026-02-12', due: '2026-02-26' })
  })

  test.each([
    ['in time', '2026-02-26', { from: '2026-02-26', due: '2026-03-04', level: 'met' }, null],
    ['on the last day', '2026-02-27', { from: '2026-02-27', due: '2026-03-05', level: 'met' }, null],
    [
      'too late, which mends nothing',
      '2026-02-28',
      { from: '2026-02-13', due: '2026-02-27', level: 'missed' },
      '2026-02-13',
    ],
  ])('registered %s', (_, day, notice, deemed) => {
    const steps = [
      [S, 'case.arrived', `${day} 09:00`, { localCaseNo: 'L' }],
      [S, 'case.accept', '2026-03-02 09:00'],
    ] as Parameters<typeof thread>
    const { of, deemedAccepted } = clock([SUBMIT, ...steps], '2026-03-02')
    expect(of('notice')).toMatchObject(notice)
    expect(of('recheck')).toMatchObject({ from: '2026-02-13', due: '2026-02-14', level: 'missed' })
    expect(deemedAccepted).toBe(deemed)
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
    const asked = [
      S,
      'case.request-supplement',
      '2026-02-24 10:00',
      { deadline: '2026-03-06', materials: [] },
    ] as Parameters<typeof thread>[0]
    const open = clock([SUBMIT, ARRIVED, asked], '2026-03-05')
    expect(open.of('notice')).toMatchObject({ done: '2026-02-24', level: 'met' })
    expect(open.of('supplement')).toMatchObject({ city: A, due: '2026-03-06', left: 1, level: 'red' })
    const given = [A, 'case.supplement', '2026-03-09 10:00', { materials: [], note: 'x' }] as Parameters<
      typeof thread
    >[0]
    const back = clock([SUBMIT, ARRIVED, asked, given], '2026-03-09')
    expect(back.of('supplement')).toMatchObject({ level: 'missed' })
    // The case is with the handling city again, which has the days of a notice.
    expect(back.of('review')).toMatchObject({ city: S, from: '2026-03-09', due: '2026-03-16', left: 5, level: 'green' })
    const accepted = [S, 'case.accept', '2026-03-17 10:00'] as Parameters<typeof thread>[0]
    expect(clock([SUBMIT, ARRIVED, asked, given, accepted], '2026-03-17').of('review')).toMatchObject({
      done: '2026-03-17',
      level: 'missed',
    })
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
    const decided = [...steps, [A, 'case.decide', '2026-03-06 10:00', { outcome: 'granted' }]] as Parameters<
      typeof thread
    >
    const open = clock(decided, '2026-03-09')
    expect([open.of('deliver')?.city, open.of('result-mail')?.city]).toEqual([A, A])
    expect(open.of('objection')).toMatchObject({ city: S, from: '2026-03-06', due: '2026-03-11', left: 2, done: null })
    const closed = (outcome: string) =>
      [A, 'case.close', '2026-03-06 11:00', { outcome }] as Parameters<typeof thread>[0]
    expect(clock([...decided, closed('granted')], '2026-03-11').of('objection')).toMatchObject({ level: 'red' })
    expect(clock([...decided, closed('granted')], '2026-03-12').of('objection')).toMatchObject({
      done: '2026-03-11',
      level: 'met',
    })
    expect(clock([...decided, closed('void')], '2026-03-09').of('objection')).toBeUndefined()
    const objected = [S, 'case.object', '2026-03-10 09:00', { reason: 'x' }] as Parameters<typeof thread>[0]
    expect(clock([...decided, closed('granted'), objected], '2026-03-20').of('objection')).toMatchObject({
      done: '2026-03-10',
      level: 'met',
    })
  })

  test('a named day that is no working day is the next one', () => {
    const asked = (deadline: string) =>
      clock(
        [
          [...SUBMIT],
          [S, 'case.arrived', '2026-02-13 09:01'],
          [S, 'case.request-supplement', '2026-03-02 09:00', { deadline, materials: [] }],
        ] as unknown as Parameters<typeof thread>,
        '2026-03-03',
      ).of('supplement')
    expect(asked('2026-03-06')).toMatchObject({ due: '2026-03-06', done: null })
    for (const weekend of ['2026-03-07', '2026-03-08']) expect(asked(weekend)).toMatchObject({ due: '2026-03-09' })
  })

  test('in mode 2 an objection is answered within the days of the agreement, before the decision and after the end', () => {
    const submit = [A, 'case.submit', '2026-02-13 09:00', { ...SUBMIT[3], mode: 2 }]
    const accepted = [submit, [A, 'case.arrived', '2026-02-13 09:01'], [A, 'case.accept', '2026-02-25 10:00']]
    const objected = [S, 'case.object', '2026-02-27 09:00', { reason: 'x' }]
    const told = (steps: readonly unknown[], day: string) =>
      clock(steps as Parameters<typeof thread>, day).of('objection-answer')
    expect(told(accepted, '2026-02-27')).toBeUndefined()
    // Saturday 28 February is worked.
    const due = { city: A, from: '2026-02-27', due: '2026-03-03' }
    expect(told([...accepted, objected], '2026-03-02')).toMatchObject({ ...due, left: 1, done: null })
    expect(told([...accepted, objected], '2026-03-05')).toMatchObject({ ...due, level: 'overdue', done: null })
    const closed = (outcome: string) => [A, 'case.close', '2026-02-27 11:00', { outcome }]
    const decided = [...accepted, [A, 'case.decide', '2026-02-26 10:00', { outcome: 'granted' }]]
    const after = [...decided, [A, 'case.close', '2026-02-26 11:00', { outcome: 'granted' }], objected]
    expect(told(after, '2026-03-05')).toMatchObject({ ...due, level: 'overdue' })
    expect(told([...accepted, objected, closed('void')], '2026-03-05')).toBeUndefined()
  })
})

describe('originals on paper (mode 1)', () => {
  const paper: Parameters<typeof thread>[0] = [
    SUBMIT[0],
    SUBMIT[1],
    SUBMIT[2],
    { ...SUBMIT[3], materials: [{ code: 'M01', form: 'original' }] },
  ]
  const step = (city: string, kind: CaseKind, when: string, body: object = {}) =>
    [city, kind, when, body] as Parameters<typeof thread>[0]
  const prechecked = step(S, 'case.precheck', '2026-02-14 10:00')

  test('are mailed by the collecting city: from the submission, then from the pre-check', () => {
    expect(clock([paper, ARRIVED], '2026-02-14').of('mail')).toMatchObject({
      city: A,
      from: '2026-02-13',
      due: '2026-02-24',
      level: 'yellow',
    })
    expect(clock([paper, ARRIVED, prechecked], '2026-03-02').of('mail')).toMatchObject({
      city: A,
      from: '2026-02-14',
      due: '2026-02-25',
      level: 'overdue',
      left: -4,
      done: null,
    })
    const shipped = step(A, 'case.ship', '2026-02-26 09:00')
    expect(clock([paper, ARRIVED, prechecked, shipped], '2026-03-02').of('mail')).toMatchObject({ level: 'missed' })
    expect(clock([SUBMIT, ARRIVED, prechecked], '2026-03-02').of('mail')).toBeUndefined()
  })

  test('stop the notice until they are mailed', () => {
    const { of, deemedAccepted } = clock([paper, ARRIVED, prechecked], '2026-04-01')
    expect(of('notice')).toMatchObject({ due: null, level: 'stopped', left: 4 })
    expect(of('recheck')).toMatchObject({ level: 'met' })
    expect(deemedAccepted).toBeNull()
  })

  test.each([
    ['counts from when they are mailed', '2026-02-26', null, '2026-03-04'],
    ['from when they came', '2026-02-26', '2026-02-28', '2026-03-06'],
    ['when they came after its end, as it was', '2026-02-26', '2026-03-09', '2026-03-04'],
  ])('the notice %s', (_, mailed, came, due) => {
    const delivered = { parcel: 'originals', state: 'delivered' }
    const steps = [paper, ARRIVED, prechecked, step(A, 'case.ship', `${mailed} 09:00`)]
    if (came !== null) steps.push(step(A, 'case.mail', `${came} 09:00`, delivered))
    expect(clock(steps as Parameters<typeof thread>, '2026-02-28').of('notice')?.due).toBe(due)
  })

  test('who accepts without them has not missed the notice, and they are still owed', () => {
    const accepted = step(S, 'case.accept', '2026-03-02 09:00')
    const { of, deemedAccepted } = clock([paper, ARRIVED, prechecked, accepted], '2026-03-03')
    expect(of('notice')).toMatchObject({ due: '2026-03-06', done: '2026-03-02', level: 'met' })
    expect(of('mail')).toMatchObject({ level: 'overdue' })
    expect(deemedAccepted).toBeNull()
  })

  test('a pre-check after the days of the notice mends nothing', () => {
    const late = step(S, 'case.precheck', '2026-03-02 10:00')
    const { of, deemedAccepted } = clock([paper, ARRIVED, late], '2026-03-03')
    expect([of('notice')?.level, deemedAccepted]).toEqual(['overdue', '2026-02-13'])
  })
})

// Counted by hand from the notices of the State Council: days off, and the weekend days worked for them.
describe.each([
  // 10 to 17 February off; Sundays 4 and 18 February worked.
  ['Spring Festival 2024', '2024-02-07', '2024-02-08', '2024-02-20', '2024-02-08', '2024-02-28', '2024-03-13'],
  // 1 to 5 May off; Sunday 28 April and Saturday 11 May worked.
  ['Labour Day 2024', '2024-04-26', '2024-04-28', '2024-05-07', '2024-04-28', '2024-05-14', '2024-05-28'],
  // 1 to 7 October off; Sunday 29 September and Saturday 12 October worked.
  ['National Day 2024', '2024-09-27', '2024-09-29', '2024-10-10', '2024-09-29', '2024-10-17', '2024-10-31'],
  // 28 January to 4 February off; Sunday 26 January and Saturday 8 February worked.
  ['Spring Festival 2025', '2025-01-24', '2025-01-26', '2025-02-07', '2025-01-26', '2025-02-14', '2025-02-28'],
  // 1 to 5 May off; Sunday 27 April worked.
  ['Labour Day 2025', '2025-04-25', '2025-04-27', '2025-05-06', '2025-04-27', '2025-05-14', '2025-05-28'],
  // 1 to 8 October off; Sunday 28 September and Saturday 11 October worked.
  ['National Day 2025', '2025-09-26', '2025-09-28', '2025-10-10', '2025-09-28', '2025-10-17', '2025-10-31'],
] as const)('around %s', (_, begun, oneDay, fiveDays, accepted, tenDays, twentyDays) => {
  const steps = [
    [A, 'case.submit', `${begun} 09:00`, { ...SUBMIT[3], receivedAt: `${begun}T08:30:00+08:00` }],
    [S, 'case.arrived', `${begun} 09:01`, { localCaseNo: 'L' }],
    [S, 'case.accept', `${accepted} 10:00`],
  ] as Parameters<typeof thread>

  test('one day, five, ten and twenty are counted', () => {
    const { of } = clock(steps, accepted)
    expect([of('forward')?.due, of('recheck')?.due, of('notice')?.due, of('promise')?.due, of('legal')?.due]).toEqual([
      oneDay,
      oneDay,
      fiveDays,
      tenDays,
      twentyDays,
    ])
    for (const duty of ['notice', 'promise', 'legal'] as const) expect(of(duty)?.provisional).toBe(false)
  })
})

test.each([
  // Paused on the last day before the holidays and resumed on the first after: one working day, not twelve natural ones.
  ['2024-09-30', '2024-10-08', '2024-10-18'],
  ['2025-09-30', '2025-10-09', '2025-10-20'],
])('a procedure over National Day from %s to %s takes its working days alone', (from, to, due) => {
  const year = from.slice(0, 4)
  const [begun, accepted] = year === '2024' ? ['2024-09-27', '2024-09-29'] : ['2025-09-26', '2025-09-28']
  const steps = [
    [A, 'case.submit', `${begun} 09:00`, { ...SUBMIT[3], receivedAt: `${begun}T08:30:00+08:00` }],
    [S, 'case.arrived', `${begun} 09:01`, { localCaseNo: 'L' }],
    [S, 'case.accept', `${accepted} 10:00`],
    [S, 'case.pause', `${from} 10:00`, { procedure: 'hearing' }],
    [S, 'case.resume', `${to} 10:00`],
  ] as Parameters<typeof thread>
  expect(clock(steps, to).of('promise')).toMatchObject({ due })
})

test('personal data are held until so many natural days after the end', () => {
  const closed = [S, 'case.close', '2026-03-31 23:30', { outcome: 'void' }] as Parameters<typeof thread>[0]
  const open = foldCase(thread(SUBMIT, ARRIVED))
  const ended = foldCase(thread(SUBMIT, ARRIVED, closed))
  if (open === null || ended === null) throw new Error('no case')
  expect([purgeDay(open, 90), purgeDay(ended, 90)]).toEqual([null, '2026-06-29'])
})

describe('the receipt is the time that both cities hold', () => {
  type Step = Parameters<typeof thread>[number]
  const [, , , body = {}] = SUBMIT
  const backdated: Step = [A, 'case.submit', '2026-01-12 09:00', body, '2026-03-02 09:00']
  const asks = { notice: 'x', materials: [], deadline: '2026-03-06' }

  test('a submit that is dated back begins nothing before the day of the receipt', () => {
    const { of, deemedAccepted } = clock([backdated], '2026-03-02')
    expect(deemedAccepted).toBeNull()
    expect(of('recheck')).toMatchObject({ city: S, from: '2026-03-02', due: '2026-03-03', level: 'green' })
    expect(of('notice')).toMatchObject({ city: S, from: '2026-03-02', due: '2026-03-09', level: 'green' })
    const window = clock([backdated], '2026-03-02', { terms: { ...TERMS, supplementClockStart: 'receipt' } })
    expect(window.of('notice')).toMatchObject({ from: '2026-03-02', level: 'green' })
    expect(window.deemedAccepted).toBeNull()
  })

  test('nor does a day at the window that lies longer back than the hand-over may take', () => {
    const received = (day: string) => ({ ...body, receivedAt: `${day}T09:00:00+08:00` })
    const from = (day: string, forwardDays: number) =>
      clock([[A, 'case.submit', '2026-03-06 09:00', received(day), '2026-03-06 09:01']], '2026-03-06', {
        terms: { ...TERMS, forwardDays, supplementClockStart: 'receipt' },
      }).of('notice')?.from
    expect([from('2026-03-05', 1), from('2026-03-04', 1), from('2025-12-01', 1)]).toEqual([
      '2026-03-05',
      '2026-03-06',
      '2026-03-06',
    ])
    // However long the agreement lets the hand-over take, it takes no more than the days of the notice.
    expect([from('2026-02-28', 30), from('2026-02-27', 30)]).toEqual(['2026-02-28', '2026-03-06'])
  })

  test('what came a minute after midnight begins on that day, and until there is a receipt the signature counts', () => {
    const late = (receipt?: string): Step => [A, 'case.submit', '2026-03-02 23:59', body, receipt]
    expect(clock([late('2026-03-03 00:00')], '2026-03-03').of('notice')).toMatchObject({ from: '2026-03-03' })
    expect(clock([late()], '2026-03-03').of('notice')).toMatchObject({ from: '2026-03-02' })
  })

  test('a step that is dated back meets no limit that was over; one within a day counts as it was written', () => {
    const submitted: Step = [A, 'case.submit', '2026-03-02 09:00', body, '2026-03-02 09:01']
    const accepted = (receipt?: string): Step => [S, 'case.accept', '2026-03-09 10:00', {}, receipt]
    const judged = (receipt?: string) => {
      const { of, deemedAccepted } = clock([submitted, ARRIVED_LATER, accepted(receipt)], '2026-03-20')
      return [of('notice')?.done, of('notice')?.level, deemedAccepted]
    }
    const ARRIVED_LATER: Step = [S, 'case.arrived', '2026-03-02 09:02', { localCaseNo: 'L1' }]
    expect(judged()).toEqual(['2026-03-09', 'met', null])
    expect(judged('2026-03-10 10:00')).toEqual(['2026-03-09', 'met', null])
    expect(judged('2026-03-10 10:01')).toEqual(['2026-03-10', 'missed', '2026-03-02'])
    expect(judged('2026-03-20 10:00')).toEqual(['2026-03-20', 'missed', '2026-03-02'])
  })

  test('a decision, a supplement and an answer that are dated back are late as they came', () => {
    const submitted: Step = [A, 'case.submit', '2026-02-13 09:00', body, '2026-02-13 09:00']
    const asked: Step = [S, 'case.request-supplement', '2026-02-26 09:00', asks, '2026-02-26 09:01']
    const supplied = (receipt: string): Step => [
      A,
      'case.supplement',
      '2026-03-06 09:00',
      { note: 'x', materials: [] },
      receipt,
    ]
    const supplement = (receipt: string) => clock([submitted, ARRIVED, asked, supplied(receipt)], '2026-03-31')
    expect(supplement('2026-03-06 09:01').of('supplement')).toMatchObject({ done: '2026-03-06', level: 'met' })
    expect(supplement('2026-03-25 09:01').of('supplement')).toMatchObject({ done: '2026-03-25', level: 'missed' })
    expect(supplement('2026-03-25 09:01').of('review')).toMatchObject({ from: '2026-03-25', due: '2026-04-01' })
    const decided = (receipt: string): Step => [S, 'case.decide', '2026-03-10 09:00', { outcome: 'granted' }, receipt]
    const promise = (receipt: string) =>
      clock([submitted, ARRIVED, ACCEPTED, decided(receipt)], '2026-04-30').of('promise')
    expect(promise('2026-03-11 09:00')).toMatchObject({ done: '2026-03-10', level: 'met' })
    expect(promise('2026-04-20 09:00')).toMatchObject({ done: '2026-04-20', level: 'missed' })
  })

  test('days that a city named and that were over when the other got them are the next working day', () => {
    const submitted: Step = [A, 'case.submit', '2026-02-13 09:00', body, '2026-02-13 09:00']
    const asked = (receipt: string): Step => [S, 'case.request-supplement', '2026-02-26 09:00', asks, receipt]
    const supplement = (receipt: string) => clock([submitted, ARRIVED, asked(receipt)], '2026-03-09').of('supplement')
    expect(supplement('2026-03-06 09:00')).toMatchObject({ from: '2026-03-06', due: '2026-03-06', level: 'overdue' })
    expect(supplement('2026-03-09 09:00')).toMatchObject({ from: '2026-03-09', due: '2026-03-10', level: 'green' })
    const supervised: Step = [
      A,
      'case.supervise',
      '2026-03-02 09:00',
      { text: 'x', answerBy: '2026-03-04' },
      '2026-03-09 09:00',
    ]
    expect(clock([submitted, ARRIVED, supervised], '2026-03-09').of('answer')).toMatchObject({
      city: S,
      from: '2026-03-09',
      due: '2026-03-10',
      level: 'green',
    })
  })

  test('a registration, a pre-check and a procedure that are dated back gain no days', () => {
    const submitted: Step = [A, 'case.submit', '2026-03-02 09:00', body, '2026-03-02 09:01']
    const arrived = (receipt: string): Step => [S, 'case.arrived', '2026-03-09 09:00', { localCaseNo: 'L1' }, receipt]
    const notice = (receipt: string) => clock([submitted, arrived(receipt)], '2026-03-30').of('notice')
    expect(notice('2026-03-09 09:01')).toMatchObject({ from: '2026-03-09', due: '2026-03-16' })
    expect(notice('2026-03-30 09:01')).toMatchObject({ from: '2026-03-02', due: '2026-03-09', level: 'overdue' })
    const paused = (receipt: string): Step => [S, 'case.pause', '2026-03-02 10:00', { procedure: 'hearing' }, receipt]
    const resumed: Step = [S, 'case.resume', '2026-03-30 10:00', {}, '2026-03-30 10:00']
    const promise = (receipt: string) =>
      clock([SUBMIT, ARRIVED, ACCEPTED, paused(receipt), resumed], '2026-03-30').of('promise')?.due
    expect([promise('2026-03-02 10:01'), promise('2026-03-27 10:01')]).toEqual(['2026-04-08', '2026-03-11'])
  })

  test('what a city begins itself counts from its own word, however late the other gets it', () => {
    const body2 = { ...body, mode: 2 }
    const own: Step[] = [
      [A, 'case.submit', '2026-03-02 09:00', body2, '2026-03-20 09:00'],
      [A, 'case.arrived', '2026-03-02 09:01', { localCaseNo: 'L1' }, '2026-03-20 09:00'],
    ]
    expect(clock(own, '2026-03-20').of('notice')).toMatchObject({ city: A, from: '2026-03-02', level: 'overdue' })
    const decided: Step[] = [
      ...own,
      [A, 'case.accept', '2026-03-03 09:00', {}, '2026-03-20 09:00'],
      [A, 'case.decide', '2026-03-04 09:00', { outcome: 'granted' }, '2026-03-20 09:00'],
    ]
    // The right to object begins when the city that has it was told.
    expect(clock(decided, '2026-03-20').of('objection')).toMatchObject({
      city: S,
      from: '2026-03-20',
      due: '2026-03-25',
    })
  })

  test('what was promised for later is due on its day, or the next working one, and stops what follows the decision', () => {
    const commits = (until: string): Parameters<typeof thread>[number] => [
      A,
      'case.commit',
      '2026-02-13 09:02',
      { materials: ['M03'], until },
    ]
    // 1 March 2026 is a Sunday.
    const begun = [SUBMIT, ARRIVED, commits('2026-03-01'), ACCEPTED] as const
    const open = clock([...begun], '2026-02-26')
    expect(open.of('commitment')).toMatchObject({ city: A, from: '2026-02-13', due: '2026-03-02', done: null })
    expect(clock([...begun], '2026-03-03').of('commitment')).toMatchObject({ level: 'overdue' })
    // The moving city sees to it from the day after; who handed in, decided or ended it in time leaves nothing to be seen to.
    expect(clock([...begun], '2026-03-02').of('lapse')).toBeUndefined()
    const missed = { city: S, from: '2026-03-02', due: '2026-03-09', done: null }
    expect(clock([...begun], '2026-03-03').of('lapse')).toMatchObject({ ...missed, level: 'green' })
    expect(clock([...begun], '2026-03-09').of('lapse')).toMatchObject({ ...missed, level: 'red' })
    expect(clock([...begun], '2026-03-10').of('lapse')).toMatchObject({ ...missed, level: 'overdue' })
    const lapsed = [...begun, [S, 'case.close', '2026-03-04 10:00', { outcome: 'lapsed' }] as const]
    expect(clock(lapsed as never, '2026-03-20').of('lapse')).toMatchObject({
      ...missed,
      done: '2026-03-04',
      level: 'met',
    })
    const decided = [...begun, [S, 'case.decide', '2026-02-27 10:00', { outcome: 'granted' }] as const]
    const waiting = clock(decided as never, '2026-03-10')
    expect(waiting.of('deliver')).toMatchObject({ from: '2026-02-27', due: null, level: 'stopped', left: 10 })
    expect(waiting.of('result-mail')).toMatchObject({ due: null, level: 'stopped', left: 1 })
    // Signed on the 4th, and got by the moving city on the 5th: its days begin then.
    const handedIn = [
      ...decided,
      [A, 'case.hand-in', '2026-03-04 16:00', { materials: [{ code: 'M03' }] }, '2026-03-05 08:00'] as const,
    ]
    const after = clock(handedIn as never, '2026-03-05')
    expect(after.of('commitment')).toMatchObject({ done: '2026-03-04', level: 'missed' })
    expect(after.of('result-mail')).toMatchObject({ from: '2026-03-05', due: '2026-03-06' })
    // A decision whose result waits for what was promised does not stay nobody's: its mover sees to it.
    expect(clock(decided as never, '2026-03-02').of('lapse')).toBeUndefined()
    expect(waiting.of('lapse')).toMatchObject({ ...missed, level: 'overdue' })
    expect(after.of('lapse')).toMatchObject({ ...missed, done: '2026-03-04', level: 'met' })
    const voided = [...decided, [S, 'case.close', '2026-03-11 10:00', { outcome: 'void' }] as const]
    expect(clock(voided as never, '2026-03-20').of('lapse')).toMatchObject({
      ...missed,
      done: '2026-03-11',
      level: 'missed',
    })
    // Who decides after the promise was missed has seen to it, and has the result that waits before them anew.
    const late = [...begun, [S, 'case.decide', '2026-03-04 10:00', { outcome: 'granted' }] as const]
    expect(clock(late as never, '2026-03-05').all('lapse')).toEqual([
      expect.objectContaining({ ...missed, done: '2026-03-04', level: 'met' }),
      expect.objectContaining({ from: '2026-03-04', due: '2026-03-11', done: null, level: 'green' }),
    ])
    const denied = [...begun, [S, 'case.decide', '2026-02-27 10:00', { outcome: 'denied' }] as const]
    expect(clock(denied as never, '2026-03-20').of('lapse')).toBeUndefined()
    expect(clock(denied as never, '2026-02-27').of('result-mail')).toMatchObject({ due: '2026-02-28' })
    const early = [
      ...begun,
      [A, 'case.hand-in', '2026-02-26 16:00', { materials: [{ code: 'M03' }] }] as const,
      [S, 'case.decide', '2026-02-27 10:00', { outcome: 'granted' }] as const,
    ]
    expect(clock(early as never, '2026-02-27').of('result-mail')).toMatchObject({ from: '2026-02-27' })
  })

  test('the time of a payment that the item does not count is added once, also where a procedure overlaps it', () => {
    const begun = [SUBMIT, ARRIVED, ACCEPTED] as const
    const asks = (body: object, when = '2026-02-26 10:00'): Parameters<typeof thread>[number] => [
      S,
      'case.request-payment',
      when,
      { number: '42', amount: '1', ...body },
    ]
    const paid = (when: string): Parameters<typeof thread>[number] => [
      A,
      'case.record-payment',
      when,
      // The second packet of the mover after arrival and acceptance.
      { payment: `${S}2`, result: 'paid' },
    ]
    const plain = clock([...begun, asks({})], '2026-02-27').of('promise')
    expect(plain?.level).not.toBe('stopped')
    const open = clock([...begun, asks({ procedure: '缴费', payBy: '2026-03-05' })], '2026-02-27')
    expect(open.of('promise')).toMatchObject({ due: null, level: 'stopped' })
    expect(open.of('payment')).toMatchObject({ city: A, from: '2026-02-26', due: '2026-03-05', done: null })
    const settled = clock(
      [...begun, asks({ procedure: '缴费', payBy: '2026-03-05' }), paid('2026-03-03 10:00')],
      '2026-03-03',
    )
    expect(settled.of('payment')).toMatchObject({ done: '2026-03-03', level: 'met' })
    // 27 and 28 February, 2 and 3 March.
    expect([plain?.due, settled.of('promise')?.due]).toEqual(['2026-03-10', '2026-03-16'])
    const both = clock(
      [
        ...begun,
        asks({ procedure: '缴费' }),
        [S, 'case.pause', '2026-02-27 10:00', { procedure: 'hearing' }],
        [S, 'case.resume', '2026-03-02 10:00'],
        paid('2026-03-03 10:00'),
      ],
      '2026-03-03',
    )
    expect(both.of('promise')?.due).toBe(settled.of('promise')?.due)
  })
})
