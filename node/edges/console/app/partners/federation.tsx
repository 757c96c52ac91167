/** Federations: whom the node trusts to name cities, which cities can be joined, and which certificates count no more. */
import { PageFrame } from '../ui/page.tsx'
import { useWords } from '../words.ts'
import { Authorities } from './authorities.tsx'
import { Card, Cities } from './federation-cities.tsx'
import { Operators, Revocations } from './operators.tsx'
import { PartnerTabs } from './tabs.tsx'
import { PARTNERS } from './words.ts'

export function Page() {
  const words = useWords(PARTNERS)
  return (
    <PageFrame title={words.title}>
      <PartnerTabs />
      <Cities />
      <Operators />
      <Card />
      <Authorities />
      <Revocations />
    </PageFrame>
  )
}
