import { expect, test } from 'vitest'
import { CURE_MESSAGES } from '../../../../../protocol/messages/cures.ts'
import { PROBLEMS } from '../../../../../protocol/problem.ts'
import { pagesFor } from './commands.ts'

test('a cure that names a command leads to the page that does the same', () => {
  expect(pagesFor('Ask whether their node runs: tongban partners test 420300')).toEqual(['/partners/420300'])
  const thread = 'a'.repeat(32)
  expect(pagesFor(`tongban agreement impact ${thread}, then sign or decline it`)).toEqual([`/agreements/${thread}`])
  expect(pagesFor('查看原因：tongban agreement show THREAD（failed）')).toEqual(['/agreements'])
  expect(pagesFor('See tongban parked, cure the cause, then tongban parked retry')).toEqual(['/adapters/parked'])
  expect(pagesFor('tongban identity renew (of a federation CA: tongban ca request)')).toEqual([
    '/operation/certificates',
  ])
  expect(pagesFor('Compare the fingerprint, then tongban ca accept')).toEqual(['/partners/federation'])
  expect(pagesFor('Start the node: tongban start')).toEqual([])
  expect(pagesFor('Wait')).toEqual([])
})

/** What is done where the node stands, and has no page; a case is found by its number. */
const AT_THE_SERVER = /^tongban (start|init|listen|phrases|case (step|assign|views|sms retry)|\{command\})/

test('each command that a cure names has a page, but for what is done at the server', () => {
  const cures = [...Object.values(PROBLEMS).map(({ cure }) => cure), ...Object.keys(CURE_MESSAGES)]
  const commands = cures.flatMap(cure => [...cure.matchAll(/tongban [a-z{][a-z ]*/g)].map(([command]) => command))
  expect(commands.length).toBeGreaterThan(40)
  expect(commands.filter(command => pagesFor(command).length === 0 && !AT_THE_SERVER.test(command))).toEqual([])
})
