import { expect, test } from 'vitest'
import { sidesOf } from './text-diff.ts'

const whole = (parts: readonly { text: string }[]) => parts.map(({ text }) => text).join('')

test('each side reads whole, and what is unmarked stands in both', () => {
  const texts = [
    '',
    '甲',
    '乙甲',
    '双方协商解决',
    '双方书面协商，\n由上级解决',
    '双方\n协商；解决\n争议',
    '争议由双方解决',
  ]
  const same = (parts: ReturnType<typeof sidesOf>['before']) => whole(parts.filter(({ mark }) => mark === 'same'))
  for (const before of texts)
    for (const after of texts) {
      const sides = sidesOf(before, after)
      expect(whole(sides.before)).toBe(before)
      expect(whole(sides.after)).toBe(after)
      expect(same(sides.before)).toBe(same(sides.after))
      if (before === after) expect([same(sides.before), same(sides.after)]).toEqual([before, after])
    }
})

test('a word that was changed is marked alone', () => {
  const sides = sidesOf('双方协商解决争议', '双方书面协商解决争议')
  expect(sides.before.filter(({ mark }) => mark !== 'same')).toEqual([])
  expect(sides.after.filter(({ mark }) => mark !== 'same')).toEqual([{ text: '书面', mark: 'added' }])
})

test('clauses of any length are compared, long ones by lines', () => {
  const lines = Array.from({ length: 2000 }, (_, no) => `第${no}条 双方按照各自职责办理。`)
  const sides = sidesOf(lines.join('\n'), lines.with(1000, '第1000条 由办理地负责。').join('\n'))
  expect(sides.after.filter(({ mark }) => mark === 'added')).toEqual([
    { text: '第1000条 由办理地负责。\n', mark: 'added' },
  ])
})
