/** Benches that nobody runs rot: each runs here as its command does, only small, and must bring every figure it has. */
import { expect, test } from 'vitest'
import { QUEUE_NAMES } from '../../node/city/work/boxes.ts'
import { figuresOf, smoke, whole } from './smoke.ts'

const LATENCIES = ['p50', 'p95', 'p99']

test('the bench of the start brings its parts', async () => {
  const report = await smoke('start')
  const memory = process.platform === 'linux' ? ['idle'] : []
  expect(figuresOf(report)).toEqual({ start: ['ready', 'runtime', 'modules', 'node', ...memory] })
  whole(report, 'start')
})

test('the bench of cases brings every queue, search and statistic', async () => {
  const report = await smoke('cases')
  const groups = figuresOf(report)
  for (const queue of QUEUE_NAMES) expect(groups[`queue ${queue}`]).toEqual(LATENCIES)
  expect(Object.keys(groups).filter(id => id.startsWith('search '))).toHaveLength(7)
  expect(Object.keys(groups).filter(id => id.startsWith('statistics '))).toHaveLength(7)
  expect([groups.counts, groups.page]).toEqual([LATENCIES, LATENCIES])
  for (const who of ['a window clerk', 'an examiner'])
    expect([groups[`queues of ${who}`], groups[`counts of ${who}`]]).toEqual([LATENCIES, LATENCIES])
  expect(groups.store).toEqual(['rebuild', 'statistics', 'megabytes', 'seed'])
  whole(report, 'cases')
})

test('the bench of the exchange brings a figure of every contender', async () => {
  const report = await smoke('exchange')
  const contender = [
    'packetsPerSecond',
    'halfP50',
    'halfP95',
    'halfP99',
    'lowP50',
    'lowP95',
    'lowP99',
    'senderCpu',
    'receiverCpu',
  ]
  expect(figuresOf(report)).toEqual({
    bound: contender,
    real: contender,
    https: contender,
    httpsReceipts: contender,
    answered: ['casesPerSecond', 'packetsPerSecond'],
    ratios: ['toBound', 'toHttps', 'toHttpsReceipts', 'answeredToBound'],
  })
  whole(report, 'exchange')
})
