/** A system of the police's kind: SOAP 1.1, scans in base64 within the envelope, answers by page. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { jsonOfXml, readXml } from '../../adapters/sdk/index.ts'
import { createOffice } from './office.ts'
import type { System } from './systems.ts'

const LICENCE = 'licence-of-the-example'
const PAGE = 10
/** longer than the scans of the example; a caller of more is cut off */
const BODY_BYTES = 4 * 1024 * 1024

type Call = Record<string, string | undefined>

export async function startSoapSystem(): Promise<System> {
  const office = createOffice('HZ')

  function answer(operation: string, call: Call): string {
    if (call.licence !== LICENCE) return '<code>-50</code>'
    const { key, number = '', after } = call
    if (operation === 'register' && key !== undefined) return `<code>0</code><number>${office.register(key)}</number>`
    if (operation === 'message' && key !== undefined) {
      office.hear(key, number)
      return '<code>0</code>'
    }
    if (operation !== 'answers') return '<code>-1</code>'
    const from = Number(after)
    const page = office.answers.slice(from, from + PAGE)
    const told = page.map(
      one => `<answer><no>${one.no}</no><number>${one.number}</number><step>${one.step}</step></answer>`,
    )
    return `<code>0</code>${told.join('')}<next>${from + page.length}</next>`
  }

  const server = createServer((request, response) => {
    textOf(request)
      .then(text => {
        const read = readXml(text)
        if (!read.ok) throw new Error(read.fault)
        const { Body } = jsonOfXml(read.root) as { Body: Record<string, Call> }
        const [[operation, call] = ['', {}]] = Object.entries(Body)
        const body = `<Result xmlns="urn:example:approval">${answer(operation, call)}</Result>`
        response.writeHead(200, { 'content-type': 'text/xml; charset=utf-8' })
        response.end(
          `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${body}</s:Body></s:Envelope>`,
        )
      })
      .catch(() => request.socket.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/Approval`
  return {
    adapter: { kind: 'soap', mapping: 'soap.json', baseUrl: url, secrets: { licence: { env: 'LICENCE' } } },
    env: { LICENCE },
    effects: async () => office.effects(),
    stop: () =>
      new Promise(resolve => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength
    if (bytes > BODY_BYTES) throw new Error('too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
