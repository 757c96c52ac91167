/** One story for each handling mode (办理模式), and one of all that can come between. Each plays on the stage to its end. */
import { addWorkingDays, calendarOf } from '../../protocol/calendar/calendar.ts'
import { CHINA_HOLIDAYS } from '../../protocol/calendar/china.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import type { Stage } from './stage.ts'

export type Story = {
  name: string
  zh: string
  en: string
  /** plays to the end; the threads, in order */
  play: (stage: Stage) => Promise<string[]>
}

const waybill = (number: string) => ({ carrier: 'EMS', number })
const instant = ({ clock }: Stage) => new Date(clock.now()).toISOString()
/** So many natural days from now, China Standard Time. */
const day = ({ clock }: Stage, days: number) =>
  new Date(clock.now() + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10)

async function promisedDay(stage: Stage, thread: string): Promise<string> {
  const { deadlines } = await stage.show(stage.shiyan, thread)
  const due = deadlines.find(({ duty }) => duty === 'promise')?.due
  if (due == null) throw new Error('no day is promised')
  return due
}

/** A working day so many after the one that is promised: to it a decision may be put off. */
const afterPromise = async (stage: Stage, thread: string, days: number): Promise<string> =>
  addWorkingDays(calendarOf(CHINA_HOLIDAYS, stage.shiyan.code), await promisedDay(stage, thread), days).day

function itemAt(stage: Stage, place: number): ServiceItem {
  const item = stage.items[place]
  if (item === undefined) throw new Error('the example items are gone')
  return item
}

const online: Story = {
  name: 'mode-0',
  zh: '全程网办：窗口帮办，对方城市全程办理，电子证照送达',
  en: 'Wholly online: the counter helps, the other city does the rest, the result is an e-licence',
  async play(stage) {
    const { ankang, shiyan, clock, say } = stage
    const thread = await stage.submit(itemAt(stage, 0), 0, { delivery: { method: 'e-licence' } })
    await stage.reached(thread, 'arrived')
    clock.later(0, 15)
    await say(shiyan, thread, 'case.accept', { acceptanceNo: '十审受字第 1001 号' })
    clock.later(1, 10)
    await say(shiyan, thread, 'case.progress', { step: '审查', event: '通过' })
    await say(shiyan, thread, 'case.decide', { outcome: 'granted', documentNo: '十审准字第 1001 号' })
    await say(shiyan, thread, 'case.send-result', {
      method: 'e-licence',
      licence: { id: 'EXAMPLE-LICENCE-1001', name: '电子证照' },
      seal: 'external',
    })
    clock.later(0, 16)
    await say(ankang, thread, 'case.result-received', { receivedAt: instant(stage) })
    await say(shiyan, thread, 'case.close', { outcome: 'granted' })
    await say(ankang, thread, 'case.evaluate', { target: 'window', level: 1, channel: '窗口' })
    await say(ankang, thread, 'case.evaluate', { target: 'department', level: 2, channel: '窗口' })
    return [thread]
  },
}

const collected: Story = {
  name: 'mode-1',
  zh: '异地委托·本地代收：先预审扫描件，再寄原件；结果寄回',
  en: 'Taken in on behalf: scans are pre-checked before the originals are mailed; the result comes by mail',
  async play(stage) {
    const { ankang, shiyan, clock, say } = stage
    const thread = await stage.submit(itemAt(stage, 1), 1, { delivery: { method: 'collecting' } })
    await stage.reached(thread, 'arrived')
    clock.later(0, 16)
    await say(shiyan, thread, 'case.precheck', { opinion: '扫描件符合要求，请寄原件' })
    clock.later(1, 10)
    await say(ankang, thread, 'case.ship', {
      waybill: waybill('1180000000011'),
      contents: ['申请表原件'],
      payer: 'handling',
    })
    clock.later(2, 11)
    const mail = { waybill: waybill('1180000000011'), parcel: 'originals' } as const
    await say(ankang, thread, 'case.mail', { ...mail, state: 'delivered', at: instant(stage), place: '十堰市' })
    await say(shiyan, thread, 'case.verify-remote', {
      subject: 'identity',
      from: new Date(clock.now() - 900_000).toISOString(),
      to: instant(stage),
      collectingClerk: { no: 'AK-017' },
      handlingClerk: { no: 'SY-032' },
      result: 'verified',
      reference: '远程核验录像编号 2026-11',
    })
    await say(shiyan, thread, 'case.accept', {})
    clock.later(1, 14)
    await say(shiyan, thread, 'case.decide', { outcome: 'granted' })
    await say(shiyan, thread, 'case.send-result', {
      method: 'mail',
      waybill: waybill('1180000000012'),
      payer: 'handling',
    })
    clock.later(2, 10)
    const back = { waybill: waybill('1180000000012'), parcel: 'result' } as const
    await say(shiyan, thread, 'case.mail', { ...back, state: 'delivered', at: instant(stage), place: '安康市' })
    await say(ankang, thread, 'case.result-received', { receivedAt: instant(stage), by: '窗口' })
    await say(shiyan, thread, 'case.close', { outcome: 'granted' })
    return [thread]
  },
}

