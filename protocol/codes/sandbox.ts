/**
 * Sandbox cities (沙箱城市): nodes for trials, whose division codes are of a range that GB/T 2260 gives nobody (its provinces end at 82).
 * A node at work pairs with none; SPEC.md §10.4. Their applicants are made up, under numbers of the same range.
 */
import { residentIdOf } from './resident-id.ts'

/** The sandbox city that `tongban sandbox` makes when nothing else is said. */
export const SANDBOX_CITY = '990001'

/** Whether a division code is that of a sandbox city. */
export const isSandbox = (code: string): boolean => /^99\d{4}$/.test(code)

/** A made-up person (虚构申请人) of a sandbox city: an ID number with a right check character and an area that nobody is from. `n` from 0 to 999. */
export const sandboxPerson = (n: number): { name: string; idNumber: string } => ({
  name: `沙箱申请人${String(n).padStart(3, '0')}`,
  idNumber: residentIdOf(`${SANDBOX_CITY}19900307${String(n).padStart(3, '0')}`),
})
