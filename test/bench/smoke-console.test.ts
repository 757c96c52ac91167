/** The smoke form of the bench of the console, which needs two nodes and a browser: of all smokes it alone is among the long proofs. */
import { expect, test } from 'vitest'
import { figuresOf, smoke, whole } from './smoke.ts'

test('the bench of the console brings each look, the weight of pages and how a queue scrolls', async () => {
  const report = await smoke('console')
  const weight = ['scripts', 'others', 'requests']
  expect(figuresOf(report)).toEqual({
    signIn: ['time', ...weight],
    desk: ['time'],
    deskWarm: ['time'],
    choose: ['time'],
    open: ['time'],
    next: ['time'],
    long: ['time'],
    scroll: ['frames', 'block', 'rows'],
    'page /': ['time', ...weight],
    all: ['scripts'],
  })
  whole(report, 'console')
})
