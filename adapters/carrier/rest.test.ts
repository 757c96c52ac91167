import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createRestCarrier } from './rest.ts'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const carrier = createRestCarrier({ name: 'EMS', url: 'https://gateway.test', token: 't' })
const place = { name: '王五', phone: '13800000000', address: '人民路 1 号' }
const order = { key: 'k', from: place, to: place, payer: 'sender', contents: ['文件'] } as const
const { signal } = new AbortController()

function answering(body: string, status = 200): void {
  const answer = () => new HttpResponse(body, { status, headers: { 'content-type': 'application/json' } })
  server.use(
    http.post('https://gateway.test/parcels', answer),
    http.post('https://gateway.test/parcels/:n/cancel', answer),
  )
}

test.each([
  ['"EZ123456789CN"', 'EZ123456789CN'],
  ['1234567890123', '1234567890123'],
  ['9007199254740993', '9007199254740993'],
  ['202611300000000123456789', '202611300000000123456789'],
])('the number %s of a waybill keeps every digit', async (written, number) => {
  answering(`{"number":${written}}`)
  expect(await carrier.order(order, signal)).toEqual({ ok: true, number })
})

test.each(['1.5', 'null', '""', '{"a":1}'])('%s is no number of a waybill', async written => {
  answering(`{"number":${written}}`)
  expect(await carrier.order(order, signal)).toMatchObject({ ok: false, retryable: true })
})

test.each(['<html>login</html>', '{"number":"EZ1'])('%s at HTTP 200 is no answer, and no cancellation', async body => {
  answering(body)
  const unread = { ok: false, detail: "the carrier's answer cannot be read", retryable: true }
  expect(await carrier.order(order, signal)).toEqual(unread)
  expect(await carrier.cancel('EZ1', signal)).toEqual(unread)
  answering('')
  expect(await carrier.cancel('EZ1', signal)).toEqual({ ok: true })
})
