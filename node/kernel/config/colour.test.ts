import { expect, test } from 'vitest'
import { contrastWithWhite, READABLE } from './colour.ts'
import { parseConfig } from './config.ts'

test('contrast is that of WCAG: 21 on black, 1 on white, and that of known colours', () => {
  expect(contrastWithWhite('#000000')).toBeCloseTo(21, 5)
  expect(contrastWithWhite('#FFFFFF')).toBeCloseTo(1, 5)
  expect(contrastWithWhite('#777777')).toBeCloseTo(4.48, 2)
  expect(contrastWithWhite('#767676')).toBeCloseTo(4.54, 2)
  expect(contrastWithWhite('#ff0000')).toBeCloseTo(4.0, 2)
})

test('a colour of the console is one on which white text is readable; another one is refused with its contrast', () => {
  const city = { code: '420300', name: '十堰市', authority: '十堰市行政审批局' }
  const colourOf = (colour: unknown) => parseConfig({ city, console: { colour } }, '/srv').console.colour
  expect([colourOf(undefined), colourOf('#767676'), colourOf('#B00020')]).toEqual(['#1a56c4', '#767676', '#B00020'])
  expect(contrastWithWhite('#1a56c4')).toBeGreaterThan(READABLE)
  // One step lighter than the lightest grey that is readable.
  expect(() => colourOf('#777777')).toThrow(
    'console.colour: white text is not readable on it: contrast 4.48, at least 4.5',
  )
  for (const wrong of ['blue', '#1a56c', '#1a56c4ff', '1a56c4', '', 7, 'url(//evil.example/x)'])
    expect(() => colourOf(wrong)).toThrow('console.colour')
})
