/** Benches that nobody runs rot: each runs here as its command does, only small, and must bring every figure it has. */
import { expect, test } from 'vitest'
import { QUEUE_NAMES } from '../../node/city/work/boxes.ts'
import { figuresOf, smoke, whole } from './smoke.ts'

const LATENCIES = ['p50', 'p95', 'p99']
/** Other systems tell no memory of a process. */
const onLinux = (figures: string[]): string[] => (process.platform === 'linux' ? figures : [])

test('the bench of the start brings its parts', async () => {
  const report = await smoke('start')
  expect(figuresOf(report)).toEqual({ start: ['ready', 'runtime', 'modules', 'node', ...onLinux(['idle'])] })
  whole(report, 'start')
})

test('the bench of cases brings every queue, search and statistic', async () => {
  const report = await smoke('cases')
  const groups = figuresOf(report)
  for (const queue of QUEUE_NAMES) expect(groups[`queue ${queue}`]).toEqual(LATENCIES)
  expect(Object.keys(groups).filter(id => id.startsWith('search '))).toHaveLength(7)
  expect(Object.keys(groups).filter(id => id.startsWith('statistics '))).toHaveLength(8)
  expect([groups.counts, groups.page]).toEqual([LATENCIES, LATENCIES])
  for (const who of ['a window clerk', 'an examiner', 'a window lead', 'a leader'])
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
    'warmUpPackets',
    'warmUpSeconds',
  ]
  expect(figuresOf(report)).toEqual({
    bound: contender,
    real: contender,
    https: contender,
    httpsReceipts: contender,
    answered: ['casesPerSecond', 'packetsPerSecond', 'warmUpPackets', 'warmUpSeconds'],
    ratios: ['toBound', 'toHttps', 'toHttpsReceipts', 'answeredToBound'],
  })
  whole(report, 'exchange')
})

test('the bench of the catalogue brings a figure of every size', async () => {
  const report = await smoke('catalog')
  const questions = ['list', 'admit', 'admitOne', 'find']
  expect(figuresOf(report)).toEqual({
    'items 40': [
      'list',
      'publish',
      'unchanged',
      'firstSync',
      'firstSyncBytes',
      'changeBytes',
      'changeSync',
      'changePublish',
      'searchP50',
      'searchP95',
      'searchP99',
      ...onLinux(['publisherAfter', 'publisherSearched', 'publisherPeak']),
      ...onLinux(['partnerAfter', 'partnerSearched', 'partnerPeak']),
      'publisherStore',
      'partnerStore',
    ],
    'agreements 2': questions.flatMap(name => [`${name}P50`, `${name}P95`, `${name}P99`]),
  })
  whole(report, 'catalog')
})

test('the bench of materials brings a figure of every contender', async () => {
  const report = await smoke('materials')
  const ends = ['senderCpu', 'receiverCpu', ...onLinux(['sender', 'receiver'])]
  expect(figuresOf(report)).toEqual({
    'bare 1': ['speed', ...ends],
    'real 1': ['speed', 'toBare', ...ends],
    'https 1': ['speed', 'toBare', ...ends],
  })
  whole(report, 'materials')
})

// Four nodes one after the other, and a load that may wait a minute for its last receipt, twice.
test('the bench of adapters brings each kind beside a bare client', async () => {
  const report = await smoke('adapters')
  const alone = ['packetsPerSecond', 'p50', 'p95']
  const bare = ['packetsPerSecond', 'slowPerSecond', 'p50', 'p95']
  const kind = [...bare, 'ofBare', 'slowOfBare', 'added']
  expect(figuresOf(report)).toEqual({ bareJson: bare, rest: kind, bareXml: bare, soap: kind, sqlite: alone })
  whole(report, 'adapters')
})

test('the bench of hostile partners brings what is kept and what it costs', async () => {
  const report = await smoke('hostile')
  expect(Object.values(figuresOf(report))).toEqual([
    ['paced', 'alone', 'full', 'ofFull', 'memory', 'disk', 'audit', 'health'],
  ])
  whole(report, 'hostile')
})
