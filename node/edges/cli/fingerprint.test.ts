import { expect, test } from 'vitest'
import { spokenOf } from '../console/app/partners/spoken.ts'
import { fingerprintLines } from './fingerprint.ts'

test('a command prints the words of a fingerprint that the console shows', async () => {
  const fingerprint = '764f67f0c00b7a6b2b9baace134e278c33a9476d6c28650f6a55a7af9aa2d40f'
  const words = '1 呀 iron · 2 饭 kite · 3 蔡 wire · 4 熟 length · 5 妹 response · 6 市 culture'
  expect(await fingerprintLines(fingerprint)).toEqual([
    `  fingerprint 指纹 ${fingerprint}`,
    `  in words 核对词 ${words}`,
  ])
  expect((await spokenOf(fingerprint)).map((word, index) => `${index + 1} ${word}`).join(' · ')).toBe(words)
})
