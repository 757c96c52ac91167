/** A clerk's day by the command line alone, against two running nodes. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CommandNode, openCommandNode } from '../support/command-node.ts'
import { makePdf } from '../support/make-pdf.ts'
import { ANKANG, type CityName, SHIYAN } from '../support/node-folder.ts'
import { pairCities, until } from '../support/pair-cities.ts'

let root = ''
let ankang: CommandNode
let shiyan: CommandNode
let application: Record<string, unknown>
const nodes: CommandNode[] = []

async function open(name: CityName): Promise<CommandNode> {
  const opened = await openCommandNode(root, name)
  nodes.push(opened)
  return opened
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-clerk-'))
  ankang = await open(ANKANG)
  shiyan = await open(SHIYAN)
  const { items } = await pairCities(ankang, shiyan)
  const item = items.find(entry => entry.modes.includes(1) && entry.serverType.includes('1'))
  application = {
    to: SHIYAN.code,
    item: item?.taskCode,
    mode: 1,
    applicant: { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X' },
    form: { reason: '在外地' },
  }
  await writeFile(join(root, 'case.json'), JSON.stringify(application))
  await writeFile(join(root, 'card.pdf'), makePdf(2))
  await writeFile(join(root, 'form.pdf'), makePdf(1))
  await writeFile(join(root, 'broken.pdf'), '%PDF-1.4 broken')
  await writeFile(join(root, 'note.txt'), 'no scan')
})

afterAll(async () => {
  await Promise.allSettled(nodes.map(node => node.stop()))
  await rm(root, { recursive: true, force: true })
})

test('preflight, submit once, supplement, read what was written', async () => {
  /** what the item lets come later is a notice */
  const later = { field: 'materials.M03', level: 'notice' }
  const scans = ['--material', 'M01=card.pdf:original', '--material', 'M02=form.pdf']
  const missing = await ankang.tongban('case', 'preflight', 'case.json', '--material', 'M01=card.pdf')
  expect(missing).toMatchObject({ code: 1, value: [{ field: 'materials.M02' }, later] })
  expect(await ankang.tongban('case', 'preflight', 'case.json', ...scans)).toMatchObject({ code: 0, value: [later] })
  const broken = ['--material', 'M01=card.pdf', '--material', 'M02=broken.pdf']
  expect(await ankang.tongban('case', 'preflight', 'case.json', ...broken)).toMatchObject({
    code: 0,
    value: [later, { field: 'materials.1.sha256', level: 'notice', reasonZh: expect.stringContaining('无法打开') }],
  })
  const unfit = await ankang.tongban('case', 'preflight', 'case.json', '--material', 'M01=note.txt')
  expect([unfit.code, unfit.error]).toEqual([1, expect.stringContaining('note.txt: ')])
  await writeFile(join(root, 'mode.json'), JSON.stringify({ ...application, mode: 3 }))
  const uncovered = await ankang.tongban('case', 'preflight', 'mode.json', ...scans)
  expect(uncovered.value).toContainEqual(expect.objectContaining({ field: 'mode' }))

  type Submitted = { value: { thread: string } }
  const submit = async (...more: string[]) =>
    ((await ankang.tongban('case', 'submit', 'case.json', ...scans, ...more)) as Submitted).value.thread
  const thread = await submit()
  expect(((await ankang.tongban('case', 'queue', 'mine')) as { value: object[] }).value).toMatchObject([{ thread }])
  expect(await submit()).toBe(thread)
  expect(await submit('--again')).not.toBe(thread)

  const isAt = (city: typeof ankang, state: string) =>
    until(
      async () => (await city.client.getCase({ params: { thread } }).catch(() => null))?.state === state,
      `${state} at ${city.name}`,
    )
  await isAt(shiyan, 'arrived')
  const seen = await shiyan.tongban('case', 'scans', thread, '--out', 'scans')
  expect(seen).toMatchObject({
    code: 0,
    value: [
      { code: 'M01', name: 'card.pdf', pages: 2, counted: 2, held: true },
      { code: 'M02', name: 'form.pdf', pages: 1, counted: 1, held: true },
    ],
  })
  expect(new Uint8Array(await readFile(join(root, 'scans', '001-M01 card.pdf')))).toEqual(makePdf(2))
  const notice = { notice: '请补正', materials: [{ code: 'M01', reason: '不清晰' }] }
  const asked = await shiyan.tongban('case', 'step', 'request-supplement', thread, '--body', JSON.stringify(notice))
  expect(asked).toMatchObject({ code: 0, value: { state: 'supplementing' } })
  await isAt(ankang, 'supplementing')
  const [card] = seen.value as { sha256: string }[]
  const wrong = { materials: [{ sha256: card?.sha256, code: 'M01', name: 'card.pdf', pages: 3 }] }
  const refused = await ankang.tongban('case', 'step', 'supplement', thread, '--body', JSON.stringify(wrong))
  expect([refused.code, refused.error]).toEqual([1, expect.stringContaining('扫描件共2页')])
  // The notice waits to be printed, and a rehearsal says what is in the way of the whole step, of no field.
  expect(await ankang.told('case', 'queue', 'to-print')).toMatch(/ print\n[\s\S]* supplement-notice$/m)
  expect(await shiyan.told('case', 'step', 'close', thread, '--check', '--set', 'outcome=granted')).toMatch(
    /^✗ 办件当前状态/,
  )
  const body = ['--body', '{"materials":[],"note":"已补"}', '--material', 'M01=card.pdf']
  expect(await ankang.tongban('case', 'step', 'supplement', thread, ...body)).toMatchObject({ code: 0 })
  const { caseNo } = (await ankang.tongban('case', 'show', thread)).value as { caseNo: string }
  expect(await shiyan.tongban('case', 'show', caseNo)).toMatchObject({ code: 0, value: { thread } })
  const several = await shiyan.tongban('case', 'show', caseNo.slice(0, 10))
  expect([several.code, several.error]).toEqual([1, expect.stringContaining(caseNo)])
  expect((await shiyan.tongban('case', 'show', '../audit')).error).toContain('thread.unknown')
  await until(async () => {
    const { value } = (await shiyan.tongban('case', 'bodies', thread)) as { value: { kind: string; body: object }[] }
    const found = value.find(entry => entry.kind === 'case.supplement')
    return found !== undefined && JSON.stringify(found.body).includes('已补')
  }, 'the supplement is there')
  expect(await shiyan.told('case', 'show', thread)).not.toContain('已申请撤回')
  await ankang.tongban('case', 'step', 'withdraw', thread, '--set', 'reason=不再办理')
  await until(
    async () => (await shiyan.told('case', 'show', thread)).includes('  withdrawal asked for 已申请撤回'),
    'the withdrawal is told',
  )
})

