/** An approval system in a process of its own, as small as one can be: it remembers each key and gives a number for it, by JSON or by SOAP. */
import { answer } from './child.ts'

const numbers = new Map<string, string>()
const numberOf = (key: string): string => {
  const known = numbers.get(key)
  if (known !== undefined) return known
  const number = `SY${String(numbers.size + 1).padStart(10, '0')}`
  numbers.set(key, number)
  return number
}

/** ms that a system in use takes at least for what is asked under `/slow` */
const SLOW = 5

async function register(request: Request): Promise<Response> {
  const key = request.headers.get('idempotency-key') ?? ''
  const { pathname } = new URL(request.url)
  if (pathname.startsWith('/slow/')) await Bun.sleep(SLOW)
  if (!pathname.endsWith('/soap')) {
    await request.json()
    return Response.json({ code: '0', number: numberOf(key) })
  }
  await request.text()
  const body = `<r:registerResponse xmlns:r="urn:approval"><code>0</code><number>${numberOf(key)}</number></r:registerResponse>`
  return new Response(
    `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${body}</s:Body></s:Envelope>`,
    { headers: { 'content-type': 'text/xml; charset=utf-8' } },
  )
}

answer({
  start: async () => ({ url: Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: register }).url.href }),
  /** how many effects there are */
  effects: async () => numbers.size,
})
