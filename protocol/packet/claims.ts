/** The claims of a packet (数据包): what one city says to another, small enough to keep for ever. SPEC.md §2.2. */
import * as z from 'zod'
import { LIMITS } from '../limits.ts'
import { PACKET_ALG, PROTOCOL_VERSION, TYP } from '../names.ts'
import { Commitment, DivisionCode, KeyId, Seconds, Sha256, ThreadId } from '../primitives.ts'

/** Header of everything signed with a delegated key: exactly these three parameters. */
export const JwsHeader = z.strictObject({ alg: z.literal(PACKET_ALG), typ: z.enum(TYP), kid: KeyId })

export const PacketClaims = z.strictObject({
  v: z.literal(PROTOCOL_VERSION),
  iss: DivisionCode.describe('division code of the city that signed'),
  aud: DivisionCode.describe('division code of the city that it is for'),
  thread: ThreadId,
  kind: z
    .string()
    .max(64)
    .regex(/^[a-z]+\.[a-z]+(-[a-z]+)*$/)
    .describe('what it says, such as case.submit'),
  seq: z
    .number()
    .int()
    .min(1)
    .max(Number.MAX_SAFE_INTEGER)
    .describe("place in the issuer's chain of this thread, from 1"),
  prev: Sha256.nullable().describe("id of the issuer's previous packet of this thread"),
  seen: Sha256.nullable().describe('id of the last packet of the other chain that the issuer had applied'),
  iat: Seconds.describe('time of signing'),
  agreement: Sha256.optional().describe('id of the agreement under which a case begins'),
  body: Commitment.describe('the body that travels beside the packet'),
  materials: z.array(Commitment).max(LIMITS.materialsPerPacket),
})
export type PacketClaims = z.infer<typeof PacketClaims>

/**
 * A packet whose bytes are known; `body` is null when it was purged or has not been read. `receivedAt` (seconds) is the `iat` of the
 * first receipt by which the other city says that it stored it: absent or null while there is none.
 */
export type Packet = { id: Sha256; claims: PacketClaims; body: unknown; receivedAt?: number | null }
