/**
 * The contract of adapters (适配器契约) under vitest: an adapter's test gives it a maker, and switches for the outside system that it
 * talks to. For tests only: it imports vitest, and nothing that runs imports it. Without vitest: `conformance.ts`.
 */
import { describe, expect, test } from 'vitest'
import { CONTRACT } from './certificate.ts'
import { type ContractSubject, runContractTest } from './conformance.ts'

export type { ContractSubject, OutsideSystem } from './conformance.ts'

/** Tests an adapter; `outside` says that it talks to an outside system, so the suite holds it to all of it. */
export function adapterContract(
  name: string,
  make: () => Promise<ContractSubject>,
  { outside }: { outside: boolean },
): void {
  describe(`${name} as an adapter`, () => {
    for (const one of CONTRACT.filter(each => outside || !each.outside))
      test(one.name, async ({ skip }) => {
        const { outcome, why } = await runContractTest(one, make, { outside })
        if (outcome === 'not-proved') {
          // The reporter of vitest does not print why.
          console.log(`${name}: not proved: ${one.name}: ${why ?? 'without a reason'}`)
          skip(why ?? undefined)
        }
        expect([outcome, why]).toEqual(['proved', null])
      })
  })
}