const authorised: Story = {
  name: 'mode-2',
  zh: '异地授权·本地办理：收件城市经授权自行办理，属地可在期限内提出异议',
  en: 'Handled under authorisation: the receiving city moves the case; the owner sees all and may object',
  async play(stage) {
    const { ankang, shiyan, clock, say } = stage
    const thread = await stage.submit(itemAt(stage, 2), 2)
    await say(ankang, thread, 'case.arrived', { localCaseNo: 'AK-BD-1001' })
    await say(ankang, thread, 'case.accept', {})
    clock.later(1, 10)
    await say(ankang, thread, 'case.decide', { outcome: 'granted' })
    await say(ankang, thread, 'case.send-result', { method: 'pickup' })
    await say(ankang, thread, 'case.result-received', { receivedAt: instant(stage) })
    await say(ankang, thread, 'case.close', { outcome: 'granted' })
    // The agreement gives the owner three working days after the decision; the case stays closed.
    clock.later(1, 10)
    await say(shiyan, thread, 'case.object', { reason: '请核对决定书中申请人姓名用字' })
    const { questions } = await stage.show(ankang, thread)
    const [question] = questions
    if (question === undefined) throw new Error('the objection is not shown')
    clock.later(0, 15)
    await say(ankang, thread, 'case.answer', { to: question.packet, text: '已与身份证核对一致，决定书无误' })
    return [thread]
  },
}

const joint: Story = {
  name: 'mode-3',
  zh: '多地联办：一张表、一次收件、三个事项、一次送达',
  en: 'Joint: one form, one receipt, three items, one hand-over',
  async play(stage) {
    const { ankang, shiyan, clock, say } = stage
    const items = [3, 4, 5].map(place => itemAt(stage, place))
    const [first] = items
    if (first === undefined) throw new Error('the example items are gone')
    const { to, item: _, mode, ...shared } = await stage.application(first, 3)
    const { cases } = await ankang.clerk.submitJointCase({
      body: {
        shared,
        items: items.map(item => ({ to, item: item.taskCode, mode: 3 as const })),
      },
    })
    const threads = cases.map(({ thread }) => thread)
    for (const thread of threads) await stage.reached(thread, 'arrived')
    clock.later(1, 10)
    for (const thread of threads) await say(shiyan, thread, 'case.accept', {})
    // What is promised first is decided first.
    const promised = await Promise.all(threads.map(async thread => [await promisedDay(stage, thread), thread] as const))
    for (const [, thread] of promised.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      clock.later(1, 10)
      await say(shiyan, thread, 'case.decide', { outcome: 'granted' })
      await say(shiyan, thread, 'case.send-result', { method: 'file' })
    }
    await ankang.clerk.handOverJointCase({ params: { thread: threads[0] ?? '' }, body: { by: '跨省通办窗口 3 号' } })
    for (const thread of threads) {
      await stage.reached(thread, 'sending')
      await say(shiyan, thread, 'case.close', { outcome: 'granted' })
    }
    return threads
  },
}

const whole: Story = {
  name: 'whole-life',
  zh: '补正、催办、听证、延期、督办、差评整改，到期清除个人信息',
  en: 'Missing materials, a reminder, a hearing, an extension, supervision, a bad rating, and deletion at the end',
  async play(stage) {
    const { ankang, shiyan, clock, say } = stage
    // An item with days enough for a hearing.
    const thread = await stage.submit(itemAt(stage, 5), 0)
    await stage.reached(thread, 'arrived')
    clock.later(1, 10)
    await say(shiyan, thread, 'case.request-supplement', {
      notice: '申请表缺签名；其他材料符合要求。',
      deadline: day(stage, 10),
      materials: [{ code: 'M02', reason: '申请表未签名' }],
    })
    clock.later(2, 9)
    const signed = await stage.scanned('application form, signed')
    await say(ankang, thread, 'case.supplement', {
      materials: [{ sha256: signed, code: 'M02', name: '申请表（已签名）.pdf', form: 'electronic', pages: 1 }],
    })
    clock.later(1, 9)
    await say(shiyan, thread, 'case.accept', {})
    clock.later(3, 10)
    await say(ankang, thread, 'case.remind', { text: '申请人下月需用，请尽快办理' })
    await answer(stage, thread, '已安排审查')
    await say(shiyan, thread, 'case.pause', { procedure: 'hearing', reason: '利害关系人申请听证' })
    clock.later(7, 10)
    await say(shiyan, thread, 'case.resume', { result: '听证结束，无异议' })
    await say(shiyan, thread, 'case.extend', {
      until: await afterPromise(stage, thread, 5),
      reason: '案情复杂',
      approver: '分管负责人',
    })
    clock.later(10, 10)
    await say(shiyan, thread, 'case.decide', { outcome: 'granted' })
    await say(shiyan, thread, 'case.send-result', { method: 'file' })
    await say(ankang, thread, 'case.result-received', { receivedAt: instant(stage) })
    await say(shiyan, thread, 'case.close', { outcome: 'granted' })
    await say(ankang, thread, 'case.evaluate', {
      target: 'department',
      level: 5,
      channel: '二维码',
      realName: true,
      text: '时间太长',
    })
    await say(ankang, thread, 'case.supervise', { number: '督办-01', text: '请报整改情况', answerBy: day(stage, 7) })
    clock.later(2, 10)
    await say(shiyan, thread, 'case.answer-evaluation', {
      text: '已致电申请人致歉并说明',
      measure: '同类事项听证提前预约',
    })
    await answer(stage, thread, '已整改并回访')
    // The agreement lets Ankang hold personal data for 30 days after the end; then they are deleted by themselves.
    clock.later(31, 3)
    await stage.purged(thread)
    return [thread]
  },
}

/** Shiyan answers what Ankang asked. */
async function answer(stage: Stage, thread: string, text: string): Promise<void> {
  const { questions } = await stage.show(stage.shiyan, thread)
  for (const { packet } of questions) await stage.say(stage.shiyan, thread, 'case.answer', { to: packet, text })
}

export const STORIES: readonly Story[] = [online, collected, authorised, joint, whole]
