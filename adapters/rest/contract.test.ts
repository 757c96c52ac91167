import { createHash } from 'node:crypto'
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, beforeAll } from 'vitest'
import { adapterContract, type ContractSubject, type OutsideSystem } from '../sdk/contract.ts'
import type { RestConfigInput } from './config.ts'
import { createRestAdapter } from './rest.ts'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterAll(() => server.close())

/** A system that speaks plain REST: statuses tell how it went, 409 names the case that is there. */
const config: RestConfigInput = {
  baseUrl: 'https://approval.test/api/',
  auth: { scheme: 'header', name: 'x-api-key', secret: 'key' },
  // A busy machine is not to be taken for a system that is silent: what hangs here is ended by its signal.
  timeoutMs: 600_000,
  dictionaries: { step: { codes: { 'case.accept': 'SL', 'case.message': 'XX', 'case.decide': 'JD' } } },
  register: {
    path: '/cases',
    body: { number: 'caseNo', name: 'body.applicant.name', files: '[materials.sha256]' },
    response: { localCaseNo: 'number', error: 'error' },
  },
  packets: {
    'case.withdraw': { path: '/cases/{localCaseNo}/withdrawal', body: { reason: 'body.reason' } },
    'case.supplement': { path: '/cases/{localCaseNo}/supplement', body: { note: 'body.note' } },
    'case.remind': { path: '/cases/{localCaseNo}/reminder', body: { text: 'body.text' } },
    'case.message': { path: '/cases/{localCaseNo}/message', body: { text: 'body.text' } },
  },
  materials: { method: 'POST', path: '/files/{sha256}' },
  events: {
    path: '/answers?from={cursor}',
    start: 'begin',
    list: 'answers',
    each: {
      id: 'id',
      localCaseNo: 'number',
      kind: "$ours('step', step)",
      body: {
        'case.accept': { acceptanceNo: "'SL-' & id" },
        'case.message': { text: 'text' },
        'case.decide': { outcome: "'granted'", documentNo: "'十审决字〔2026〕1号'", documents: '[file]' },
      },
    },
    cursor: 'next',
    files: { path: '/results/{file}' },
  },
}

/** answers that it gives at a time */
const PAGE = 2

