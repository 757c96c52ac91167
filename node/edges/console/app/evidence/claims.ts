/** Certificates that this node says are those of the city that runs it, and of its partners. */
import { useNode } from '../query.ts'
import { mayDo, useMe } from '../session.ts'
import type { Claim } from './certificates.tsx'

export function useClaims(): { own: Claim | null; claims: Claim[] } {
  const me = useMe()
  const own = useNode('showPublishedCertificate')
  const partners = useNode('listPartners', undefined, { when: mayDo(me, 'reference.read') })
  return {
    own: own.data ?? null,
    claims: [
      ...(own.data === undefined ? [] : [own.data]),
      ...(partners.data?.items ?? []).map(({ code: city, name, fingerprint }) => ({ city, name, fingerprint })),
    ],
  }
}