test('a scan of a case is shown in place, whole or a part, runs nothing, and has its text', async () => {
  const { client } = ankang
  const [{ thread } = { thread: '' }] = (await ankang.tongban('case', 'list')).value as { thread: string }[]
  const path = `/api/v1/cases/${thread}/materials`
  const { items } = await client.listCaseMaterials({ params: { thread } })
  expect(items[0]).toMatchObject({ code: 'M01', pages: 2, counted: 2, shown: true })
  const { sha256 = '' } = items[0] ?? {}
  const ask = (headers: Record<string, string> = {}) =>
    fetch(`${ankang.node.url}${path}/${sha256}`, { headers: { authorization: `Bearer ${ankang.token}`, ...headers } })
  const bytes = makePdf(2)
  const whole = await ask()
  expect(Object.fromEntries(whole.headers)).toMatchObject({
    'content-type': 'application/pdf',
    'content-length': String(bytes.byteLength),
    'content-security-policy': "default-src 'none'; frame-ancestors 'self'; sandbox",
    'x-frame-options': 'SAMEORIGIN',
    'x-content-type-options': 'nosniff',
    'accept-ranges': 'bytes',
    etag: `"${sha256}"`,
  })
  expect(whole.headers.get('content-disposition')).toBeNull()
  expect(new Uint8Array(await whole.arrayBuffer())).toEqual(bytes)
  const part = await ask({ range: 'bytes=5-9' })
  expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 5-9/${bytes.byteLength}`])
  expect(new Uint8Array(await part.arrayBuffer())).toEqual(bytes.slice(5, 10))
  expect((await ask({ range: `bytes=${bytes.byteLength}-` })).status).toBe(416)
  const held = await ask({ 'if-none-match': `"${sha256}"` })
  expect([held.status, await held.text()]).toEqual([304, ''])
  expect(await client.readCaseMaterialText({ params: { thread, sha256 } })).toMatchObject({ truncated: false })
})

test('many cases: views, tables, reminders, papers, ratings, numbers, the archive', async () => {
  type Cases = { value: { thread: string; caseNo: string }[] }
  const { value: found } = (await ankang.tongban('case', 'search', '--partner', SHIYAN.code)) as Cases
  const threads = found.map(({ thread }) => thread)
  expect(threads.length).toBeGreaterThanOrEqual(2)
  const [thread = ''] = threads

  expect(await ankang.tongban('case', 'views', 'add', '在途', '--partner', SHIYAN.code)).toMatchObject({ code: 0 })
  expect(await ankang.tongban('case', 'views')).toMatchObject({ value: [{ name: '在途' }] })
  const { value: viewed } = (await ankang.tongban('case', 'queue', '--view', '在途')) as Cases
  expect(viewed.map(entry => entry.thread).sort()).toEqual([...threads].sort())
  expect(await ankang.tongban('case', 'views', 'remove', '在途')).toMatchObject({ code: 0 })
  expect(await ankang.tongban('case', 'queue', '--view', '在途')).toMatchObject({ code: 1 })

  const exported = await ankang.tongban('case', 'export', '--partner', SHIYAN.code, '--out', join(root, 'all.csv'))
  expect(exported).toMatchObject({ code: 0, value: { cases: threads.length } })
  const csv = await readFile(join(root, 'all.csv'), 'utf8')
  for (const { caseNo } of found) expect(csv).toContain(caseNo)
  expect(await ankang.tongban('case', 'export', '--out', join(root, 'all.doc'))).toMatchObject({ code: 1 })

  const reminded = await ankang.tongban('case', 'remind', ...threads, '--text', '请尽快办理')
  expect(reminded).toMatchObject({ code: 0, value: threads.map(one => ({ thread: one, problem: null })) })
  const given = await ankang.tongban('case', 'assign', ...threads, '0'.repeat(32), 'me')
  expect(given).toMatchObject({
    code: 1,
    value: [...threads.map(one => ({ thread: one, problem: null })), { problem: 'thread.unknown' }],
  })
  expect(((await ankang.tongban('case', 'queue', 'mine')) as Cases).value.length).toBe(threads.length)
  const queues = (await ankang.tongban('case', 'queue')).value as { queue: string }[]
  expect(queues.map(({ queue }) => queue)).not.toContain('window')
  const printed = await ankang.tongban('case', 'print-all', 'receipt', ...threads, '--out', join(root, 'receipts.html'))
  expect(printed).toMatchObject({ code: 0 })
  expect((await readFile(join(root, 'receipts.html'), 'utf8')).match(/<main/g)).toHaveLength(threads.length)
  expect(await readFile(join(root, 'receipts.html'), 'utf8')).toContain('原件')

  await until(async () => (await shiyan.client.getCase({ params: { thread } })).state === 'arrived', 'it arrived')
  const step = (name: string, body: object, ...more: string[]) =>
    shiyan.tongban('case', 'step', name, thread, '--body', JSON.stringify(body), ...more)
  expect(await step('message', { text: '见附件' }, '--material', 'M09=card.pdf')).toMatchObject({ code: 0 })
  const none = await step('accept', {}, '--material', 'M09=card.pdf')
  expect([none.code, none.error]).toEqual([
    1,
    expect.stringContaining('these do: supplement, hand-in, commit, request-payment, message'),
  ])
  expect(await step('accept', {})).toMatchObject({ code: 0 })
  expect(await step('decide', { outcome: 'granted' }, '--material', 'card.pdf')).toMatchObject({ code: 0 })
  const uploaded = await shiyan.tongban('case', 'upload', 'card.pdf')
  expect(uploaded).toMatchObject({ value: [{ sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown, pages: 2 }] })
  const written = (await shiyan.tongban('case', 'bodies', thread)).value as { kind: string; body: object }[]
  const [{ sha256 } = { sha256: '' }] = uploaded.value as { sha256: string }[]
  expect(written.find(({ kind }) => kind === 'case.decide')?.body).toMatchObject({ documents: [sha256] })
  expect(written.find(({ kind }) => kind === 'case.message')?.body).toMatchObject({ attachments: [{ sha256 }] })
  await until(async () => (await ankang.client.getCase({ params: { thread } })).state === 'decided', 'it is decided')
  for (const target of ['window', 'department'] as const)
    await ankang.client.evaluateCase({ params: { thread }, body: { target, level: 5, channel: '窗口' } })
  expect(await ankang.tongban('case', 'ratings', '--city', 'own')).toMatchObject({ value: [{ target: 'window' }] })
  const call = ['--target', 'window', '--way', 'phone', '--result']
  const rectified = await ankang.tongban('case', 'follow-up', thread, ...call, 'rectified', '--text', '已致歉')
  expect(rectified).toMatchObject({ code: 0, value: { urgency: 'answered' } })
  const appeal = ['--target', 'department', '--way', 'phone', '--result', 'mistaken', '--text', '评价对象有误']
  await until(async () => (await shiyan.tongban('case', 'follow-up', thread, ...appeal)).code === 0, 'it is appealed')
  await until(
    async () => ((await ankang.tongban('case', 'ratings', '--state', 'appealed')).value as object[]).length === 1,
    'the appeal arrived',
  )
  const answer = ['--target', 'department', '--text', '核实为误评']
  expect(await ankang.tongban('case', 'answer-appeal', thread, ...answer)).toMatchObject({ code: 0 })

  expect(await ankang.tongban('case', 'board')).toMatchObject({
    value: { cases: { collecting: { year: threads.length } } },
  })
  expect(await ankang.tongban('case', 'heat')).toMatchObject({ value: [{ rank: 1, cases: threads.length }] })
  expect(await ankang.tongban('case', 'idle')).toMatchObject({ code: 0, value: [{ cases: threads.length }] })
  const purge = await ankang.tongban('case', 'purge', thread)
  expect([purge.code, purge.error]).toEqual([1, expect.stringContaining('--yes')])
  expect(await ankang.tongban('case', 'archive', thread, '--out', join(root, 'archive.zip'))).toMatchObject({ code: 0 })
  expect((await readFile(join(root, 'archive.zip'))).subarray(0, 2).toString()).toBe('PK')
})

test('a case is passed on, sent back and countersigned by command', async () => {
  const FIRE = '11420300MB0000001A'
  const roles = ['examiner' as const]
  const { token } = await shiyan.client.createPerson({ body: { name: '消防审核', roles, departments: [FIRE] } })
  const fire = (...args: string[]) => shiyan.tongban(...args, '--token', token)
  const [{ thread } = { thread: '' }] = (await shiyan.tongban('case', 'list', '--state', 'arrived')).value as {
    thread: string
  }[]
  const to = ['--department', FIRE]
  const passed = await shiyan.tongban('case', 'pass-on', thread, ...to, '--to', '消防审核', '--reason', '属消防审查')
  expect(passed).toMatchObject({ code: 0, value: { passedTo: FIRE, assigneeName: '消防审核' } })
  expect(await fire('case', 'send-back', thread, '--reason', '不属本部门')).toMatchObject({
    code: 0,
    value: { passedTo: null },
  })
  const ask = (...more: string[]) => shiyan.tongban('case', 'ask-countersigns', thread, ...to, ...more)
  expect(await ask('--question', '请核')).toMatchObject({ code: 0, value: { thread } })
  expect(await fire('case', 'countersigns')).toMatchObject({ code: 0, value: [{ case: { thread }, department: FIRE }] })
  expect((await fire('case', 'countersign', thread, 'maybe', ...to)).error).toContain('word: yes or no')
  expect(await fire('case', 'countersign', thread, 'no', ...to, '--opinion', '缺验收')).toMatchObject({ code: 0 })
  expect(await shiyan.tongban('case', 'withdraw-countersigns', thread, '--reason', '改期')).toMatchObject({ code: 0 })
  expect(await ask('--any')).toMatchObject({ code: 0 })
  expect(await fire('case', 'countersign', thread, 'yes', ...to)).toMatchObject({ code: 0 })
  const course = await shiyan.told('case', 'approval', thread)
  for (const words of ['属消防审查', '不属本部门', '请核', '缺验收', 'agreed 同意', 'one is enough'])
    expect(course).toContain(words)
})

test('conditions of instant approval are entered, read and switched by command', async () => {
  const item = String(application.item)
  const conditions = {
    conditions: [{ name: '异地', fact: 'from', schema: { const: ANKANG.code } }],
    reason: '准予',
    perDay: 9,
    share: 0,
  }
  await writeFile(join(root, 'conditions.json'), JSON.stringify(conditions))
  await writeFile(join(root, 'wrong.json'), '{')
  expect((await shiyan.tongban('instant', 'save', item, 'wrong.json')).error).toContain('not JSON')
  const { value, code, error } = await shiyan.tongban('instant', 'save', item, 'conditions.json')
  expect([code, error]).toEqual([0, expect.anything()])
  const { hash } = value as { hash: string }
  expect(await shiyan.tongban('instant', 'on', item, hash)).toMatchObject({ code: 0, value: { on: true, hash } })
  expect(await shiyan.told('instant', 'show', item)).toContain('异地')
  expect(await shiyan.told('instant', 'version', hash)).toContain('准予')
  expect(await shiyan.tongban('instant', 'list')).toMatchObject({ value: [{ item, on: true, unfit: null }] })

  // A new case is looked at by itself: the item lets a material come later, and its pre-flight says so.
  const scans = ['--material', 'M01=card.pdf:original', '--material', 'M02=form.pdf:original', '--again']
  const { thread } = (await ankang.tongban('case', 'submit', 'case.json', ...scans)).value as { thread: string }
  const judged = async () =>
    (await shiyan.client.getApproval({ params: { thread } }).catch(() => null))?.instant?.why?.code ?? null
  await until(async () => (await judged()) !== null, 'the case was looked at')
  expect(await judged()).toBe('preflight')
  expect(await shiyan.tongban('instant', 'off', item)).toMatchObject({ code: 0, value: { on: false } })
})

test('a draft says by name who saved it last', async () => {
  const { name } = await ankang.client.whoAmI()
  const { value } = await ankang.tongban('case', 'draft', 'save', 'case.json')
  const shown = await ankang.told('case', 'draft', 'show', (value as { id: string }).id)
  expect(shown.split('\n')[0]).toMatch(new RegExp(`^version 1, saved .* by ${name}$`))
})

test('a whole case of mode 1 with mail and ratings takes 12 commands and 40 typed values at most, its number in place of its thread', async () => {
  const file = {
    to: SHIYAN.code,
    item: application.item,
    mode: 1,
    applicant: { name: '林小满', idNumber: '610902199003075515', phone: '13900000000', address: '安康市巴山东路 8 号' },
    form: { reason: '在外地' },
    delivery: { method: 'mail' },
  }
  await writeFile(join(root, 'few.json'), JSON.stringify(file))
  const leaves = (value: unknown): number =>
    typeof value === 'object' && value !== null
      ? Object.values(value).reduce<number>((sum, one) => sum + leaves(one), 0)
      : 1
  let commands = 0
  let typed = leaves(file)
  let number = ''
  /** Words that name the command, and the case, are no values. */
  const run = async (city: CommandNode, words: string, ...values: string[]) => {
    commands++
    typed += values.filter(value => !value.startsWith('--')).length
    const named = words.split(' ').map(word => (word === 'CASE' ? number : word))
    const { code, error, value } = await city.tongban('case', ...named, ...values)
    expect([words, code, error]).toEqual([words, 0, expect.anything()])
    return value as { caseNo: string; thread: string; state: string; outcome: string | null }
  }
  const isAt = (city: CommandNode, state: string) =>
    until(
      async () => ((await city.tongban('case', 'show', number)).value as { state?: string } | null)?.state === state,
      state,
    )

  const scans = ['--material', 'M01=card.pdf:original', '--material', 'M02=form.pdf:original']
  number = (await run(ankang, 'submit few.json', ...scans)).caseNo
  expect(number).toMatch(/^\d{20}$/)
  await run(ankang, 'print CASE receipt', '--out', 'receipt.html')
  await isAt(shiyan, 'arrived')
  await run(shiyan, 'step precheck CASE')
  await isAt(ankang, 'prechecked')
  await run(
    ankang,
    'step ship CASE',
    '--set',
    'waybill.carrier=EMS',
    '--set',
    'waybill.number=1180000000011',
    '--set',
    'contents=["身份证复印件","申请表"]',
  )
  await until(
    async () => JSON.stringify((await shiyan.tongban('case', 'show', number)).value).includes('case.ship'),
    'the originals are told of',
  )
  await run(shiyan, 'step mail,accept CASE')
  await run(
    shiyan,
    'step decide CASE',
    '--set',
    'outcome=granted',
    '--set',
    'documentNo=十审准字第1001号',
    '--material',
    'card.pdf',
  )
  await run(shiyan, 'step send-result CASE', '--set', 'waybill.number=1180000000012')
  await isAt(ankang, 'sending')
  await run(ankang, 'step mail,result-received CASE')
  await run(ankang, 'rate CASE', '1', '2')
  await run(ankang, 'print CASE delivery', '--out', 'delivery.html')
  await run(shiyan, 'step close CASE')
  await isAt(ankang, 'closed')
  expect(commands).toBeLessThanOrEqual(12)
  expect(typed).toBeLessThanOrEqual(40)

  const { thread } = (await ankang.tongban('case', 'show', number)).value as { thread: string }
  const { bodies } = await ankang.client.readCaseBodies({ params: { thread } })
  const body = (kind: string) => bodies.find(entry => entry.kind === `case.${kind}`)?.body
  const recipient = { name: '林小满', phone: '13900000000', address: '安康市巴山东路 8 号' }
  expect(body('submit')).toMatchObject({
    applicant: { type: '1', idType: '111' },
    clerk: { name: 'test' },
    delivery: { recipient },
  })
  expect(body('send-result')).toMatchObject({
    method: 'mail',
    recipient,
    waybill: { carrier: 'EMS', number: '1180000000012' },
  })
  expect(body('close')).toMatchObject({ outcome: 'granted' })
})

test('a step says before it is taken what keeps it; a body that is given whole is not filled in', async () => {
  const { value } = await ankang.tongban('case', 'list', '--state', 'closed')
  const [{ caseNo } = { caseNo: '' }] = value as { caseNo: string }[]
  const late = await ankang.tongban('case', 'step', 'withdraw', caseNo, '--set', 'reason=不再办理')
  expect([late.code, late.error]).toEqual([1, expect.stringContaining('case.transition')])
  const check = await ankang.tongban('case', 'step', 'withdraw', caseNo, '--body', '{}', '--check')
  expect(check).toMatchObject({ code: 1, value: [{ path: '' }, { path: '/reason', code: 'required' }] })
  const sound = await ankang.tongban('case', 'step', 'message', caseNo, '--set', 'text=谢谢', '--check')
  expect(sound).toMatchObject({ code: 0, value: [] })
  for (const wrong of [
    ['--set', 'text'],
    ['--set', 'text=x', '--body', '{}'],
    ['--body', '{}', '--set', 'a=1'],
  ])
    expect((await ankang.tongban('case', 'step', 'message', caseNo, ...wrong)).error).toContain('request.invalid')
  expect((await ankang.tongban('case', 'rate', caseNo, '6', '1')).error).toContain('request.invalid')
})

test('materials of a joint case are those that its items share; names and times are for people', async () => {
  const { to, item, mode, ...shared } = application
  const one = { to, item, mode }
  await writeFile(
    join(root, 'joint.json'),
    JSON.stringify({ shared, items: [one, { ...one, form: { reason: '另一份' } }] }),
  )
  const scans = ['--material', 'M01=card.pdf', '--material', 'M02=form.pdf:original']
  const saved = (await ankang.tongban('case', 'draft', 'save', 'joint.json', ...scans)).value as { id: string }
  const draft = (await ankang.tongban('case', 'draft', 'show', saved.id)).value as { content: object }
  expect(draft.content).toMatchObject({ shared: { materials: [{ code: 'M01' }, { code: 'M02', form: 'original' }] } })
  expect(draft.content).not.toHaveProperty('materials')
  // What is noted is that the form is to be mailed; nothing keeps it from being sent.
  expect(await ankang.tongban('case', 'draft', 'check', saved.id)).toMatchObject({ code: 0 })
  const sent = (await ankang.tongban('case', 'joint', 'joint.json', ...scans)).value as { thread: string }[]
  expect(sent).toHaveLength(2)
  const shown = await ankang.told('case', 'show', sent[0]?.thread ?? '')
  expect(shown).toMatch(new RegExp(`held by 当前持有方 +${SHIYAN.name} ${SHIYAN.code}`))
  expect(shown).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/)
  expect(shown).not.toMatch(/T\d\d:\d\d:\d\d/)
})
