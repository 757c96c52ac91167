/**
 * Verification words (核对词): numbers of 0–2047 as words of the BIP 39 lists, a Chinese character and an English word each. Of the
 * six words a node hides two from its own administrator, who types them as the partner's administrator reads them out.
 */
import type { PairingRole } from '../../../protocol/pairing/pairing.ts'

/** Words that an administrator types. */
export const ASKED_WORDS = 2
/** Wrong tries after which a pairing is rejected. */
export const WORD_TRIES = 5

/** Such as `的 abandon`; both lists have 2048 entries in a fixed order. */
export async function wordsOf(numbers: readonly number[]): Promise<string[]> {
  const [chinese, english] = await Promise.all([
    import('@scure/bip39/wordlists/simplified-chinese.js'),
    import('@scure/bip39/wordlists/english.js'),
  ])
  return numbers.map(number => `${chinese.wordlist[number] ?? ''} ${english.wordlist[number] ?? ''}`)
}

/**
 * The places, from 0, of the words that this node asks for: two of the first three at the inviting city, two of the last three at
 * the accepting one, so that each shows what the other asks for. `random`: a number of any size.
 */
export function askedPlaces(role: PairingRole, random: number): number[] {
  const half = role === 'inviting' ? [0, 1, 2] : [3, 4, 5]
  return half.toSpliced(random % half.length, half.length - ASKED_WORDS)
}

/** Whether what was typed is the word: the whole of it, its character or its English word, in any case. */
export function isWord(word: string, typed: string): boolean {
  const given = typed.normalize('NFKC').trim().toLowerCase().split(/\s+/).join(' ')
  return given !== '' && [word, ...word.split(' ')].includes(given)
}
