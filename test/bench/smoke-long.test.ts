/** Those benches whose smallest form takes longest; the one of the exchange runs with every change (`smoke.test.ts`). */
import { expect, test } from 'vitest'
import { nonsense } from './report.ts'
import { figuresOf, smoke } from './smoke.ts'

const onLinux = (figures: string[]): string[] => (process.platform === 'linux' ? figures : [])

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
  expect([report.name, nonsense(report)]).toEqual(['catalog', []])
})

test('the bench of materials brings a figure of every contender', async () => {
  const report = await smoke('materials')
  const ends = ['senderCpu', 'receiverCpu', ...onLinux(['sender', 'receiver'])]
  expect(figuresOf(report)).toEqual({
    'bare 1': ['speed', ...ends],
    'real 1': ['speed', 'toBare', ...ends],
    'https 1': ['speed', 'toBare', ...ends],
  })
  expect([report.name, nonsense(report)]).toEqual(['materials', []])
})

test('the bench of hostile partners brings what is kept and what it costs', async () => {
  const report = await smoke('hostile')
  expect(Object.values(figuresOf(report))).toEqual([
    ['paced', 'alone', 'full', 'ofFull', 'memory', 'disk', 'audit', 'health'],
  ])
  expect([report.name, nonsense(report)]).toEqual(['hostile', []])
})
