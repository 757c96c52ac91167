/** HTTP routes of the own identity: what it is, and the rotation of its packet key. */
import * as z from 'zod'
import { DivisionCode, KeyId, Sha256 } from '../../../../protocol/primitives.ts'
import { tellWhy, Why } from '../../../edges/http/problem-in-words.ts'
import { actorOf, type RouteModule, Time, time } from '../../../edges/http/route.ts'
import type { NodeIdentity } from '../../../spine/trust/identity.ts'
import type { CertificateDesk } from './certificate.ts'

const Summary = z
  .strictObject({
    code: DivisionCode,
    name: z.string(),
    fingerprint: Sha256.describe('SHA-256 of the city certificate: tell it to who verifies evidence'),
    certificateValidTo: Time,
    packetKey: KeyId,
    delegatedUntil: Time,
    keys: z
      .array(
        z.strictObject({
          kid: KeyId,
          purpose: z.enum(['packet', 'peer']),
          state: z.enum(['current', 'retired', 'revoked']),
          delegatedUntil: Time,
        }),
      )
      .describe('keys that the certificate delegated, those in use first; a retired one may be revoked'),
    peer: z.string(),
    addresses: z.array(z.string()),
    relays: z
      .array(
        z.strictObject({ partner: DivisionCode, reserved: z.boolean().describe('this node is reached there now') }),
      )
      .describe('partners at whose relay (中继) this node is to be reached'),
    relayed: z.number().int().describe('partners that are reached over this node'),
  })
  .meta({ id: 'Identity' })

const Certificate = z
  .strictObject({
    city: DivisionCode,
    name: z.string(),
    authority: z.string().nullable(),
    issuer: z.string(),
    selfIssued: z.boolean(),
    fingerprint: Sha256,
    serial: z.string().describe('hex'),
    validFrom: Time,
    validTo: Time,
    daysLeft: z.number().int(),
    pem: z.string().describe('with those of its issuers, the own one first'),
    revoked: z
      .strictObject({ at: Time, reason: z.string() })
      .nullable()
      .describe('by a directory of a federation that this node follows'),
    delegation: z
      .strictObject({ until: Time, problem: Why.nullable().describe('why it could not be renewed') })
      .describe('of the packet key'),
    cityKey: z.enum(['ok', 'failed', 'unproven']).describe('whether the key opened when it was tried last'),
    waiting: z.boolean().describe('a new city key waits for the certificate that was asked for it'),
  })
  .meta({ id: 'CertificateState' })

export type Reach = {
  peer: string
  addresses(): string[]
  /** partners whose relay this node uses, and how many it relays for */
  relays(): { used: { partner: string; reserved: boolean }[]; relayed: number }
}

export const identityRoutes = (identity: NodeIdentity, host: Reach, certificate: CertificateDesk): RouteModule => ({
  tag: 'Identity',
  description: 'The identity of this node: city certificate, delegated packet key, libp2p peer.',
  register(api) {
    const summary = () => {
      const { fingerprint, notAfter, kid, delegatedUntil, keys } = identity.summary()
      return {
        code: identity.city,
        name: identity.name,
        fingerprint,
        certificateValidTo: time(notAfter),
        packetKey: kid,
        delegatedUntil: time(delegatedUntil),
        keys: keys.map(key => ({ ...key, delegatedUntil: time(key.delegatedUntil) })),
        peer: host.peer,
        addresses: host.addresses(),
        relays: host.relays().used,
        relayed: host.relays().relayed,
      }
    }
    api.operation({
      method: 'get',
      path: '/api/v1/identity',
      id: 'getIdentity',
      summary: 'Who this node is',
      action: 'reference.read',
      answer: Summary,
      handle: async () => summary(),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/identity/rotate',
      id: 'rotatePacketKey',
      summary: 'Let a new packet key take over; what the old one signed stays valid',
      action: 'trust.manage',
      body: z.strictObject({}),
      answer: Summary,
      seconds: 60,
      handle: async ({ person }) => {
        await identity.rotate(actorOf(person))
        return summary()
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/identity/keys/{kid}/revoke',
      id: 'revokePacketKey',
      summary: 'Revoke an own retired key: partners refuse what it signs from now on',
      action: 'trust.manage',
      params: z.strictObject({ kid: KeyId }),
      body: z.strictObject({}),
      answer: Summary,
      seconds: 60,
      problems: ['request.not-found', 'request.conflict'],
      handle: async ({ params, person }) => {
        await identity.revoke(params.kid, actorOf(person))
        return summary()
      },
    })
    api.open({
      method: 'get',
      path: '/api/v1/published-certificate',
      id: 'showPublishedCertificate',
      summary: 'The fingerprint of the city certificate as this node publishes it, for whoever verifies evidence',
      description:
        'The word of this node and no proof: who doubts it compares the fingerprint with what the city publishes elsewhere.',
      answer: z.strictObject({ city: DivisionCode, name: z.string(), fingerprint: Sha256 }),
      handle: async () => ({ city: identity.city, name: identity.name, fingerprint: identity.summary().fingerprint }),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/identity/certificate',
      id: 'getCertificate',
      summary: 'The city certificate: whose, by whom, until when, revoked or not, and whether a new one is waited for',
      action: 'reference.read',
      answer: Certificate,
      handle: async () => {
        const { validFrom, validTo, revoked, delegation, ...state } = await certificate.state()
        return {
          ...state,
          validFrom: time(validFrom),
          validTo: time(validTo),
          revoked: revoked === null ? null : { ...revoked, at: time(revoked.at) },
          delegation: { ...delegation, problem: tellWhy(delegation.problem), until: time(delegation.until) },
        }
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/identity/certificate-request',
      id: 'requestCertificate',
      summary:
        'A request (CSR) for the authority of a federation: for the present city key, or for a new one that waits',
      description:
        'What was issued is put in place with `tongban ca install` while the node is stopped. A new key takes the place of one that waits.',
      action: 'trust.manage',
      body: z.strictObject({ newKey: z.boolean().default(false) }),
      answer: z.strictObject({ request: z.string().describe('PEM'), newKey: z.boolean() }),
      seconds: 60,
      handle: async ({ body, person }) => ({
        request: await certificate.request(body.newKey, actorOf(person)),
        newKey: body.newKey,
      }),
    })
  },
})
