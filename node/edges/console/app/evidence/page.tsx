/** Verifies an evidence bundle for who is signed in: this node's own certificate and those of its partners are known here. */
import { PageFrame } from '../ui/page.tsx'
import { useWords } from '../words.ts'
import { useClaims } from './claims.ts'
import { Verification } from './verification.tsx'
import { EVIDENCE } from './words.ts'

export function Page() {
  const words = useWords(EVIDENCE)
  const { claims } = useClaims()
  return (
    <PageFrame title={words.title}>
      <Verification claims={claims} takenAtWord />
    </PageFrame>
  )
}
