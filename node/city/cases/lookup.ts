/** By what a case is found again without storing it: keyed hashes of spellings made equal (docs/decisions/008). */
import { foldName, foldNumber, foldPhone } from '../../../protocol/codes/spelling.ts'

export type LookupKeys = {
  /** of an identity number */
  number(number: string): Uint8Array
  /** of a person's or organisation's whole name */
  name(name: string): Uint8Array
  /** of a phone number; null for what has no digits */
  phone(phone: string): Uint8Array | null
}

/** `hash` is keyed: whoever holds the store alone can try no names. */
export const lookupKeys = (hash: (text: string) => Uint8Array): LookupKeys => ({
  number: number => hash(foldNumber(number)),
  name: name => hash(`name ${foldName(name)}`),
  phone(phone) {
    const digits = foldPhone(phone)
    return digits === '' ? null : hash(`phone ${digits}`)
  },
})
