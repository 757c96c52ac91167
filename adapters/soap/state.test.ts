/** A service that tells how a case stands and nothing of how it came there, asked case by case in envelopes: held to the contract of such systems. */
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type ContractSubject, runContractTest } from '../sdk/conformance.ts'
import { STATES } from '../sdk/conformance-state.ts'
import { jsonOfXml, readXml, SOAP_NAMESPACES } from '../sdk/index.ts'
import type { SoapConfigInput } from './config.ts'
import { createSoapAdapter } from './soap.ts'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const URL = 'https://approval.test/ws/case'
const CONFIG: SoapConfigInput = {
  baseUrl: URL,
  auth: { scheme: 'none' },
  timeoutMs: 600_000,
  namespaces: { c: 'urn:case' },
  dictionaries: { status: { codes: { 'case.accept': '20', 'case.progress': '30' }, incoming: { '10': null } } },
  register: { body: '<c:add/>', response: { localCaseNo: 'added.no' } },
  cases: {
    body: '<c:status><c:no>{{ localCaseNo }}</c:no></c:status>',
    ok: "stands.code = '0'",
    each: {
      id: 'stands.status',
      kind: "$ours('status', stands.status)",
      body: { 'case.accept': {}, 'case.progress': { step: "'审核'" } },
    },
  },
}

async function make(): Promise<ContractSubject> {
  const statuses = new Map<string, string>()
  const say = (inner: string) =>
    new HttpResponse(
      `<S:Envelope xmlns:S="${SOAP_NAMESPACES['1.1']}"><S:Body xmlns:n="urn:case">${inner}</S:Body></S:Envelope>`,
      { headers: { 'content-type': 'text/xml; charset=utf-8' } },
    )
  server.use(
    http.post(URL, async ({ request }) => {
      const read = readXml(await request.text())
      const { Body } = (read.ok ? jsonOfXml(read.root) : {}) as { Body: { status?: { no: string } } }
      if (Body.status !== undefined)
        return say(`<n:stands><n:code>0</n:code><n:status>${statuses.get(Body.status.no) ?? ''}</n:status></n:stands>`)
      const no = `N-${statuses.size + 1}`
      statuses.set(no, '10')
      return say(`<n:added><n:no>${no}</n:no></n:added>`)
    }),
  )
  const another = () => createSoapAdapter({ config: CONFIG, secrets: {} })
  const stand = async (no: string, state: 'accepted' | 'progress' | 'unknown') => {
    statuses.set(no, { accepted: '20', progress: '30', unknown: '77' }[state])
  }
  return { adapter: another(), another, system: { stand }, stop: async () => {} }
}

test.each(STATES.map(one => [one.name, one] as const))('%s', async (_, one) => {
  expect(await runContractTest(one, make, { outside: true })).toMatchObject({ outcome: 'proved', why: null })
})
