/** A fingerprint as commands print it: whole, and as the words (指纹核对词) that the console shows too, to be read out by phone. */
import { numbersOf } from '../../../protocol/spoken.ts'
import { wordsOf } from '../../city/partners/words.ts'

/** The words of a fingerprint, `1 呀 iron · 2 饭 kite …`. */
export const wordsLine = async (fingerprint: string): Promise<string> =>
  (await wordsOf(numbersOf(fingerprint))).map((word, index) => `${index + 1} ${word}`).join(' · ')

/** Two lines below the name of whose it is. */
export const fingerprintLines = async (fingerprint: string, label = 'fingerprint 指纹'): Promise<string[]> => [
  `  ${label} ${fingerprint}`,
  `  in words 核对词 ${await wordsLine(fingerprint)}`,
]
