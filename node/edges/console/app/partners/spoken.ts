/** The words of a fingerprint, as the commands print them too. */
import { numbersOf } from '../../../../../protocol/spoken.ts'

/** Such as `的 abandon`. */
export async function spokenOf(fingerprint: string): Promise<string[]> {
  const [chinese, english] = await Promise.all([
    import('@scure/bip39/wordlists/simplified-chinese.js'),
    import('@scure/bip39/wordlists/english.js'),
  ])
  return numbersOf(fingerprint).map(number => `${chinese.wordlist[number] ?? ''} ${english.wordlist[number] ?? ''}`)
}
