import { expect, test } from 'vitest'
import { lackOf } from './lacks.ts'

test('a lack is of an item, a mode or a code of a form; another adapter may say it in its own words', () => {
  expect(lackOf('dictionaries.item: 11420300X')).toEqual({ is: 'item', dictionary: 'item', code: '11420300X' })
  expect(lackOf('dictionaries.mode: mode 2')).toEqual({ is: 'mode', dictionary: 'mode', mode: '2' })
  expect(lackOf('dictionaries.sex: form.applicantSex 男 性')).toEqual({
    is: 'form',
    dictionary: 'sex',
    field: 'applicantSex',
    code: '男 性',
  })
  expect(lackOf('no such window')).toEqual({ is: 'other', text: 'no such window' })
})
