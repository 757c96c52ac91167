/** HTTP routes of the accept list: authorities whose city certificates may be paired by their chain. */
import * as z from 'zod'
import { DivisionCode, Sha256 } from '../../../../protocol/primitives.ts'
import { actorOf, type RouteModule, Time, time } from '../../../edges/http/route.ts'
import type { Authorities, Authority } from './authorities.ts'

const AuthorityAnswer = z
  .strictObject({
    fingerprint: Sha256.describe('SHA-256 of the certificate: compare it with the operator of the authority'),
    name: z.string(),
    acceptedAt: Time,
    certificateValidTo: Time,
    partners: z.array(DivisionCode).describe('partners that were paired by their chain to it'),
  })
  .meta({ id: 'Authority' })

const toAnswer = ({ acceptedAt, notAfter, ...authority }: Authority): z.input<typeof AuthorityAnswer> => ({
  ...authority,
  acceptedAt: time(acceptedAt),
  certificateValidTo: time(notAfter),
})

export const authorityRoutes = (authorities: Authorities): RouteModule => ({
  tag: 'Authorities',
  description:
    'Accept list (认可名单) of certificate authorities: a city certificate that one of them issued is paired by its chain.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/authorities',
      id: 'listAuthorities',
      summary: 'Authorities that this node accepts',
      action: 'partner.oversee',
      answer: z.strictObject({ items: z.array(AuthorityAnswer) }),
      handle: async () => ({ items: (await authorities.list()).map(toAnswer) }),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/authorities',
      id: 'acceptAuthority',
      summary: 'Accept an authority; compare its fingerprint with its operator first',
      action: 'trust.manage',
      body: z.strictObject({
        pem: z.string().min(1).max(16_384).describe('certificate of the authority, PEM'),
        fingerprint: Sha256.optional().describe('as its operator told it: another one is refused'),
      }),
      answer: AuthorityAnswer,
      status: 201,
      problems: [
        'certificate.malformed',
        'certificate.profile',
        'certificate.expired',
        'certificate.chain',
        'certificate.mismatch',
        'request.conflict',
      ],
      handle: async ({ body, person }) =>
        toAnswer(await authorities.accept(body.pem, body.fingerprint, actorOf(person))),
    })
    api.operation({
      method: 'delete',
      path: '/api/v1/authorities/{fingerprint}',
      id: 'removeAuthority',
      summary: 'Take an authority off the list; confirmed partners stay trusted by their own certificates',
      action: 'trust.manage',
      params: z.strictObject({ fingerprint: Sha256 }),
      answer: AuthorityAnswer,
      problems: ['request.not-found'],
      handle: async ({ params, person }) => toAnswer(await authorities.remove(params.fingerprint, actorOf(person))),
    })
  },
})
