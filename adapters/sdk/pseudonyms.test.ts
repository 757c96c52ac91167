import { describe, expect, test } from 'vitest'
import { readCreditCode } from '../../protocol/codes/credit-code.ts'
import { readResidentId } from '../../protocol/codes/resident-id.ts'
import { encode } from './charsets.ts'
import { createPseudonyms } from './pseudonyms.ts'
import { CANARIES, sampleMaterial, samplePacket, sampleSubmit } from './test-kit.ts'

const KEY = new Uint8Array(32).fill(5)
const [ID, PHONE, NAME, ADDRESS, FILE] = CANARIES
const make = (words: string[] = [], keep: string[] = []) => createPseudonyms(KEY, { words, keep })
const submit = sampleSubmit('one', [sampleMaterial('one')])
type Applicant = { name: string; idNumber: string; phone: string; address: string }
const applicantOf = (body: Record<string, unknown>) => body.applicant as Applicant

/** Every form in which something of the person may stand. */
const REMAINS = [
  ...CANARIES,
  '结婚证-金丝雀',
  ID.slice(0, 17),
  ID.slice(6, 14),
  ID.slice(8),
  '1990-03-07',
  '1990年3月7日',
  PHONE.slice(3),
  '欧阳',
  '金丝雀',
  '茅箭区',
  ...[ID, PHONE, NAME, ADDRESS].flatMap(text => [
    Buffer.from(text).toString('base64'),
    encodeURIComponent(text),
    JSON.stringify(text).replaceAll(/[\u0100-\uffff]/g, one => `\\u${one.charCodeAt(0).toString(16)}`),
  ]),
]
const remains = (text: string) =>
  REMAINS.filter(one => text.toLowerCase().includes(one.toLowerCase().replaceAll('"', '')))

describe('a packet', () => {
  test('is of nobody, and as it was in form: length, script, check digits, sex, endings of files', () => {
    const made = make().body(submit.body)
    const { name, idNumber, phone, address } = applicantOf(made)
    expect(remains(JSON.stringify(made))).toEqual([])
    expect(readResidentId(idNumber)).not.toBeNull()
    expect(idNumber).toMatch(/^99/)
    const woman = applicantOf(make().body({ applicant: { name: NAME, idNumber: '11010119800101002X' } })).idNumber
    expect(readResidentId(woman)).toMatchObject({ sex: 'female' })
    expect(phone).toMatch(/^1\d{10}$/)
    expect(name).toMatch(/^\p{Script=Han}{5}$/u)
    expect([...address]).toHaveLength([...ADDRESS].length)
    expect(made).toMatchObject({
      item: submit.body.item,
      mode: 1,
      applicant: { type: '1', idType: '111' },
      form: { copies: 2, holder: name },
      receivedAt: '2026-11-02T09:00:00+08:00',
      window: '跨省通办 3 号窗口',
      materials: [{ code: 'M01', form: 'copy', name: expect.stringMatching(/\.pdf$/) }],
    })
  })

  test('has the same pseudonym for the same value, in each of its packets, and another under another key', () => {
    const pseudonyms = make()
    const first = applicantOf(pseudonyms.body(submit.body))
    const later = pseudonyms.body(samplePacket(submit, 'case.supplement', 'L-1').body)
    expect(later.note).toContain(first.name)
    expect(applicantOf(make().body(submit.body))).toEqual(first)
    const other = createPseudonyms(new Uint8Array(32).fill(6), { words: [] })
    expect(applicantOf(other.body(submit.body))).not.toEqual(first)
  })

  test('keeps codes of forms, words that were named and fields that were, and never what is known of a person', () => {
    const body = {
      form: { purpose: '出国留学', kind: '01', level: '二级', income: 8300, born: '1990-03-07', who: NAME },
      applicant: { name: NAME, idNumber: ID },
    }
    const made = make(['出国留学', NAME], ['level', 'who']).body(body).form as Record<string, unknown>
    expect(made).toMatchObject({ purpose: '出国留学', kind: '01', level: '二级' })
    expect(made.income).not.toBe(8300)
    expect(made.born).toMatch(/^\d{4}-\d\d-\d\d$/)
    expect(
      remains(
        JSON.stringify(
          make(['出国留学', NAME], ['level']).body({ applicant: { name: NAME, idNumber: ID }, form: body.form }),
        ),
      ),
    ).toEqual([])
  })

  test.each([
    ['an organisation', '91350100M000100Y43'],
    ['one that is no number of a table', 'G12345678'],
  ])('of %s keeps the form of its number', (_, idNumber) => {
    const made = applicantOf(make().body({ applicant: { name: '某公司', idNumber } })).idNumber
    expect(made).not.toBe(idNumber)
    expect(made).toHaveLength(idNumber.length)
    expect(readCreditCode(made) === null).toBe(readCreditCode(idNumber) === null)
  })
})

