/**
 * Vectors of case threads.
 * Over 450 lines: the vectors of cases are one list, and each builds on the thread of those before it.
 */
import type { CaseKind } from '../../protocol/case/kinds.ts'
import { LIMITS } from '../../protocol/limits.ts'
import type { PacketClaims } from '../../protocol/packet/claims.ts'
import type { ProblemCode } from '../../protocol/problem.ts'
import type { VectorCity } from './vector-keys.ts'

import { type Add, b64, NOW, refused, submitContent, Writer, type Written } from './vector-writer.ts'

/** A denial as the law asks for it. */
const DENIED = { outcome: 'denied', documentNo: '十审〔2026〕1号', reason: '不符合条件' }

export async function addThreads(add: Add, ankang: VectorCity, shiyan: VectorCity): Promise<void> {
  const A = '610900'
  const S = '420300'
  const agreement = 'ab'.repeat(32)
  const wire = (packets: readonly Written[]) => packets.map(({ jws, body }) => ({ jws, body: b64(body) }))
  type Content = object | ((packets: readonly Written[]) => object)
  type Step = [iss: string, kind: CaseKind, content: Content, change?: Partial<PacketClaims>]
  const play = async (mode: 0 | 1 | 2, steps: readonly Step[]) => {
    const writer = new Writer([ankang, shiyan])
    const packets = [await writer.say(A, S, 'case.submit', submitContent(mode), { agreement })]
    for (const [iss, kind, content, change] of steps)
      packets.push(
        await writer.say(
          iss,
          iss === A ? S : A,
          kind,
          typeof content === 'function' ? content(packets) : content,
          change,
        ),
      )
    return packets
  }
  const asks = { notice: '请补正', materials: [], form: [{ field: '联系地址', reason: '缺少门牌号' }] }
  const arrived: Step = [S, 'case.arrived', { localCaseNo: 'SP20261102000001' }]
  const mailed = (number: string) => ({
    waybill: { carrier: 'EMS', number },
    parcel: 'originals' as const,
    state: 'delivered' as const,
  })
  const verified = {
    subject: 'identity',
    from: '2026-11-02T08:50:00+08:00',
    to: '2026-11-02T09:00:00+08:00',
    result: 'verified',
    collectingClerk: { no: 'A01' },
    handlingClerk: { no: 'S07' },
  }
  const good = async (path: string, description: string, mode: 0 | 1 | 2, steps: readonly Step[], states: string[]) =>
    add(`thread/valid/${path}`, description, { packets: wire(await play(mode, steps)) }, { ok: true, states })
  const bad = async (
    path: string,
    description: string,
    mode: 0 | 1 | 2,
    steps: readonly Step[],
    problem: ProblemCode,
  ) => add(`thread/invalid/${path}`, description, { packets: wire(await play(mode, steps)) }, refused(problem))

  await good(
    'granted',
    'A straight case',
    0,
    [
      arrived,
      [S, 'case.accept', {}],
      [S, 'case.progress', { step: '审核' }],
      [S, 'case.decide', { outcome: 'granted' }],
      [S, 'case.send-result', { method: 'e-licence' }],
      [S, 'case.close', { outcome: 'granted' }],
      [A, 'case.evaluate', { target: 'department', level: 1, channel: '窗口' }],
    ],
    ['submitted', 'arrived', 'accepted', 'accepted', 'decided', 'sending', 'closed', 'closed'],
  )
  await good(
    'supplemented',
    'A supplement is asked for and given',
    1,
    [
      arrived,
      [S, 'case.request-supplement', asks],
      [A, 'case.supplement', { materials: [], form: { 联系地址: '安康市汉滨区' } }],
      [S, 'case.accept', {}],
    ],
    ['submitted', 'arrived', 'supplementing', 'arrived', 'accepted'],
  )
  await good(
    'paused',
    'A special procedure and an extension',
    0,
    [
      arrived,
      [S, 'case.accept', {}],
      [S, 'case.pause', { procedure: 'hearing', reason: '听证' }],
      [S, 'case.resume', {}],
      [S, 'case.extend', { until: '2026-12-31', reason: '案情复杂', approver: '局长' }],
    ],
    ['submitted', 'arrived', 'accepted', 'paused', 'accepted', 'accepted'],
  )
  await good(
    'withdrawn',
    'The applicant withdraws',
    0,
    [arrived, [A, 'case.withdraw', { reason: '申请人撤回' }], [S, 'case.close', { outcome: 'withdrawn' }]],
    ['submitted', 'arrived', 'arrived', 'closed'],
  )
  await good(
    'authorised',
    'Mode 2: the collecting city moves the case, the owner objects',
    2,
    [
      [A, 'case.arrived', { localCaseNo: 'AK-1' }],
      [A, 'case.accept', {}],
      [S, 'case.object', { reason: '材料不符' }],
      [A, 'case.close', { outcome: 'void' }],
    ],
    ['submitted', 'arrived', 'accepted', 'accepted', 'closed'],
  )
  const commits: Step = [A, 'case.commit', { materials: ['M03', 'M04'], until: '2026-11-20' }]
  const handsIn = (...codes: string[]): Step => {
    const named = codes.map((code, at) => ({ sha256: `${at}`.repeat(64), code, name: '扫描件.pdf' }))
    const materials = named.map(({ sha256 }) => ({ sha256, size: 1000, type: 'application/pdf' }))
    return [A, 'case.hand-in', { materials: named }, { materials }]
  }
  const onDay = (day: string) => ({ iat: Date.parse(`${day}T09:00:00+08:00`) / 1000 })
  const accepted: Step[] = [arrived, commits, [S, 'case.accept', {}]]
  await good(
    'promised-for-later',
    'Materials come later: the case is decided without them, and the result sent when all are there',
    0,
    [
      ...accepted,
      handsIn('M04'),
      [S, 'case.decide', { outcome: 'granted' }],
      handsIn('M03'),
      [S, 'case.send-result', { method: 'pickup' }],
    ],
    ['submitted', 'arrived', 'arrived', 'accepted', 'accepted', 'decided', 'decided', 'sending'],
  )
  await good(
    'promised-and-denied',
    'Materials come later: a denial waits for none of them',
    0,
    [...accepted, [S, 'case.decide', DENIED], [S, 'case.close', { outcome: 'denied' }]],
    ['submitted', 'arrived', 'arrived', 'accepted', 'decided', 'closed'],
  )
  await good(
    'promised-and-lapsed',
    'Materials that were promised did not come: the case lapses on the day after',
    0,
    [...accepted, [S, 'case.close', { outcome: 'lapsed' }, onDay('2026-11-21')]],
    ['submitted', 'arrived', 'arrived', 'accepted', 'closed'],
  )
  for (const [path, description, steps, problem] of [
    ['promised-twice', 'A second commitment', [arrived, commits, commits], 'case.transition'],
    [
      'promised-material-twice',
      'A commitment to one material twice',
      [arrived, [A, 'case.commit', { materials: ['M03', 'M03'], until: '2026-11-20' }]],
      'case.content',
    ],
    [
      'promised-for-today',
      'A commitment to the day on which it is signed',
      [arrived, [A, 'case.commit', { materials: ['M03'], until: '2026-11-02' }]],
      'case.day',
    ],
    [
      'promised-after-acceptance',
      'A commitment after the acceptance',
      [arrived, [S, 'case.accept', {}], commits],
      'case.transition',
    ],
    ['handed-in-unpromised', 'Materials that nobody promised', [arrived, handsIn('M03')], 'case.transition'],
    ['handed-in-another', 'Another material than was promised', [...accepted, handsIn('M05')], 'case.supplement'],
    [
      'handed-in-again',
      'A material that was handed in already',
      [...accepted, handsIn('M03'), handsIn('M03')],
      'case.supplement',
    ],
    [
      'handed-in-enough',
      'A material when nothing is missing',
      [...accepted, handsIn('M03', 'M04'), handsIn('M03')],
      'case.transition',
    ],
    [
      'sent-before-promised',
      'A result is sent while a material that was promised is missing',
      [...accepted, [S, 'case.decide', { outcome: 'granted' }], [S, 'case.send-result', { method: 'pickup' }]],
      'case.transition',
    ],
    [
      'closed-before-promised',
      'Closed as granted while a material that was promised is missing',
      [...accepted, [S, 'case.decide', { outcome: 'granted' }], [S, 'case.close', { outcome: 'granted' }]],
      'case.transition',
    ],
    [
      'lapsed-on-the-day',
      'Lapsed on the last day for what was promised',
      [...accepted, [S, 'case.close', { outcome: 'lapsed' }, onDay('2026-11-20')]],
      'case.transition',
    ],
    [
      'lapsed-with-all',
      'Lapsed although all that was promised came',
      [...accepted, handsIn('M03', 'M04'), [S, 'case.close', { outcome: 'lapsed' }, onDay('2026-11-21')]],
      'case.transition',
    ],
    [
      'lapsed-without-promise',
      'Lapsed after the acceptance, with nothing promised',
      [arrived, [S, 'case.accept', {}], [S, 'case.close', { outcome: 'lapsed' }]],
      'case.transition',
    ],
  ] as const satisfies readonly (readonly [string, string, readonly Step[], ProblemCode])[])
    await bad(path, description, 0, steps, problem)
  const answer = (at: number) => (packets: readonly Written[]) => ({ to: packets[at]?.id ?? '', text: '已办理' })
  await good(
    'objected-after-the-end',
    'Mode 2: the owner objects to the decision after the end, and is answered; the end stays',
    2,
    [
      [A, 'case.arrived', { localCaseNo: 'AK-1' }],
      [A, 'case.accept', {}],
      [A, 'case.decide', { outcome: 'granted' }],
      [A, 'case.close', { outcome: 'granted' }],
      [S, 'case.object', { reason: '材料不符' }],
      [A, 'case.answer', answer(5)],
    ],
    ['submitted', 'arrived', 'accepted', 'decided', 'closed', 'closed', 'closed'],
  )
  const authorised: Step[] = [
    [A, 'case.arrived', { localCaseNo: 'AK-1' }],
    [A, 'case.accept', {}],
  ]
  const ended: Step[] = [
    ...authorised,
    [A, 'case.decide', { outcome: 'granted' }],
    [A, 'case.close', { outcome: 'granted' }],
  ]
  const objects: Step = [S, 'case.object', { reason: '不符合条件' }]
  const revoke = (at: number) => (packets: readonly Written[]) => ({
    objection: packets[at]?.id ?? '',
    reason: '异议成立',
    basis: '行政许可法 69',
  })
  await good(
    'revoked',
    'Mode 2: an objection after the end is upheld; the decision is revoked, the case stays closed',
    2,
    [...ended, objects, [A, 'case.revoke', revoke(5)]],
    ['submitted', 'arrived', 'accepted', 'decided', 'closed', 'closed', 'closed'],
  )
  await good(
    'objection-answered-first',
    'Mode 2: an objection is answered, then the case is decided; another ends it as void without an answer',
    2,
    [
      ...authorised,
      objects,
      [A, 'case.answer', answer(3)],
      ended[2] ?? objects,
      objects,
      [A, 'case.close', { outcome: 'void' }],
    ],
    ['submitted', 'arrived', 'accepted', 'accepted', 'accepted', 'decided', 'decided', 'closed'],
  )
  const slip = (of: number, change: object) => (packets: readonly Written[]) => ({
    packet: packets[of]?.id ?? '',
    reason: '笔误',
    ...change,
  })
  const number = (field: string, value = 'SF-2') => ({ fields: [{ field, value }] })
  const shipped: Step = [A, 'case.ship', { waybill: { carrier: 'EMS', number: '1' }, contents: ['身份证'] }]
  await good(
    'corrected',
    'A slip is corrected twice, once by a field and once in words, and mail of the right waybill is told',
    1,
    [
      arrived,
      shipped,
      [A, 'case.correct', slip(2, number('waybill.number', '2'))],
      [A, 'case.correct', slip(2, { statement: '寄出的是户口簿' })],
      [A, 'case.mail', { ...mailed('2'), at: '2026-11-02T09:00:00+08:00' }],
      [S, 'case.correct', slip(1, { statement: '到达时间以回执为准' })],
    ],
    ['submitted', 'arrived', 'arrived', 'arrived', 'arrived', 'arrived', 'arrived'],
  )
  const originals = (event: string, change: object = {}) => ({
    event,
    items: [{ name: '户口簿' }],
    at: '2026-11-02T09:00:00+08:00',
    ...change,
  })
  await good(
    'originals',
    'Originals are taken, sent, delivered and received, and given back after the end; mail of a parcel that they brought is told',
    1,
    [
      arrived,
      [A, 'case.originals', originals('taken')],
      [A, 'case.originals', originals('sent', { waybill: { carrier: 'EMS', number: '2' } })],
      [A, 'case.mail', { ...mailed('2'), at: '2026-11-02T09:00:00+08:00' }],
      [S, 'case.originals', originals('received')],
      [S, 'case.close', { outcome: 'returned' }],
      [S, 'case.originals', originals('returned')],
    ],
    ['submitted', 'arrived', 'arrived', 'arrived', 'arrived', 'arrived', 'closed', 'closed'],
  )
  await bad(
    'originals-on-a-day-to-come',
    'Originals that were taken on a day that is to come',
    1,
    [arrived, [A, 'case.originals', originals('taken', { at: '2026-11-03T09:00:00+08:00' })]],
    'case.day',
  )
  await bad(
    'originals-corrected-event',
    'A correction that makes another hand-over of one',
    1,
    [arrived, [A, 'case.originals', originals('taken')], [A, 'case.correct', slip(2, number('event', 'sent'))]],
    'case.content',
  )
  for (const [path, description, steps, problem] of [
    [
      'corrected-of-the-other',
      'A city corrects a step of the other one',
      [arrived, [A, 'case.correct', slip(1, { statement: '更正' })]],
      'case.transition',
    ],
    [
      'corrected-correction',
      'A correction is corrected',
      [
        arrived,
        [S, 'case.correct', slip(1, { statement: '更正' })],
        [S, 'case.correct', slip(2, { statement: '更正' })],
      ],
      'case.transition',
    ],
    [
      'corrected-nothing',
      'A correction that says nothing',
      [arrived, [S, 'case.correct', slip(1, {})]],
      'case.content',
    ],
    [
      'corrected-outcome',
      'A correction of what a case was decided',
      [
        arrived,
        [S, 'case.accept', {}],
        [S, 'case.decide', { outcome: 'granted' }],
        [S, 'case.correct', slip(3, number('outcome', 'forwarded'))],
      ],
      'case.content',
    ],
    [
      'corrected-number-of-a-person',
      'A correction that makes another person the applicant',
      [arrived, [A, 'case.correct', slip(0, number('applicant.idNumber', '11010519491231002X'))]],
      'case.content',
    ],
    [
      'corrected-no-such-field',
      'A correction of a field that the step has not',
      [arrived, shipped, [A, 'case.correct', slip(2, number('waybill.weight'))]],
      'case.content',
    ],
    [
      'corrected-to-a-day-to-come',
      'A correction to a day that cannot be so',
      [
        arrived,
        [A, 'case.ship', { waybill: { carrier: 'EMS', number: '1' }, contents: ['身份证'], shippedOn: '2026-11-02' }],
        [A, 'case.correct', slip(2, number('shippedOn', '2026-11-03'))],
      ],
      'case.day',
    ],
  ] as const satisfies readonly (readonly [string, string, readonly Step[], ProblemCode])[])
    await bad(path, description, 1, steps, problem)
  for (const [path, description, steps] of [
    [
      'decided-over-an-objection',
      'Mode 2: decided while an objection has no answer',
      [...authorised, objects, [A, 'case.decide', { outcome: 'granted' }]],
    ],
    [
      'sent-over-an-objection',
      'Mode 2: a result is sent while an objection has no answer',
      [...ended.slice(0, 3), objects, [A, 'case.send-result', { method: 'pickup' }]],
    ],
    [
      'closed-over-an-objection',
      'Mode 2: closed as decided while an objection has no answer',
      [...ended.slice(0, 3), objects, [A, 'case.close', { outcome: 'granted' }]],
    ],
    [
      'revoked-unasked',
      'Mode 2: a decision is revoked without an objection',
      [...ended, [A, 'case.revoke', revoke(0)]],
    ],
    [
      'revoked-twice',
      'Mode 2: a decision is revoked again',
      [...ended, objects, [A, 'case.revoke', revoke(5)], [A, 'case.revoke', revoke(5)]],
    ],
    [
      'revoked-open',
      'Mode 2: a decision is revoked before the end, where the case closes as void',
      [...ended.slice(0, 3), objects, [A, 'case.revoke', revoke(4)]],
    ],
  ] as const satisfies readonly (readonly [string, string, readonly Step[]])[])
    await bad(path, description, 2, steps, 'case.transition')
  await good(
    'followed-up',
    'Reminded, supervised, verified remotely; a bad rating is answered, appealed, and all is deleted',
    1,
    [
      arrived,
      [A, 'case.remind', { text: '请尽快' }],
      [S, 'case.answer', answer(2)],
      [S, 'case.verify-remote', verified],
      [S, 'case.refuse', { reason: '不属本机关职权', basis: '行政许可法 32' }],
      [A, 'case.evaluate', { target: 'department', level: 5, channel: '二维码', realName: true }],
      [S, 'case.answer-evaluation', { text: '已致电说明' }],
      [S, 'case.appeal-evaluation', { target: 'department', reason: '误评' }],
      [A, 'case.answer', answer(8)],
      [A, 'case.supervise', { text: '请报整改情况', answerBy: '2026-11-30' }],
      [S, 'case.answer', answer(10)],
      [A, 'case.purge', { cause: 'agreement', bodies: 4, materials: 1, purgedAt: '2026-11-02T09:10:00+08:00' }],
    ],
    [
      'submitted',
      'arrived',
      'arrived',
      'arrived',
      'arrived',
      'refused',
      'refused',
      'refused',
      'refused',
      'refused',
      'refused',
      'refused',
      'refused',
    ],
  )
  const charges: Step[] = [
    arrived,
    [S, 'case.accept', {}],
    [S, 'case.request-payment', { number: '42', amount: '120.5' }],
  ]
  const settles = (iss: string, result: 'paid' | 'waived'): Step => [
    iss,
    'case.record-payment',
    packets => ({ payment: packets[3]?.id ?? '', result, settledOn: '2026-11-02' }),
  ]
  await good(
    'paid',
    'A fee is asked for and noted as paid by the collecting city',
    0,
    [...charges, settles(A, 'paid')],
    ['submitted', 'arrived', 'accepted', 'accepted', 'accepted'],
  )
  await good(
    'waived',
    'A fee is waived by who asked for it',
    0,
    [...charges, settles(S, 'waived')],
    ['submitted', 'arrived', 'accepted', 'accepted', 'accepted'],
  )
  await bad(
    'waived-by-the-other',
    'A fee is waived by the collecting city',
    0,
    [...charges, settles(A, 'waived')],
    'case.author',
  )
  await bad(
    'paid-twice',
    'A fee is noted as paid twice',
    0,
    [...charges, settles(A, 'paid'), settles(S, 'paid')],
    'case.transition',
  )
  await bad(
    'charged-nothing',
    'A fee of nothing',
    0,
    [...charges.slice(0, 2), [S, 'case.request-payment', { number: '42', amount: '0.00' }]],
    'body.schema',
  )
  const verdict = (at: number, said: 'upheld' | 'rejected') => (packets: readonly Written[]) => ({
    ...answer(at)(packets),
    verdict: said,
  })
  const rated: Step[] = [
    arrived,
    [S, 'case.refuse', { reason: '不属本机关职权', basis: '行政许可法 32' }],
    [A, 'case.evaluate', { target: 'department', level: 5, channel: '二维码' }],
    [S, 'case.appeal-evaluation', { target: 'department', reason: '误评' }],
  ]
  await good(
    'appeal-upheld',
    'An appeal of a rating is upheld',
    0,
    [...rated, [A, 'case.answer', verdict(4, 'upheld')]],
    ['submitted', 'arrived', 'refused', 'refused', 'refused', 'refused'],
  )
  await bad(
    'appealed-again',
    'An appeal of a rating that was judged',
    0,
    [...rated, [A, 'case.answer', verdict(4, 'rejected')], rated[3] ?? arrived],
    'case.transition',
  )
  await bad(
    'verdict-of-no-appeal',
    'A reminder is upheld',
    0,
    [arrived, [A, 'case.remind', { text: '请尽快' }], [S, 'case.answer', verdict(2, 'upheld')]],
    'case.content',
  )
  await good(
    'refused',
    'Not accepted',
    0,
    [arrived, [S, 'case.refuse', { reason: '不属本机关职权', basis: '行政许可法 32' }]],
    ['submitted', 'arrived', 'refused'],
  )

  await bad('wrong-author', 'The collecting city accepts', 0, [arrived, [A, 'case.accept', {}]], 'case.author')
  await bad(
    'wrong-author-mode-2',
    'In mode 2 the owner does not move the case',
    2,
    [[S, 'case.arrived', { localCaseNo: 'x' }]],
    'case.author',
  )
  await bad(
    'decided-before-accepted',
    'A decision without acceptance',
    0,
    [arrived, [S, 'case.decide', { outcome: 'granted' }]],
    'case.transition',
  )
  await bad(
    'second-notice',
    'Supplements are asked for once',
    0,
    [
      arrived,
      [S, 'case.request-supplement', { notice: '一', materials: [] }],
      [A, 'case.supplement', { materials: [], note: '已改' }],
      [S, 'case.request-supplement', { notice: '二', materials: [] }],
    ],
    'case.transition',
  )
  const lacking = (...codes: string[]) => ({
    notice: '请补正',
    materials: codes.map(code => ({ code, reason: '不清晰' })),
  })
  for (const [path, description, step] of [
    [
      'day-without-end',
      'A supplement is asked for until the end of all days',
      [S, 'case.request-supplement', { ...lacking('M01'), deadline: '9999-12-31' }],
    ],
    [
      'day-over',
      'A supervision is to be answered by the day before it',
      [A, 'case.supervise', { text: '请答复', answerBy: '2026-11-01' }],
    ],
    [
      'day-to-come',
      'A parcel was delivered two days after that was told',
      [A, 'case.mail', { ...mailed('1'), at: '2026-11-04T00:00:00+08:00' }],
    ],
    [
      'day-to-come-soon',
      'Originals were shipped on the day after that was told',
      [A, 'case.ship', { waybill: { carrier: 'EMS', number: '1' }, contents: ['身份证'], shippedOn: '2026-11-03' }],
    ],
    [
      'day-before-the-case',
      'Originals were shipped before the window took the application',
      [A, 'case.ship', { waybill: { carrier: 'EMS', number: '1' }, contents: ['身份证'], shippedOn: '2026-11-01' }],
    ],
    [
      'day-that-cannot-be-met',
      'A supplement is asked for by the day of the notice',
      [S, 'case.request-supplement', { ...lacking('M01'), deadline: '2026-11-02' }],
    ],
    [
      'day-over-a-year',
      'A supplement is asked for in more than a year',
      [S, 'case.request-supplement', { ...lacking('M01'), deadline: '2027-11-04' }],
    ],
    [
      'end-before-beginning',
      'A remote check ended before it began',
      [S, 'case.verify-remote', { ...verified, to: '2026-11-02T08:49:59+08:00' }],
    ],
  ] as const satisfies readonly (readonly [string, string, Step])[])
    await bad(path, description, 1, [arrived, [...step]], 'case.day')
  await good(
    'days-at-the-edge',
    'Days as far as they may be named: the day of signing for an answer, a year for a supplement, the day of the application for what was done',
    1,
    [
      arrived,
      [S, 'case.supervise', { text: '请答复', answerBy: '2026-11-02' }],
      [A, 'case.ship', { waybill: { carrier: 'EMS', number: '1' }, contents: ['身份证'], shippedOn: '2026-11-02' }],
      [A, 'case.mail', { ...mailed('1'), at: '2026-11-02T00:00:00+08:00' }],
      [S, 'case.request-supplement', { ...lacking('M01'), deadline: '2027-11-03' }],
    ],
    ['submitted', 'arrived', 'arrived', 'arrived', 'arrived', 'supplementing'],
  )
  const decided: Step[] = [arrived, [S, 'case.accept', {}], [S, 'case.decide', { outcome: 'granted' }]]
  const sent: Step[] = [...decided, [S, 'case.send-result', { method: 'pickup' }]]
  const received = (time: string): Step => [A, 'case.result-received', { receivedAt: `2026-11-02T${time}+08:00` }]
  for (const [path, description, steps, problem] of [
    [
      'denied-without-reason',
      'A denial that does not say why',
      [...decided.slice(0, 2), [S, 'case.decide', { outcome: 'denied', documentNo: DENIED.documentNo }]],
      'case.content',
    ],
    [
      'denied-without-number',
      'A denial without the number of its document',
      [...decided.slice(0, 2), [S, 'case.decide', { outcome: 'denied', reason: DENIED.reason }]],
      'case.content',
    ],
    [
      'mailed-without-waybill',
      'A result that is sent by mail without a waybill',
      [...decided, [S, 'case.send-result', { method: 'mail' }]],
      'case.content',
    ],
    [
      'mail-of-nobody',
      'A parcel is told delivered that nobody shipped',
      [
        arrived,
        [A, 'case.ship', { waybill: { carrier: 'EMS', number: '1' }, contents: ['身份证'] }],
        [A, 'case.mail', { ...mailed('2'), at: '2026-11-02T09:00:00+08:00' }],
      ],
      'case.content',
    ],
    ['received-before-sent', 'A result is received before it was sent', [...sent, received('08:59:59')], 'case.day'],
    ['received-later', 'A result is received after that was told', [...sent, received('09:12:00')], 'case.day'],
    [
      'received-twice',
      'A result is received twice',
      [...sent, received('09:05:00'), received('09:05:00')],
      'case.transition',
    ],
    [
      'received-nothing',
      'A result is received in a case that ended without one',
      [arrived, [S, 'case.close', { outcome: 'returned' }], received('09:03:00')],
      'case.transition',
    ],
  ] as const satisfies readonly (readonly [string, string, readonly Step[], ProblemCode])[])
    await bad(path, description, 0, steps, problem)
  for (const [path, description, notice, supplement] of [
    ['supplement-missing', 'A supplement without the material that was asked for', lacking('M01'), { materials: [] }],
    [
      'supplement-more',
      'A supplement with a field that nobody asked for',
      asks,
      { materials: [], form: { 联系地址: '甲', 姓名: '乙' } },
    ],
    ['supplement-empty', 'A notice in words alone, and no answer', lacking(), { materials: [] }],
  ] as const)
    await bad(
      path,
      description,
      0,
      [arrived, [S, 'case.request-supplement', notice], [A, 'case.supplement', supplement]],
      'case.supplement',
    )
  await bad(
    'objected-to-nothing',
    'Mode 2: an objection after the end, where no decision stands',
    2,
    [
      [A, 'case.arrived', { localCaseNo: 'AK-1' }],
      [A, 'case.close', { outcome: 'returned' }],
      [S, 'case.object', { reason: '材料不符' }],
    ],
    'case.transition',
  )
  await bad(
    'closed-otherwise',
    'Closed against the decision',
    0,
    [arrived, [S, 'case.accept', {}], [S, 'case.decide', DENIED], [S, 'case.close', { outcome: 'granted' }]],
    'case.transition',
  )
  await bad(
    'withdrawn-unasked',
    'Closed as withdrawn without a withdraw',
    0,
    [arrived, [S, 'case.close', { outcome: 'withdrawn' }]],
    'case.transition',
  )
  await bad(
    'after-the-end',
    'A step after the end',
    0,
    [arrived, [S, 'case.refuse', { reason: 'x', basis: 'x' }], [S, 'case.accept', {}]],
    'case.transition',
  )
  await bad(
    'answered-itself',
    'A question is answered by the city that asked',
    0,
    [arrived, [A, 'case.remind', { text: '请尽快' }], [A, 'case.answer', answer(2)]],
    'case.transition',
  )
  await bad(
    'answered-unrated',
    'A rating is answered that nobody gave',
    0,
    [arrived, [S, 'case.answer-evaluation', { text: 'x' }]],
    'case.transition',
  )
  await bad(
    'purged-open',
    'An open case is purged',
    0,
    [arrived, [A, 'case.purge', { cause: 'law', bodies: 1, materials: 0, purgedAt: '2026-11-03T00:00:00+08:00' }]],
    'case.transition',
  )
  await bad(
    'full',
    'More packets than a city may put into a thread',
    0,
    [[S, 'case.arrived', { localCaseNo: 'x' }, { seq: LIMITS.threadPackets + 1 }]],
    'thread.full',
  )
  await bad('gap', 'seq 3 after seq 1', 0, [[S, 'case.arrived', { localCaseNo: 'x' }, { seq: 3 }]], 'chain.gap')
  await bad('replay', 'seq 1 again', 0, [arrived, [S, 'case.accept', {}, { seq: 1 }]], 'chain.replay')
  await bad(
    'prev',
    'prev is not the packet before',
    0,
    [arrived, [S, 'case.accept', {}, { prev: 'ef'.repeat(32) }]],
    'chain.prev',
  )
  await bad(
    'seen-unknown',
    'seen is no packet of the thread',
    0,
    [[S, 'case.arrived', { localCaseNo: 'x' }, { seen: 'ef'.repeat(32) }]],
    'chain.seen',
  )
  await bad(
    'seen-nothing',
    'A move that has not seen the submit',
    0,
    [[S, 'case.arrived', { localCaseNo: 'x' }, { seen: null }]],
    'chain.seen',
  )
  await bad('time', 'Signed before the packet before', 0, [arrived, [S, 'case.accept', {}, { iat: NOW }]], 'chain.time')
  await bad(
    'party',
    'A third city is addressed',
    0,
    [[S, 'case.arrived', { localCaseNo: 'x' }, { aud: '611000' }]],
    'thread.party',
  )
  await bad(
    'second-submit',
    'The thread has begun already',
    0,
    [[A, 'case.submit', submitContent(0), { agreement }]],
    'case.transition',
  )
  const orphan = await new Writer([ankang, shiyan]).say(S, A, 'case.arrived', { localCaseNo: 'x' })
  add(
    'thread/invalid/no-submit',
    'A move in a thread that nobody began',
    { packets: wire([orphan]) },
    refused('thread.unknown'),
  )
  const noAgreement = await new Writer([ankang, shiyan]).say(A, S, 'case.submit', submitContent(0))
  add(
    'thread/invalid/no-agreement',
    'A case without an agreement',
    { packets: wire([noAgreement]) },
    refused('agreement.none'),
  )
}
