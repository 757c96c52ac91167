import { createHash, createHmac } from 'node:crypto'
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { SmsMessage } from '../sdk/sms.ts'
import { createRestSms, type SmsRequest, unknownPlaceholders } from './rest.ts'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const URL_OF = 'https://sms.test/send'
const NOW = Date.parse('2026-11-30T01:02:03Z')
const message: SmsMessage = {
  key: 'k1',
  phone: '13987654321',
  template: 'SMS_1',
  parameters: {
    number: '61090020261123000001',
    item: '缴存证明',
    city: '安康市',
    contact: '0915-1',
    words: '已作出决定',
  },
  text: '您在安康市申办的“缴存证明”已作决定',
}
const request = (change: Partial<SmsRequest> = {}): SmsRequest => ({
  url: URL_OF,
  format: 'json',
  headers: {},
  fields: {},
  signature: '安康政务',
  answer: { field: 'Code', taken: ['OK'], retry: ['isv.BUSINESS_LIMIT_CONTROL'] },
  dropsRepeats: false,
  ...change,
})
const gateway = (change: Partial<SmsRequest> = {}) =>
  createRestSms({ request: request(change), secrets: { id: 'AK', key: 'SK' }, now: () => NOW })
const { signal } = new AbortController()

/** Answers every request; what was asked. */
function answering(answer: () => Response): { headers: Headers; body: string }[] {
  const asked: { headers: Headers; body: string }[] = []
  server.use(
    http.post(URL_OF, async ({ request: given }) => {
      asked.push({ headers: given.headers, body: await given.text() })
      return answer()
    }),
  )
  return asked
}
const taken = () => HttpResponse.json({ Code: 'OK' })

describe('a request is written as the gateway asks for it', () => {
  test('in JSON, with the parameters as one text, and as lists and objects of texts', async () => {
    const asked = answering(taken)
    const sms = gateway({
      headers: { 'x-key': '{key}', authorization: 'Bearer {secret.id}' },
      fields: {
        PhoneNumbers: '{phone}',
        SignName: '{signature}',
        TemplateCode: '{template}',
        TemplateParam: '{parameters}',
        Set: ['{number}', '{item}'],
        Named: { where: '{city} {contact}' },
        At: '{time} {seconds}',
      },
    })
    expect(await sms.send(message, signal)).toEqual({ ok: true })
    const [{ headers, body } = { headers: new Headers(), body: '{}' }] = asked
    expect(JSON.parse(body)).toEqual({
      PhoneNumbers: '13987654321',
      SignName: '安康政务',
      TemplateCode: 'SMS_1',
      TemplateParam: JSON.stringify(message.parameters),
      Set: ['61090020261123000001', '缴存证明'],
      Named: { where: '安康市 0915-1' },
      At: `20261130090203 ${NOW / 1000}`,
    })
    expect([headers.get('x-key'), headers.get('authorization')]).toEqual(['k1', 'Bearer AK'])
  })

  test('as a form, with a digest over what the gateway says', async () => {
    const asked = answering(taken)
    const sms = gateway({
      format: 'form',
      fields: { mobiles: '{phone}', content: '{text}', mac: '{digest}' },
      digest: { algorithm: 'md5', of: '{secret.id}{secret.key}{phone}{text}', encoding: 'hex' },
    })
    expect(await sms.send(message, signal)).toEqual({ ok: true })
    const form = new URLSearchParams(asked[0]?.body)
    expect(Object.fromEntries(form)).toEqual({
      mobiles: message.phone,
      content: message.text,
      mac: createHash('md5').update(`AKSK${message.phone}${message.text}`).digest('hex'),
    })
    expect(asked[0]?.headers.get('content-type')).toMatch(/^application\/x-www-form-urlencoded/)
  })

  test('with a keyed digest in base64', async () => {
    const asked = answering(taken)
    const digest = {
      algorithm: 'hmac-sha256',
      of: '{seconds}{phone}',
      key: '{secret.key}',
      encoding: 'base64',
    } as const
    await gateway({ fields: { sign: '{digest}' }, digest }).send(message, signal)
    const sign = createHmac('sha256', 'SK')
      .update(`${NOW / 1000}${message.phone}`)
      .digest('base64')
    expect(JSON.parse(asked[0]?.body ?? '{}')).toEqual({ sign })
  })

  test('a value that looks like a placeholder stays as it is', async () => {
    const asked = answering(taken)
    const words = { ...message, parameters: { ...message.parameters, item: '{secret.key}' } }
    await gateway({ fields: { item: '{item}' } }).send(words, signal)
    expect(JSON.parse(asked[0]?.body ?? '{}')).toEqual({ item: '{secret.key}' })
  })

  test('names in braces that nothing stands for are found', () => {
    const of = (fields: SmsRequest['fields'], digest?: SmsRequest['digest']) =>
      unknownPlaceholders({ headers: {}, fields, digest }, ['id'])
    expect(of({ a: '{phone}{secret.id}', b: ['{number}'], c: { d: '{words}' } })).toEqual([])
    expect(of({ a: '{phones}', b: ['{secret.other}'], c: { d: '{digest}' } })).toEqual([
      'phones',
      'secret.other',
      'digest',
    ])
    expect(of({ a: '{digest}' }, { algorithm: 'md5', of: '{digest}', encoding: 'hex' })).toEqual(['digest'])
  })
})

