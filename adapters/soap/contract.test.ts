/**
 * A system of the police's kind (KSTBService), connected by `police.json` alone: two texts a call, a package in CDATA, answers in
 * GB 18030 that hold another document, codes per record, materials as records, no idempotency keys but a look-up.
 */
import { createHash } from 'node:crypto'
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adapterContract, type ContractSubject, type OutsideSystem } from '../sdk/contract.ts'
import { encode, jsonOfXml, readXml } from '../sdk/index.ts'
import { sampleMaterial, sampleSubmit, testContext } from '../sdk/test-kit.ts'
import MAPPING from './police.json' with { type: 'json' }
import { createSoapAdapter } from './soap.ts'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterAll(() => server.close())

/** A busy machine is not to be taken for a system that is silent. */
const CONFIG = { ...MAPPING, timeoutMs: 600_000 }
const SECRETS = { licence: 'LIC<1>&' }

type Json = Record<string, unknown>
const fields = (text: string): Json => {
  const read = readXml(text)
  if (!read.ok) throw new Error(read.fault)
  return jsonOfXml(read.root) as Json
}
const listOf = (value: unknown): Json[] => (value === undefined ? [] : [value].flat()) as Json[]

class Police {
  readonly cases = new Map<string, string>()
  readonly packages: { heads: string; data: Json }[] = []
  readonly files = new Set<string>()
  readonly answers: { sid: string; lsh: string; bz: string; nr: string }[] = []
  readonly uploads = new Map<string, PromiseWithResolvers<void>>()
  readonly garbled = new Set<string>()
  gates = { outage: false, refuse: false, drop: false, garble: false, long: false, hang: false }
  spoil: 'page' | 'empty' | 'cut' | null = null
  held: { reached: PromiseWithResolvers<void>; released: PromiseWithResolvers<void> } | null = null
  /** codes of the records of the next package */
  codes: readonly string[] | null = null
  #serial = 0

  number(n: number): string {
    return this.gates.long ? String(202_611_300_000_000_000n + BigInt(n)) : `YY-${n}`
  }

  upload(sha256: string): PromiseWithResolvers<void> {
    const known = this.uploads.get(sha256) ?? Promise.withResolvers<void>()
    this.uploads.set(sha256, known)
    return known
  }

  /** Within an envelope, in GB 18030 without saying so in the head. */
  say(inner: string, status = 200): Response {
    const text = `<?xml version="1.0" encoding="GB18030"?><S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><ns2:R xmlns:ns2="http://service.kstb.zagl/"><return><![CDATA[<?xml version="1.0" encoding="GBK"?><RESULT>${inner}</RESULT>]]></return></ns2:R></S:Body></S:Envelope>`
    return new HttpResponse(encode(text, 'gb18030'), { status, headers: { 'content-type': 'text/xml' } })
  }

  /** The call's name and its two texts; what it holds of files is noticed as it comes. */
  async read(request: Request): Promise<{ method: string; first: string; second: string }> {
    const chunks: Uint8Array[] = []
    for await (const chunk of request.body ?? []) {
      chunks.push(chunk)
      for (const [, sha256] of Buffer.from(chunk)
        .toString('latin1')
        .matchAll(/sid="([\da-f]{64})"/g))
        this.upload(sha256 ?? '').resolve()
    }
    const text = new TextDecoder('gb18030' as 'utf-8', { fatal: true }).decode(Buffer.concat(chunks))
    const [method, call] = Object.entries(fields(text).Body as Json)[0] ?? []
    const { arg0, arg1 } = call as Record<string, string>
    return { method: method ?? '', first: arg0 ?? '', second: arg1 ?? '' }
  }

  async serve(request: Request): Promise<Response> {
    if (this.gates.outage) return new HttpResponse('<html>502</html>', { status: 502 })
    let call: Awaited<ReturnType<Police['read']>>
    try {
      call = await this.read(request)
    } catch {
      return HttpResponse.error()
    }
    if (call.first !== SECRETS.licence) return this.say('<CODE>-50</CODE><MSG>授权码无效</MSG>')
    if (call.method === 'ZAGL_KSTB_JSFW') return this.take(request, call.second)
    if (this.gates.hang) await new Promise(() => {})
    if (call.method === 'ZAGL_KSTB_CXFW') {
      const number = this.cases.get(call.second)
      return this.say(`<CODE>0</CODE>${number === undefined ? '' : `<LSH>${number}</LSH>`}`)
    }
    const from = Number(call.second)
    const page = this.answers.slice(from, from + 2)
    const entries = page.map(({ sid, lsh, bz, nr }) => {
      const step = this.gates.garble || this.garbled.has(lsh) ? '欧阳金丝雀' : bz
      return `<FK sid="${sid}"><LSH>${lsh}</LSH><BZ>${step}</BZ><NR>${nr}</NR></FK>`
    })
    return this.say(`<CODE>0</CODE>${entries.join('')}<XYTM>${from + page.length}</XYTM>`)
  }

