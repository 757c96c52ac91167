/** Verifies an evidence bundle for who is signed in: this node's own certificate and those of its partners are known here. */
import { useNode } from '../query.ts'
import { mayDo, useMe } from '../session.ts'
import { PageFrame } from '../ui/page.tsx'
import { useWords } from '../words.ts'
import { Verification } from './verification.tsx'
import { EVIDENCE } from './words.ts'

export function Page() {
  const words = useWords(EVIDENCE)
  const me = useMe()
  const own = useNode('showPublishedCertificate')
  const partners = useNode('listPartners', undefined, { when: mayDo(me, 'reference.read') })
  const claims = [
    ...(own.data === undefined ? [] : [own.data]),
    ...(partners.data?.items ?? []).map(({ code: city, name, fingerprint }) => ({ city, name, fingerprint })),
  ]
  return (
    <PageFrame title={words.title}>
      <Verification claims={claims} takenAtWord />
    </PageFrame>
  )
}
