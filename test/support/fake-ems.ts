/** A carrier's gateway (寄递网关) as msw handlers: orders once per key, knows where each parcel is, and fails when told to. */
import { HttpResponse, http } from 'msw'
import type { ParcelEvent } from '../../adapters/sdk/carrier.ts'

export const EMS = 'http://ems.test/gateway'
export const EMS_TOKEN = 'ems-secret'

export function fakeEms() {
  const byKey = new Map<string, string>()
  const ways = new Map<string, ParcelEvent[]>()
  const orders: { key: string; order: unknown }[] = []
  /** statuses that the next requests get in place of an answer; `lost`: done, and the answer is lost */
  const faults: (number | 'lost')[] = []
  const requests: string[] = []

  const within = (request: Request, work: () => Response): Response => {
    requests.push(`${request.method} ${new URL(request.url).pathname}`)
    if (request.headers.get('authorization') !== `Bearer ${EMS_TOKEN}`) return new HttpResponse(null, { status: 401 })
    const fault = faults.shift()
    if (typeof fault === 'number') return new HttpResponse(null, { status: fault })
    const answer = work()
    return fault === 'lost' ? HttpResponse.error() : answer
  }

  const handlers = [
    http.post(`${EMS}/parcels`, async ({ request }) => {
      const order: unknown = await request.json()
      return within(request, () => {
        const key = request.headers.get('idempotency-key') ?? ''
        const known = byKey.get(key)
        if (known !== undefined) return HttpResponse.json({ number: known })
        const number = `EZ${String(byKey.size + 1).padStart(9, '0')}CN`
        byKey.set(key, number)
        ways.set(number, [])
        orders.push({ key, order })
        return HttpResponse.json({ number }, { status: 201 })
      })
    }),
    http.get(`${EMS}/parcels/:number`, ({ request, params }) =>
      within(request, () => HttpResponse.json({ events: ways.get(String(params.number)) ?? [] })),
    ),
    http.post(`${EMS}/parcels/:number/cancel`, ({ request, params }) =>
      within(request, () => {
        const way = ways.get(String(params.number))
        return new HttpResponse(null, { status: way === undefined || way.length > 0 ? 409 : 204 })
      }),
    ),
  ]

  return {
    handlers,
    orders,
    faults,
    requests,
    /** Something happens to the only parcel, or to the one named. */
    happens(event: ParcelEvent, number = [...ways.keys()].at(-1) ?? ''): void {
      ways.get(number)?.push(event)
    },
  }
}
