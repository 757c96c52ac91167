import { afterEach, describe, expect, test } from 'vitest'
import { diceOf, SEED } from '../../../test/support/chance.ts'
import { startLogging, stopLogging } from './log.ts'
import { createMetrics } from './metrics.ts'
import { PERSONAL, redact } from './redact.ts'
import { createTelemetry } from './telemetry.ts'

const ID = '420300199001011234'
const PHONE = '13812345678'
const TOKEN = `tb_${'a1-_'.repeat(10)}abc`

afterEach(stopLogging)

describe('redaction', () => {
  test.each([
    [`id ${ID}.`, 'id [id].'],
    ['11010519491231002x', '[id]'],
    ['mistyped 420300199001011237', 'mistyped [id]'],
    ['130503670401001', '[id]'],
    [`电话${PHONE}，`, '电话[phone]，'],
    ['+86 138-1234-5678', '[phone]'],
    [`token ${TOKEN}`, 'token [token]'],
    ['Authorization: Bearer abc.def', 'Authorization: Bearer [token]'],
    ['eyJhbGciOiJFZDI1NTE5In0.eyJ2IjoxfQ.c2ln', '[JWT REDACTED]'],
  ])('%s', (text, clean) => expect(redact(text)).toBe(clean))

  test.each([
    'f'.repeat(64),
    '1'.repeat(64),
    '11440232MB2D06811W4000117051000202610200008',
    '610900202611230001',
    '610900202611230002',
    '2026-11-23T00:00:00.000Z',
    '1795392000000',
    'partner 420300 seq 12345678901',
    '/ip4/10.0.0.1/tcp/4001/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp',
  ])('leaves %s', text => expect(redact(text)).toBe(text))

  test('looks once through what no pattern begins in, and blots out what each pattern would', () => {
    const beginnings = [
      '1',
      '3',
      '9',
      '0',
      'X',
      'a',
      ' ',
      '-',
      '+86',
      '.',
      '@',
      '号',
      'eyJ',
      'EYJ',
      'tb_',
      'bearer ',
    ] as const
    const wholes = [
      ID,
      PHONE,
      TOKEN,
      '138 1234',
      'q@example.cn',
      'eyJh.eyJ2.c2ln',
      '130503670401001',
      'f0'.repeat(32),
    ] as const
    const dice = diceOf(SEED)
    for (let round = 0; round < 2000; round++) {
      const parts = Array.from({ length: dice.upTo(12) }, () =>
        dice.one(dice.chance(0.7) ? [...beginnings] : [...wholes]),
      )
      const text = parts.join('')
      const each = PERSONAL.reduce(
        (left, { pattern, replacement }) => left.replaceAll(pattern, replacement as string),
        text,
      )
      expect(redact(text)).toBe(each)
    }
  })
})

describe('logging', () => {
  test.each(['json', 'text'] as const)('writes lines as %s, with what looks personal blotted out', format => {
    const lines: string[] = []
    startLogging({ level: 'info', format, write: line => lines.push(line) })
    const log = createTelemetry({ city: '420300' }).log('http')
    log.debug('not shown')
    log.info(`applicant ${ID}`, { phone: PHONE, n: 1 })
    log.error('it broke', { requestId: 'r1' }, new Error(`no row for ${ID}`))
    log.error('it broke', {}, 'text')
    expect(lines).toHaveLength(3)
    expect(lines.every(line => line.endsWith('\n'))).toBe(true)
    expect(lines.join('')).not.toMatch(/4203001990|138123/)
    expect(lines[0]).toContain('applicant [id]')
    expect(lines[1]).toContain('no row for [id]')
    if (format === 'json')
      expect(JSON.parse(lines[0] ?? '')).toMatchObject({
        level: 'INFO',
        message: 'applicant [id]',
        city: '420300',
        phone: '[phone]',
        n: 1,
      })
  })

  test('never throws: before it is started, and when the sink fails', () => {
    const log = createTelemetry().log('http')
    log.info('nobody listens')
    startLogging({
      level: 'debug',
      format: 'text',
      write: () => {
        throw new Error('disk full')
      },
    })
    log.error('still fine', {}, new Error('x'))
  })
})

describe('metrics', () => {
  test('events count and label', async () => {
    const { events, metrics } = createTelemetry()
    events.packetAccepted({ partner: '420300', kind: 'case.submit', direction: 'out', packet: 'p' })
    events.packetRefused({ partner: '420300', kind: 'case.submit', direction: 'in', code: 'chain.gap', packet: 'p' })
    events.receiptTaken({ partner: '420300', packets: 2, seconds: 0.02 })
    events.deliveryAttempted({ partner: '420300', ok: false, code: 'exchange.unreachable' })
    events.partnerConnected({ partner: '420300' })
    events.parked({ what: 'packet', code: 'adapter.refused', subject: 'p' })
    const { type, text } = await metrics.render()
    expect(type).toContain('text/plain')
    expect(text).toContain('tongban_packets_total{partner="420300",kind="case.submit",direction="out"} 1')
    expect(text).toContain('tongban_packets_refused_total{partner="420300",direction="in",code="chain.gap"} 1')
    expect(text).toContain('tongban_receipt_seconds_bucket{le="0.025",partner="420300"} 1')
    expect(text).toContain('tongban_delivery_attempts_total{partner="420300",outcome="exchange.unreachable"} 1')
    expect(text).toContain('tongban_partner_connected{partner="420300"} 1')
    expect(text).toContain('tongban_parked_total{what="packet",code="adapter.refused"} 1')
    expect(text).toMatch(/tongban_resident_bytes \d{7,}/)
  })

  test('a label cannot grow without bound, and a wrong one harms nobody', async () => {
    const metrics = createMetrics()
    const count = metrics.counter('things_total', 'Things', ['kind'])
    for (let i = 0; i < 1000; i++) count({ kind: `k${i}` })
    count({ nonsense: 'x' })
    const { text } = await metrics.render()
    expect(text.match(/^things_total\{/gm)).toHaveLength(201)
    expect(text).toContain('things_total{kind="other"} 800')
  })

  test('two nodes in one process count apart', async () => {
    const one = createTelemetry()
    const two = createTelemetry()
    one.events.partnerPaired({ partner: '420300' })
    expect((await one.metrics.render()).text).toContain('tongban_pairings_total 1')
    expect((await two.metrics.render()).text).toContain('tongban_pairings_total 0')
  })
})
