import { expect, test } from 'vitest'
import { divisionsNamed } from '../../../../../../protocol/codes/divisions.ts'
import { CENTRES } from './centres.generated.ts'
import { placeOf } from './place.ts'

test('a city stands at its centre', () => {
  expect(placeOf('420300')).toEqual([110.79, 32.65])
  expect(placeOf('610900')).toEqual([109.03, 32.69])
})

test('a county stands at its prefecture, and where that has no centre, at its province', () => {
  expect(placeOf('420381')).toEqual(placeOf('420300'))
  expect(placeOf('710100')).toEqual(placeOf('710000'))
  expect(placeOf('810100')).toEqual(placeOf('810000'))
  expect(placeOf('110108')).not.toEqual(placeOf('110000'))
})

test('what is no code of China has no place', () => {
  for (const code of ['', '990000', '42030', '4203000', 'toString', '42030x']) expect(placeOf(code)).toBeNull()
})

test('every province and prefecture of the mainland has a centre of its own, under the code that it has now', () => {
  const without = divisionsNamed('').filter(({ code }) => !/^(71|81|82)/.test(code) && CENTRES[code] === undefined)
  expect(without).toEqual([])
  expect(Object.keys(CENTRES).filter(code => code.endsWith('0000'))).toHaveLength(34)
})
