import { expect, test } from 'vitest'
import { bodyOf, formOf, mainText } from './schema.ts'

const making = { language: 'zh', choices: {}, hints: new Map([['decidedOn', '来源：今天']]) } as const
const text = (maxLength: number) => ({ type: 'string', maxLength })
const DECIDE = {
  type: 'object',
  properties: {
    outcome: { type: 'string', enum: ['granted', 'denied'] },
    reason: text(4000),
    documentNo: text(100),
    decidedOn: { type: 'string', format: 'date' },
    documents: { type: 'array', items: { type: 'string' } },
  },
  required: ['outcome'],
}
const PARCEL = { type: 'object', properties: { carrier: text(50), number: text(50) }, required: ['carrier', 'number'] }
const SEND = {
  type: 'object',
  properties: {
    method: { type: 'string', enum: ['mail', 'pickup'] },
    waybill: PARCEL,
    recipient: { type: 'object', properties: { name: text(100), address: text(300) }, required: ['name', 'address'] },
    documents: { type: 'array', items: { type: 'string' } },
  },
  required: ['method'],
}

test('fields and choices have names, days and long texts their widgets, files their field', () => {
  const { uiSchema, schema } = formOf({ schema: DECIDE }, {}, { ...making, kind: 'case.decide' })
  expect(uiSchema.outcome).toMatchObject({ 'ui:title': '决定', 'ui:enumNames': ['准予', '不予'] })
  expect(uiSchema.reason).toMatchObject({ 'ui:widget': 'textarea' })
  expect(uiSchema.documentNo).not.toHaveProperty('ui:widget')
  expect(uiSchema.decidedOn).toMatchObject({ 'ui:widget': 'day', 'ui:help': '来源：今天' })
  expect(uiSchema.documents).toMatchObject({ 'ui:field': 'documents' })
  expect(schema.required).toEqual(['outcome'])
  expect(mainText({ schema: DECIDE })).toBe('reason')
})

test('a field that names packets of the case offers those, and no other', () => {
  const schema = { type: 'object', properties: { to: text(64), text: text(2000) }, required: ['to'] }
  const choices = { to: [{ value: 'p1', label: '催办 11-30' }] }
  const made = formOf({ schema }, {}, { ...making, kind: 'case.answer', choices })
  expect(made.schema.properties?.to).toMatchObject({ enum: ['p1'] })
  expect(made.uiSchema.to).toMatchObject({ 'ui:enumNames': ['催办 11-30'] })
})

test('of a result that is not mailed nothing is asked about the parcel, and nothing sent', () => {
  const data = { method: 'pickup', waybill: { carrier: 'EMS' }, recipient: { name: '陈', address: '某路' } }
  const { schema } = formOf({ schema: SEND }, data, { ...making, kind: 'case.send-result' })
  expect(Object.keys(schema.properties ?? {})).toEqual(['method', 'documents'])
  expect(bodyOf('case.send-result', { schema: SEND, defaults: {} }, data)).toEqual({ method: 'pickup' })
})

test('what was left empty is not sent; a list that is needed is, though it is empty', () => {
  const schema = { type: 'object', properties: { materials: { type: 'array' } }, required: ['materials'] }
  expect(bodyOf('case.supplement', { schema, defaults: {} }, { materials: [], note: '', form: {} })).toEqual({
    materials: [],
  })
  expect(bodyOf('case.decide', { schema: DECIDE, defaults: {} }, { outcome: 'granted', documents: [] })).toEqual({
    outcome: 'granted',
  })
})

test('what the node knew in part is not sent by itself, and is once somebody completed it', () => {
  const defaults = { method: 'mail', waybill: { carrier: 'EMS' } }
  const form = { schema: SEND, defaults }
  expect(bodyOf('case.send-result', form, defaults)).toEqual({ method: 'mail' })
  const waybill = { carrier: 'EMS', number: '1' }
  expect(bodyOf('case.send-result', form, { ...defaults, waybill })).toEqual({ method: 'mail', waybill })
})

test('a level is one of five words, and no number to be typed', () => {
  const schema = { type: 'object', properties: { level: { type: 'integer', minimum: 1, maximum: 5 } } }
  const made = formOf({ schema }, {}, { ...making, kind: 'case.evaluate' })
  expect(made.schema.properties?.level).toEqual({ type: 'integer', enum: [1, 2, 3, 4, 5] })
  expect(made.uiSchema.level).toMatchObject({ 'ui:widget': 'radio' })
  expect((made.uiSchema.level as { 'ui:enumNames': string[] })['ui:enumNames'].at(0)).toBe('非常满意')
  const copies = { type: 'object', properties: { copies: { type: 'integer', minimum: 1, maximum: 5 } } }
  expect(formOf({ schema: copies }, {}, { ...making, kind: 'case.evaluate' }).schema.properties?.copies).toMatchObject({
    maximum: 5,
  })
})
