/**
 * A carrier over HTTP (docs/integrator.md §6): the gateway in front of it speaks three calls of JSON.
 * `POST parcels` with `Idempotency-Key` → `{ number }`; `GET parcels/{number}` → `{ events }`; `POST parcels/{number}/cancel`.
 */
import * as z from 'zod'
import { type Carrier, type CarrierFailure, PARCEL_STATES } from '../sdk/carrier.ts'
import { type Request, send } from '../sdk/http.ts'

const LIMITS = { timeoutMs: 15_000, maxResponseBytes: 256 * 1024 }
/** Events of one parcel that are read. */
const EVENTS = 500

const Ordered = z.object({
  number: z.union([z.string(), z.int().transform(String)]).pipe(z.string().min(1).max(50)),
})
const Tracked = z.object({
  events: z
    .array(
      z.object({
        state: z.enum(PARCEL_STATES),
        at: z.iso.datetime({ offset: true }),
        place: z.string().max(200).optional(),
      }),
    )
    .max(EVENTS),
})

export function createRestCarrier({ name, url, token }: { name: string; url: string; token: string | null }): Carrier {
  const base = url.replace(/\/$/, '')
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` }

  async function ask<T>(
    request: Pick<Request, 'method'> & { path: string; key?: string; json?: object },
    schema: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<{ ok: true; value: T } | CarrierFailure> {
    const answer = await send(
      {
        method: request.method,
        url: `${base}/${request.path}`,
        headers: {
          ...headers,
          ...(request.key === undefined ? {} : { 'idempotency-key': request.key }),
          ...(request.json === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(request.json === undefined ? {} : { body: JSON.stringify(request.json) }),
      },
      LIMITS,
      signal,
    )
    if (!answer.ok) return { ok: false, detail: `the carrier does not answer: ${answer.why}`, retryable: true }
    if (answer.status < 200 || answer.status > 299) {
      const retryable = answer.status >= 500 || answer.status === 429 || answer.status === 408
      return { ok: false, detail: `the carrier answers with status ${answer.status}`, retryable }
    }
    if (answer.unreadable !== null) return { ok: false, detail: "the carrier's answer cannot be read", retryable: true }
    const parsed = schema.safeParse(answer.body ?? {})
    return parsed.success
      ? { ok: true, value: parsed.data }
      : { ok: false, detail: "the carrier's answer has another form", retryable: true }
  }

  const at = (number: string): string => `parcels/${encodeURIComponent(number)}`

  return {
    name,
    async order({ key, ...order }, signal) {
      const made = await ask({ method: 'POST', path: 'parcels', key, json: order }, Ordered, signal)
      return made.ok ? { ok: true, number: made.value.number } : made
    },
    async track(number, signal) {
      const read = await ask({ method: 'GET', path: at(number) }, Tracked, signal)
      return read.ok ? { ok: true, events: read.value.events } : read
    },
    async cancel(number, signal) {
      const done = await ask({ method: 'POST', path: `${at(number)}/cancel` }, z.unknown(), signal)
      return done.ok ? { ok: true } : done
    },
  }
}