describe('an exchange', () => {
  const told = (text: string, words: string[] = []) => {
    const pseudonyms = make(words)
    const person = applicantOf(pseudonyms.body(submit.body))
    return { text: pseudonyms.text(text), person, url: pseudonyms.url }
  }

  test.each([
    [
      'JSON',
      JSON.stringify({
        sqr: NAME,
        zjhm: ID,
        lxdh: Number(PHONE),
        list: [{ dz: ADDRESS }],
        inner: JSON.stringify({ xm: NAME }),
      }),
    ],
    ['JSON that escapes', `{"sqr":"${[...NAME].map(one => `\\u${one.charCodeAt(0).toString(16)}`).join('')}"}`],
    ['JSON that was cut off', `{"a":"${ID}","sqr":"${NAME} 和 ${ADDRESS}`],
    [
      'XML',
      `<R a="${NAME}"><!-- ${ID} --><ZJHM>${ID}</ZJHM><D><![CDATA[<XM>${NAME}</XM>]]></D><E>&#x6b27;阳金丝雀</E></R>`,
    ],
    ['a form', `sqr=${encodeURIComponent(NAME)}&zjhm=${ID}&t=${PHONE}`],
    ['a form in GB 18030', `sqr=${[...encodeGb(NAME)].map(byte => `%${byte.toString(16)}`).join('')}&zjhm=${ID}`],
    ['a page', `<html><body>尊敬的${NAME}（${PHONE}），您好</body></html>`],
    ['a message', `申请人 ${NAME}，${ID}，住${ADDRESS}，文件 ${FILE}`],
    [
      'parts',
      JSON.stringify({
        csrq: ID.slice(6, 14),
        day: '1990年3月7日',
        tail: ID.slice(8),
        x: '欧阳',
        tel: PHONE.slice(3),
        masked: '欧阳***',
      }),
    ],
    [
      'base64',
      JSON.stringify({
        xm: Buffer.from(NAME).toString('base64'),
        all: Buffer.from(JSON.stringify(submit.body)).toString('base64'),
      }),
    ],
    ['another case', JSON.stringify({ lower: ID.toLowerCase() })],
  ])('as %s holds nothing of the person', (_, text) => {
    const made = told(text).text
    expect(remains(made)).toEqual([])
    expect(made.length).toBeGreaterThan(0)
  })

  test('says of the pseudonym what it said of the person, in its form, with numbers and codes as they were', () => {
    const said = {
      ok: true,
      code: '200',
      caseno: 'SL20261102001',
      at: '2026-11-02 09:00:00',
      msg: '受理成功',
      sqr: NAME,
      born: ID.slice(6, 14),
      big: 123,
    }
    const { text, person } = told(JSON.stringify(said), ['受理成功'])
    expect(JSON.parse(text)).toEqual({ ...said, sqr: person.name, born: person.idNumber.slice(6, 14) })
  })

  test('hides people whom no packet names, and what proves a session', () => {
    const { text } = told(
      JSON.stringify({
        clerk: '张三丰',
        tel: '13912345678',
        sfz: '110101198001010016',
        mail: 'a.b@c.cn',
        born: '19800715',
        csrq: '1980年7月15日',
        token: 'eyJhbGciOi1.eyJzdWIiOjE5ODB9.abc123',
      }),
    )
    for (const gone of ['张三丰', '13912345678', '110101198001010016', 'a.b@c.cn', 'eyJhbGciOi1', '19800715', '1980年'])
      expect(text).not.toContain(gone)
  })

  test('keeps the places of an address, and none of the person in it', () => {
    const { url, person } = told('')
    expect(url(`https://spxt.test/api/cases/${ID}/p?xm=${encodeURIComponent(NAME)}&page=2`)).toBe(
      `https://spxt.test/api/cases/${person.idNumber}/p?xm=${encodeURIComponent(person.name)}&page=2`,
    )
  })
})

function encodeGb(text: string): Uint8Array {
  const made = encode(text, 'gb18030')
  return made instanceof Uint8Array ? made : (made as unknown as { bytes: Uint8Array }).bytes
}