  async take(request: Request, text: string): Promise<Response> {
    if (this.held !== null) {
      const { reached, released } = this.held
      this.held = null
      reached.resolve()
      await released.promise
      if (request.signal.aborted) return HttpResponse.error()
    }
    const { PACKAGEHEAD: head, DATA: data } = fields(text) as { PACKAGEHEAD: Json; DATA: Json }
    const record = data.RECORD as Record<string, string>
    const sid = record['@sid'] ?? ''
    if (this.gates.refuse) {
      this.gates.refuse = false
      return this.say(`<CODE>-1</CODE><MSG>${record.SQR_XM}${record.SQR_GMSFHM}</MSG>`)
    }
    if (this.gates.hang) await new Promise(() => {})
    const codes = this.codes
    this.codes = null
    if (codes?.some(code => code !== '0'))
      return this.say(
        `<CODE>0</CODE>${codes.map((code, n) => `<RECORD no="${n + 1}"><CODE>${code}</CODE></RECORD>`).join('')}`,
      )
    for (const { '@sid': sha256, CLNR: content } of listOf(data.KSTB_CLXX)) {
      const hash = createHash('sha256')
        .update(Buffer.from(String(content), 'base64'))
        .digest('hex')
      if (hash !== sha256) return this.say('<CODE>-904</CODE>')
      this.files.add(hash)
    }
    this.packages.push({ heads: Object.keys(head).join(' '), data })
    const number = record.LSH ?? this.number(++this.#serial)
    // It keeps no keys: a second call is a second effect.
    this.cases.set(this.cases.has(sid) ? `${sid} again` : sid, number)
    if (this.gates.drop) {
      this.gates.drop = false
      return HttpResponse.error()
    }
    const how = this.spoil
    this.spoil = null
    if (how === 'page') return new HttpResponse('<html><body>登录</body></html>')
    if (how !== null) return new HttpResponse(how === 'cut' ? '<S:Envelope xmlns:S="http://schemas' : '')
    return this.say(`<CODE>0</CODE><LSH>${number}</LSH><RECORD no="1"><CODE>0</CODE></RECORD>`)
  }

  system(): OutsideSystem {
    const { garbled, gates } = this
    return {
      effects: async key => [...this.cases.keys()].filter(sid => sid.startsWith(key)).length,
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
        this.held = hold
        return { reached: hold.reached.promise, release: async () => hold.released.resolve() }
      },
      uploadBegun: sha256 => this.upload(sha256).promise,
      holds: async sha256 => this.files.has(sha256),
      say: async (lsh, text) => {
        const n = this.answers.length
        const bz = text === undefined && n % 2 === 0 ? 'SL' : 'XX'
        this.answers.push({ sid: this.number(1000 + n), lsh, bz, nr: text ?? '请等候' })
      },
      spoilNextAnswer: async how => {
        this.spoil = how
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
      pageSize: 2,
      garbleCase: async (number, on) => {
        if (on) garbled.add(number)
        else garbled.delete(number)
      },
    }
  }
}

function begin() {
  const police = new Police()
  server.resetHandlers(http.post(CONFIG.baseUrl, ({ request }) => police.serve(request)))
  const another = () => createSoapAdapter({ config: CONFIG, secrets: SECRETS })
  return { police, another }
}

async function make(): Promise<ContractSubject> {
  const { police, another } = begin()
  return { adapter: another(), another, system: police.system(), stop: async () => server.resetHandlers() }
}

adapterContract('soap, a system of the police by mapping alone', make, { outside: true })

describe('a package', () => {
  const { context } = testContext()

  test('has the head in its order, a record and its materials, and no value becomes markup', async () => {
    const { police, another } = begin()
    const material = sampleMaterial('scan')
    const submit = sampleSubmit('package', [material])
    const name = '<XM>]]>&"欧阳\u{20BB7}'
    const body = { ...submit.body, applicant: { ...(submit.body.applicant as object), name } }
    expect(await another().deliver({ ...submit, body }, context)).toEqual({ ok: true, localCaseNo: 'YY-1' })
    const [sent] = police.packages
    expect(sent?.heads).toBe(
      'BBH FSDW_SJGSDWDM FSDW_SJGSDWMC JSDW_SJGSDWDM JSDW_SJGSDWMC ZAGLYWFLDM YWXTBH YWXTQYFW FSSJ',
    )
    expect(sent?.data).toMatchObject({
      RECORD: { '@no': '1', '@sid': submit.idempotencyKey, SQR_XM: name, SQSJ: '20261102090000' },
      KSTB_CLXX: { '@no': '1', '@sid': material.sha256, CLBM: 'M01' },
    })
  })

  test('is refused when one of its records is, which is named', async () => {
    const { police, another } = begin()
    police.codes = ['0', '-902', '-904']
    expect(await another().deliver(sampleSubmit('records'), context)).toEqual({
      ok: false,
      code: 'adapter.refused',
      retryable: false,
      detail:
        'register: 2 of 3 records; record 2, error -902: 公民身份号码有误 / the identity number is wrong; record 3, error -904: 材料有误 / a material is wrong',
    })
    expect(police.packages).toHaveLength(0)
  })

  test('waits for a person when the licence is not valid', async () => {
    begin()
    const adapter = createSoapAdapter({ config: CONFIG, secrets: { licence: 'other' } })
    const refused = 'HTTP 200, error -50: 授权码无效 / the licence is not valid'
    expect(await adapter.deliver(sampleSubmit('licence'), context)).toMatchObject({
      code: 'adapter.refused',
      detail: `register.lookup: ${refused}`,
    })
    expect(await adapter.check(context)).toEqual({ ok: false, detail: 'check: HTTP 200' })
  })
})
