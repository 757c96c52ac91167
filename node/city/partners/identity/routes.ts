/** HTTP routes of the own identity: what it is, and the rotation of its packet key. */
import * as z from 'zod'
import { DivisionCode, KeyId, Sha256 } from '../../../../protocol/primitives.ts'
import { actorOf, type RouteModule, Time, time } from '../../../edges/http/route.ts'
import type { NodeIdentity } from '../../../spine/trust/identity.ts'

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

export type Reach = {
  peer: string
  addresses(): string[]
  /** partners whose relay this node uses, and how many it relays for */
  relays(): { used: { partner: string; reserved: boolean }[]; relayed: number }
}

export const identityRoutes = (identity: NodeIdentity, host: Reach): RouteModule => ({
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
  },
})
