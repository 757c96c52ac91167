/** Verification words (核对词): numbers of 0–2047 as words of the BIP 39 lists, a Chinese character and an English word each. */

/** Such as `的 abandon`; both lists have 2048 entries in a fixed order. */
export async function wordsOf(numbers: readonly number[]): Promise<string[]> {
  const [chinese, english] = await Promise.all([
    import('@scure/bip39/wordlists/simplified-chinese.js'),
    import('@scure/bip39/wordlists/english.js'),
  ])
  return numbers.map(number => `${chinese.wordlist[number] ?? ''} ${english.wordlist[number] ?? ''}`)
}
