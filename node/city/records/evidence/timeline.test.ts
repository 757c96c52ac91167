import { beforeAll, describe, expect, test } from 'vitest'
import { CHINA_HOLIDAYS } from '../../../../protocol/calendar/china.ts'
import type { CaseKind } from '../../../../protocol/case/kinds.ts'
import { TITLES } from '../../../../protocol/case/names.ts'
import type { ReceiptClaims } from '../../../../protocol/packet/receipt.ts'
import { type PlayedCase, playCase, playSetting, submitContentOf } from '../../../../test/support/play-case.ts'
import { html, textOf } from '../../../kernel/html.ts'
import { deadlinesOf, documentOfTexts } from './deadlines.ts'
import { chinaTime, storedTimes, timelineOf } from './timeline.ts'
import { timelineHtml } from './timeline-html.ts'

let played: PlayedCase
beforeAll(async () => {
  played = await playCase()
})

const receiptsOf = (done: PlayedCase): ReceiptClaims[] =>
  done.play.receipts.map(jws => JSON.parse(atob(jws.split('.')[1] ?? '')) as ReceiptClaims)

function pageOf(done: PlayedCase, packets = done.play.packets, receipts = receiptsOf(done)): string {
  const document = documentOfTexts([done.agreement.text])
  if (document === null) throw new Error('no agreement')
  const exportedAt = '2026-11-23T04:00:00.000Z'
  const { state } = done.play
  const entries = timelineOf(packets, storedTimes(receipts))
  const paths = new Map<string, string>()
  const tables = new Map([state.collecting, state.handling].map(city => [city, CHINA_HOLIDAYS]))
  return timelineHtml({
    thread: done.play.thread,
    caseNo: done.caseNo,
    deadlines: deadlinesOf({ state, entries, paths, document, tables, at: exportedAt }),
    state,
    entries,
    paths,
    names: new Map([
      [done.collecting.code, done.collecting.name],
      [done.handling.code, done.handling.name],
    ]),
    certificates: [{ city: done.collecting.code, fingerprint: done.collecting.fingerprint }],
    purged: packets.filter(({ body }) => body === null).length,
    exportedAt,
    exportedBy: done.collecting.code,
  })
}

describe('timelineOf', () => {
  test('tells each packet in canonical order with state and proof, whatever order they come in', () => {
    const { play, collecting, handling } = played
    const entries = timelineOf(play.packets, storedTimes(receiptsOf(played)))
    expect(entries.map(({ proof }) => proof.packet)).toEqual(play.ordered.map(({ id }) => id))
    expect(timelineOf([...play.packets].reverse(), storedTimes(receiptsOf(played).reverse()))).toEqual(entries)
    expect(entries.every(({ at, proof }) => proof.storedAt === at + 2)).toBe(true)
    expect(entries.map(({ state }) => state)).toContain('supplementing')
    expect(entries.at(-1)).toMatchObject({ kind: 'case.close', state: 'closed', city: handling.code, late: false })
    expect(entries.find(({ kind }) => kind === 'case.withdraw')).toMatchObject({
      late: true,
      state: 'decided',
      city: collecting.code,
    })
  })

  test('says nothing of who applies, nor what free messages say, in any kind of packet', async () => {
    const secret = '机密内容'
    const setting = await playSetting({ cities: [played.collecting, played.handling] })
    const { play, collecting, handling, agreement, caseNo } = setting
    const content = submitContentOf(caseNo, 1, [])
    await play.say(
      collecting,
      'case.submit',
      {
        ...content,
        applicant: { type: '1', name: secret, idType: '111', idNumber: secret, phone: secret, address: secret },
        agent: { name: secret, idType: '111', idNumber: secret },
        form: { [secret]: secret },
        clerk: { name: secret, phone: secret },
        purpose: secret,
      },
      { agreement: agreement.id },
    )
    await play.say(handling, 'case.arrived', { localCaseNo: 'SY-1', acceptedBy: secret })
    await play.say(handling, 'case.precheck', { opinion: secret })
    await play.say(collecting, 'case.message', { text: secret })
    await play.say(collecting, 'case.remind', { text: secret })
    await play.say(collecting, 'case.ship', { waybill: { carrier: 'EMS', number: '118' }, contents: [secret] })
    await play.say(handling, 'case.accept', {})
    await play.say(handling, 'case.progress', { step: '审查', note: secret, officer: secret })
    await play.say(handling, 'case.extend', { until: '2026-12-01', reason: '核对', approver: secret })
    await play.say(handling, 'case.decide', {
      outcome: 'denied',
      documentNo: '十审〔2026〕1号',
      reason: '不符合条件',
    })
    await play.say(collecting, 'case.evaluate', { target: 'department', level: 2, channel: secret, text: secret })
    await play.say(handling, 'case.answer-evaluation', { text: secret, measure: secret })
    await play.say(handling, 'case.appeal-evaluation', { target: 'department', reason: secret })
    const supervised = await play.say(collecting, 'case.supervise', { number: '督〔2026〕1号', text: secret })
    await play.say(handling, 'case.answer', { to: supervised.id, text: secret, measure: secret })
    await play.say(handling, 'case.verify-remote', {
      subject: 'identity',
      from: '2026-11-02T10:00:00+08:00',
      to: '2026-11-02T10:20:00+08:00',
      collectingClerk: { name: secret, no: secret },
      handlingClerk: { name: secret, phone: secret },
      result: 'verified',
      reference: secret,
      note: secret,
    })
    await play.say(collecting, 'case.mail', {
      waybill: { carrier: 'EMS', number: '118' },
      parcel: 'originals',
      state: 'delivered',
      at: '2026-11-02T20:00:00+08:00',
      place: secret,
    })
    await play.say(handling, 'case.close', { outcome: 'denied', note: secret })
    const page = pageOf(setting)
    expect(page).not.toContain(secret)
    expect(JSON.stringify(timelineOf(play.packets, new Map()))).not.toContain(secret)
    expect(page).toContain('不符合条件')
    expect(page).toContain('不予 <span lang="en">denied</span>')
  })

  test('tells a purged packet by its claims alone', () => {
    const packets = played.play.packets.map(packet => ({ ...packet, body: null }))
    const entries = timelineOf(packets, new Map())
    expect(entries.map(({ kind }) => kind)).toEqual(played.play.ordered.map(({ claims }) => claims.kind))
    expect(entries.every(({ facts, purged, proof }) => facts.length === 0 && purged && proof.storedAt === null)).toBe(
      true,
    )
  })

  test('has a title in both languages for every kind, and is empty without a submit', () => {
    for (const kind of Object.keys(TITLES) as CaseKind[]) {
      expect(TITLES[kind].zh).toMatch(/\p{Script=Han}/u)
      expect(TITLES[kind].en).toMatch(/^[A-Z]/)
    }
    expect(timelineOf([], new Map())).toEqual([])
    expect(timelineOf(played.play.packets.slice(1), new Map())).toEqual([])
  })

  test('counts only a receipt of the city that the packet was for', () => {
    const [submit] = played.play.packets
    if (submit === undefined) throw new Error('no submit')
    const item = { id: submit.id, status: 'stored' as const }
    const receipt = (iss: string, aud: string, iat: number) => ({ v: 1 as const, iss, aud, iat, items: [item] })
    const { iss, aud } = submit.claims
    const storedAt = (...receipts: ReturnType<typeof receipt>[]) =>
      timelineOf([submit], storedTimes(receipts))[0]?.proof.storedAt
    expect(storedAt(receipt(iss, aud, 5))).toBeNull()
    expect(storedAt(receipt(aud, iss, 9), receipt(aud, iss, 7))).toBe(7)
  })
})