async function make(): Promise<ContractSubject> {
  const effects = new Map<string, string>()
  const files = new Set<string>()
  const uploads = new Map<string, PromiseWithResolvers<void>>()
  const answers: { id: string; number: string; step: string; text: string; file?: string }[] = []
  const results = new Map<string, Uint8Array<ArrayBuffer>>()
  const gates = { outage: false, refuse: false, drop: false, garble: false, long: false, hang: false }
  const garbled = new Set<string>()
  let spoil: 'page' | 'empty' | 'cut' | null = null
  /** As a Java system writes a `Long`: numbers of many digits are no text. */
  const json = (body: object, status = 200) =>
    new HttpResponse(JSON.stringify(body).replaceAll(/"(\d{16,})"/g, '$1'), {
      status,
      headers: { 'content-type': 'application/json' },
    })
  const LONG = 202_611_300_000_000_000n
  let held: { reached: PromiseWithResolvers<void>; released: PromiseWithResolvers<void> } | null = null
  const upload = (sha256: string) => {
    const known = uploads.get(sha256) ?? Promise.withResolvers<void>()
    uploads.set(sha256, known)
    return known
  }

  async function packet(request: Request, status: number, number: string): Promise<Response> {
    const key = request.headers.get('idempotency-key')
    const body = await request.text()
    if (key === null) return HttpResponse.json({ error: 'E1' }, { status: 400 })
    if (gates.outage) return HttpResponse.text(`busy with ${body}`, { status: 502 })
    if (held !== null) {
      const { reached, released } = held
      held = null
      reached.resolve()
      await released.promise
      if (request.signal.aborted) return HttpResponse.error()
    }
    if (gates.refuse) {
      gates.refuse = false
      return HttpResponse.json({ error: `wrong: ${body}` }, { status: 422 })
    }
    if (gates.hang) await new Promise(() => {})
    const known = effects.get(key)
    if (known === undefined) effects.set(key, number)
    if (gates.drop) {
      gates.drop = false
      return HttpResponse.error()
    }
    const how = spoil
    spoil = null
    if (how === 'page') return new HttpResponse('<html>登录</html>', { status })
    if (how !== null) return new HttpResponse(how === 'cut' ? '{"number":"YY' : '', { status })
    return known === undefined ? json({ number }, status) : json({ number: known }, 409)
  }

  let serial = 0
  server.resetHandlers(
    http.post('https://approval.test/api/cases', ({ request }) =>
      packet(request, 201, gates.long ? String(LONG + BigInt(++serial)) : `YY-${++serial}`),
    ),
    http.post('https://approval.test/api/cases/:number/:later', async ({ request, params }) => {
      const answer = await packet(request, 200, String(params.number))
      return answer.status === 409 ? new HttpResponse(null, { status: 204 }) : answer
    }),
    http.post('https://approval.test/api/files/:sha256', async ({ request, params }) => {
      const sha256 = String(params.sha256)
      if (gates.outage) return new HttpResponse(null, { status: 502 })
      const hash = createHash('sha256')
      try {
        for await (const chunk of request.body ?? []) {
          hash.update(chunk)
          upload(sha256).resolve()
        }
      } catch {
        return HttpResponse.error()
      }
      if (hash.digest('hex') !== sha256) return new HttpResponse(null, { status: 400 })
      files.add(sha256)
      return new HttpResponse(null, { status: 201 })
    }),
    http.get('https://approval.test/api/answers', ({ request }) => {
      if (gates.outage) return new HttpResponse(null, { status: 502 })
      if (gates.hang) return new Promise<never>(() => {})
      const from = new URL(request.url).searchParams.get('from') ?? ''
      const begin = from === 'begin' ? 0 : Number(from.length > 10 ? BigInt(from) - LONG : from)
      const page = answers.slice(begin, begin + PAGE)
      const next = begin + page.length
      return json({
        answers: page.map(answer =>
          gates.garble || garbled.has(answer.number) ? { ...answer, step: '欧阳金丝雀' } : answer,
        ),
        next: gates.long ? String(LONG + BigInt(next)) : next,
      })
    }),
    http.get('https://approval.test/api/results/:file', ({ params }) => {
      const bytes = results.get(String(params.file))
      return bytes === undefined ? new HttpResponse(null, { status: 404 }) : new HttpResponse(bytes)
    }),
    http.get('https://approval.test/api/', () =>
      gates.hang ? new Promise<never>(() => {}) : new HttpResponse(null, { status: gates.outage ? 502 : 404 }),
    ),
  )

  const idOf = (n: number) => (gates.long ? String(LONG + BigInt(n)) : `A${n}`)
  const system: OutsideSystem = {
    effects: async key => (effects.has(key) ? 1 : 0),
    outage: async on => {
      gates.outage = on
    },
    refuseNext: async () => {
      gates.refuse = true
    },
    dropNextAnswer: async () => {
      gates.drop = true
    },
    holdNext: async () => {
      const hold = { reached: Promise.withResolvers<void>(), released: Promise.withResolvers<void>() }
      held = hold
      return { reached: hold.reached.promise, release: async () => hold.released.resolve() }
    },
    uploadBegun: sha256 => upload(sha256).promise,
    holds: async sha256 => files.has(sha256),
    say: async (number, text) => {
      const step = text === undefined && answers.length % 2 === 0 ? 'SL' : 'XX'
      answers.push({ id: idOf(answers.length), number, step, text: text ?? '请等候' })
    },
    sayWithFile: async (number, bytes) => {
      const file = `F${results.size}`
      results.set(file, bytes)
      answers.push({ id: idOf(answers.length), number, step: 'JD', text: '', file })
    },
    spoilNextAnswer: async how => {
      spoil = how
    },
    longNumbers: async () => {
      gates.long = true
    },
    hang: async on => {
      gates.hang = on
    },
    garbleEvents: async on => {
      gates.garble = on
    },
    garbleCase: async (number, on) => {
      if (on) garbled.add(number)
      else garbled.delete(number)
    },
    pageSize: PAGE,
  }
  const another = () => createRestAdapter({ config, secrets: { key: 'k-1' } })
  return { adapter: another(), another, system, stop: async () => server.resetHandlers() }
}

adapterContract('rest, through msw', make, { outside: true })