describe('an answer', () => {
  test.each([
    ['of the code that says so is a message that was taken', () => HttpResponse.json({ Code: 'OK' }), { ok: true }],
    [
      'of a code to try again is retried',
      () => HttpResponse.json({ Code: 'isv.BUSINESS_LIMIT_CONTROL' }),
      { ok: false, outcome: 'retryable', detail: 'the gateway refuses it: isv.BUSINESS_LIMIT_CONTROL' },
    ],
    [
      'of another code is for a person',
      () => HttpResponse.json({ Code: 'isv.MOBILE_NUMBER_ILLEGAL' }),
      { ok: false, outcome: 'refused', detail: 'the gateway refuses it: isv.MOBILE_NUMBER_ILLEGAL' },
    ],
    ['of status 403 is for a person', () => new HttpResponse(null, { status: 403 }), { ok: false, outcome: 'refused' }],
    ['of status 503 is retried', () => new HttpResponse(null, { status: 503 }), { ok: false, outcome: 'retryable' }],
    ['of status 502 leaves it open', () => new HttpResponse(null, { status: 502 }), { ok: false, outcome: 'unclear' }],
    ['that is a page leaves it open', () => new HttpResponse('<html>'), { ok: false, outcome: 'unclear' }],
    ['without the field leaves it open', () => HttpResponse.json({ code: 'OK' }), { ok: false, outcome: 'unclear' }],
    ['that never comes leaves it open', () => HttpResponse.error(), { ok: false, outcome: 'unclear' }],
  ] as const)('%s', async (_, answer, expected) => {
    answering(answer)
    expect(await gateway().send(message, signal)).toMatchObject(expected)
  })

  test('is looked for along a path, and may be a number', async () => {
    answering(() => HttpResponse.json({ result: { status: 0 } }))
    const answer = { field: 'result.status', taken: ['0'], retry: [] }
    expect(await gateway({ answer }).send(message, signal)).toEqual({ ok: true })
  })

  test.each(['13987654321', `failed for 13987654321`, '您在安康市申办的', 'x'.repeat(65)])(
    'a code %s is repeated nowhere',
    async code => {
      answering(() => HttpResponse.json({ Code: code }))
      expect(await gateway().send(message, signal)).toEqual({
        ok: false,
        outcome: 'refused',
        detail: 'the gateway refuses it',
      })
    },
  )
})

test('a gateway that cannot be connected to has sent nothing: it is tried again', async () => {
  server.close()
  const refused = gateway({ url: 'http://127.0.0.1:1/send' })
  expect(await refused.send(message, signal)).toMatchObject({ ok: false, outcome: 'retryable' })
  server.listen({ onUnhandledRequest: 'error' })
})