describe('timelineHtml', () => {
  test('is one page without scripts, requests or unescaped text', async () => {
    const setting = await playSetting({ cities: [played.collecting, played.handling] })
    const { play, collecting, handling, agreement, caseNo } = setting
    const content = submitContentOf(caseNo, 1, [])
    const item = { ...content.item, name: `<img src=x onerror=alert(1)>"'&` }
    await play.say(collecting, 'case.submit', { ...content, item }, { agreement: agreement.id })
    await play.say(handling, 'case.arrived', { localCaseNo: '</style><script>alert(1)</script>' })
    const page = pageOf(setting)
    expect(page).not.toMatch(/<script|<img|<link|<iframe|onerror=alert\(1\)>|url\(|https?:/)
    expect(page).toContain(textOf(html`${item.name}`))
    expect(page).toContain("default-src 'none'")
  })

  test('is well formed: each element that opens is closed in turn, headings follow each other', () => {
    const page = pageOf(played)
    const open: string[] = []
    for (const [, end, tag] of page
      .replace(/<!doctype html>|<style>[\s\S]*?<\/style>/g, '')
      .matchAll(/<(\/?)([a-z0-9]+)[^>]*>/g)) {
      if (tag === undefined || ['meta', 'br'].includes(tag)) continue
      if (end === '') open.push(tag)
      else expect(open.pop()).toBe(tag)
    }
    expect(open).toEqual([])
    expect(page).toContain('<html lang="zh-CN">')
    const levels = [...page.matchAll(/<h([1-6])/g)].map(match => Number(match[1]))
    expect(levels[0]).toBe(1)
    levels.forEach((level, index) => {
      expect(level - (levels[index - 1] ?? 0)).toBeLessThanOrEqual(1)
    })
  })

  test('is no wider than a phone: what does not fit is moved sideways by itself', () => {
    const page = pageOf(played)
    expect(page.match(/<table/g)).toHaveLength(page.match(/<div class="wide" tabindex="0"><table/g)?.length ?? 0)
    expect(page).toContain('.wide{overflow-x:auto}')
  })

  test('shows what is missing: receipts, effects, content', () => {
    const packets = played.play.packets.map((packet, index) => (index === 4 ? { ...packet, body: null } : packet))
    const page = pageOf(played, packets, receiptsOf(played).slice(0, -1))
    expect(page).toContain('○ 尚无安康市的回执')
    expect(page).toContain('到达过晚，未产生效力')
    expect(page).toContain('内容已按约定清除')
  })

  test('tells times in China whatever the zone of the machine', () => {
    expect(chinaTime(Date.UTC(2026, 10, 2, 16, 0, 1) / 1000)).toBe('2026-11-03 00:00:01')
  })
})
