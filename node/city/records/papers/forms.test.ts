import { expect, test } from 'vitest'
import { FILE_NAME, playPapers, SUBMIT } from '../../../../test/support/play-papers.ts'
import { lacking, PAPER_NAMES, type PaperName, paperOf } from './forms.ts'
import { type Label, NUMBERED, sheetHtml } from './sheet.ts'
import type { PaperView } from './view.ts'

const html = (name: PaperName, view: PaperView = playPapers()) => sheetHtml(paperOf(name, view))
const text = (...given: Parameters<typeof html>) =>
  html(...given)
    .replace(/^[\s\S]*<body>/, '')
    .replaceAll(/<[^>]+>/g, ' ')
const { window, agent: _, ...alone } = SUBMIT

test('the authorisation of an agent is called what it is, and a licence says what it is used for', () => {
  const receipt = text('receipt')
  expect(receipt).toContain('授权委托书')
  expect(receipt).not.toContain(FILE_NAME)
  expect(receipt).toContain('申请人身份证（用证事由：核验身份）')
  expect(receipt).toContain('办理异地贷款')
})

test('a helper is no agent: called by name, and does not sign', () => {
  const agent = { kind: 'assistant', name: '林长河' } as const
  const helped = text('receipt', playPapers({ submit: { ...SUBMIT, agent } }))
  expect(helped).toMatch(/帮办人员\s+林长河/)
  expect(helped).not.toContain('代办人')
  expect(text('receipt')).toMatch(/代办人\s+林长河/)
})

test('papers were counted face to face at a counter, not online', () => {
  expect(text('receipt')).toContain('材料已当面清点')
  const online = text('receipt', playPapers({ submit: { ...alone, mode: 0 } }))
  expect(online).not.toContain('当面清点')
  expect(online).toContain('材料由申请人在网上提交')
  expect(online).not.toContain('收件人签名')
  expect(text('receipt', playPapers({ submit: { ...alone, mode: 0, window: '3 号' } }))).toContain('材料已当面清点')
})

test('a notice lists materials by name and fields of the form, numbered in one table', () => {
  expect(text('supplement-notice')).toMatch(/1\s+申请人身份证\s+身份证缺背面.*2\s+申请表：联系地址\s+缺少门牌号/s)
})

test.each([
  ['external', '外部签章，未验'],
  ['none', '无签章'],
  [undefined, '未注明，未验'],
] as const)('the seal of a result: %s', (seal, words) => {
  const bodies = {
    'case.decide': { outcome: 'granted' },
    'case.send-result': { method: 'file', ...(seal && { seal }) },
  }
  for (const name of ['decision', 'delivery'] as const)
    expect(text(name, playPapers({}, bodies as never))).toMatch(new RegExp(`结果文件签章\\s+${words}\\s`))
})

test('what is said of signatures is what was verified here', () => {
  expect(text('delivery')).toMatch(/决定的签名\s+数据包签名已验\s/)
  expect(text('delivery', playPapers({ decisionHolds: false }))).toMatch(/决定的签名\s+数据包签名未通过验证\s/)
  expect(text('delivery', playPapers({ decisionHolds: null }))).toMatch(/决定的签名\s+没有已签名的决定\s/)
  expect(text('decision', playPapers({}, { 'case.decide': { outcome: 'denied' } }))).toContain('结果尚未发出')
})

test('a paper says that its step or the application was corrected, by whom and what in words', () => {
  const corrected = (kind: string) =>
    kind === 'case.decide' ? [{ day: '2026-11-26', issuer: '420300', statement: '文号应为 7 号' }] : []
  const view = playPapers({ corrected })
  expect(text('decision', view)).toContain('有关内容已由十堰市住房公积金中心于 2026年11月26日 更正：文号应为 7 号。')
  expect(text('acceptance', view)).not.toContain('更正')
  const slip = playPapers({
    corrected: kind => (kind === 'case.submit' ? [{ day: '2026-11-26', issuer: '610900', statement: null }] : []),
  })
  expect(text('receipt', slip)).toContain('有关内容已由安康市行政审批服务局于 2026年11月26日 更正。')
})

test('a receipt says how the result comes, to whom, and whom to call at the counter', () => {
  const submit = {
    ...SUBMIT,
    clerk: { name: '周敏', phone: '0915-3200001' },
    delivery: { method: 'mail' as const, recipient: { name: '陈小满', phone: '13900000000', address: '汉滨区 8 号' } },
  }
  const receipt = text('receipt', playPapers({ submit }))
  expect(receipt).toMatch(/窗口电话\s+0915-3200001/)
  expect(receipt).toMatch(/结果送达方式\s+邮寄/)
  expect(receipt).toMatch(/结果收件人\s+陈小满 13900000000 汉滨区 8 号/)
  const { delivery, clerk, ...bare } = submit
  expect(text('receipt', playPapers({ submit: bare as never }))).not.toMatch(/窗口电话|结果送达方式|结果收件人/)
})

test('one receipt of a joint case lists each item, and each file with the items that it is for', () => {
  const scan = (code: string, name: string) => ({ sha256: code.repeat(32), code, name })
  const card = scan('a1', '身份证')
  const form = scan('a2', '申请表')
  const photo = scan('a3', '照片')
  const of = (caseNo: string, name: string, materials: object[]) =>
    ({ ...SUBMIT, caseNo, materials, item: { ...SUBMIT.item, name, promiseDay: 5 } }) as typeof SUBMIT
  const joint = [
    { submit: of('AK-1', '学历公证', [card, form]), handling: '420300' },
    { submit: of('AK-2', '学位公证', [{ ...card, code: 'b1' }, photo]), handling: '610900' },
  ]
  const receipt = text('receipt', playPapers({ submit: joint[0]?.submit ?? SUBMIT, joint }))
  expect(receipt).toMatch(/1\s+学历公证\s+AK-1\s+十堰市住房公积金中心\s+受理之日起 5 个工作日/)
  expect(receipt).toMatch(/2\s+学位公证\s+AK-2\s+安康市行政审批服务局/)
  expect(receipt).toMatch(/身份证\s+电子\s+1、2\s+2\s+申请表\s+电子\s+1\s+3\s+照片\s+电子\s+2/)
  expect(text('receipt')).not.toContain('联办事项')
})

test('a decision that was revoked says so', () => {
  const revoked = { 'case.decide': { outcome: 'granted' }, 'case.revoke': { objection: 'x', reason: 'x', basis: 'x' } }
  expect(text('decision', playPapers({}, revoked as never))).toContain('本决定已依法撤销')
  expect(text('decision')).not.toContain('撤销')
})

test('what was handed in later has a receipt of its own: each material, and the fields that were given anew', () => {
  const receipt = text('supplement-receipt')
  expect(receipt).toMatch(/补正日期\s+2026年11月25日/)
  expect(receipt).toMatch(/1\s+申请人身份证\s+复印件\s+2 页/)
  expect(receipt).toMatch(/重新填写的项目\s+联系地址/)
  expect(receipt).not.toMatch(new RegExp(`${FILE_NAME}|巴山东路`))
  expect(receipt).toContain('不代表已经受理')
  expect(receipt).toContain('收件人签名')
  expect(text('supplement-receipt', playPapers({ submit: { ...alone, mode: 0 } }))).not.toContain('收件人签名')
  const inWords = playPapers({}, { 'case.supplement': { materials: [], note: '已电话说明' } })
  expect(text('supplement-receipt', inWords)).toMatch(/说明\s+已电话说明/)
  expect(text('supplement-receipt', inWords)).not.toContain('收到的补正材料')
})

test('a commitment lists what comes later, by which day, and what follows when it does not', () => {
  const signed = text('commitment')
  expect(signed).toMatch(/1\s+缴存流水\s+2026年12月10日\s+2\s+婚姻状况证明\s+2026年12月10日/)
  for (const part of ['十堰市住房公积金中心：', '不发出准予的结果', '可以终止办理', '申请人（代办人）签名'])
    expect(signed).toContain(part)
  const declared = { 'case.commit': { materials: ['M03'], until: '2026-12-10', text: '本人无其他住房贷款。' } }
  expect(text('commitment', playPapers({}, declared))).toContain('本人无其他住房贷款。')
})

test('what was committed to and came has a receipt, which says what is still missing', () => {
  const some = playPapers({ committed: { missing: ['M04'], until: '2026-12-10' } })
  expect(text('hand-in-receipt', some)).toMatch(/1\s+缴存流水\s+复印件\s+1 页/)
  expect(text('hand-in-receipt', some)).toContain('尚须补交：婚姻状况证明，期限 2026年12月10日。')
  const all = playPapers({ committed: { missing: [], until: '2026-12-10' } })
  expect(text('hand-in-receipt', all)).toContain('承诺后补的材料已经全部补交。')
})

test('an acceptance with materials missing says so, and until when they come', () => {
  const notice = text('acceptance', playPapers({ committed: { missing: ['M03'], until: '2026-12-10' } }))
  expect(notice).toContain('现予以容缺受理')
  expect(notice).toContain('请于 2026年12月10日 前补交：缴存流水。')
  expect(text('acceptance', playPapers({ committed: { missing: [], until: '2026-12-10' } }))).toContain('申请材料齐全')
})

test('a special procedure is told in writing with what it is, from when, and that its time does not count', () => {
  const notice = text('special-procedure')
  for (const part of [
    '现场核查',
    '需核查缴存单位。',
    '自 2026年11月25日 起',
    '不计算在办理期限内',
    '预计至 2026年12月4日',
  ])
    expect(notice).toContain(part)
  const open = playPapers({}, { 'case.pause': { procedure: 'hearing', reason: 'x' } })
  expect(text('special-procedure', open)).toContain('听证所需时间')
  expect(text('special-procedure', open)).not.toContain('预计至')
})

test('an extension is told with its last day, why, and who approved it', () => {
  const notice = text('extension')
  for (const part of ['经本机关负责人批准', '延长至 2026年12月15日', '缴存记录需逐年核对。'])
    expect(notice).toContain(part)
  expect(notice).toMatch(/批准人\s+王主任/)
})

test('a fee is told with number, amount and until when, and what became of it', () => {
  const notice = text('payment-notice')
  for (const part of ['4203002026000001', '人民币 120.50 元', '证照工本费', '期限 2026年12月8日'])
    expect(notice).toContain(part)
  expect(notice).toMatch(/缴费情况\s+待缴/)
  expect(notice).not.toContain('不计算在办理期限内')
  expect(text('payment-notice', playPapers({ settled: () => 'waived' }))).toMatch(/缴费情况\s+减免/)
  const uncounted = { 'case.request-payment': { number: '1', amount: '1', procedure: '缴费' } }
  expect(text('payment-notice', playPapers({}, uncounted))).toContain('缴费时间（缴费）按事项规定不计算在办理期限内')
})

test('a withdrawal goes to the city that moves the case, over the signature of the applicant', () => {
  expect(text('withdrawal')).toMatch(/十堰市住房公积金中心：\s+本人（单位）申请撤回上述申请。理由：申请人不再购房。/)
  expect(text('withdrawal')).toContain('申请人（代办人）签名')
  expect(text('withdrawal', playPapers({ submit: { ...SUBMIT, mode: 2 } }))).toContain('安康市行政审批服务局：')
})

test.each([
  ['withdrawn', '准予撤回', false],
  ['returned', '现予退件', true],
  ['lapsed', '未在期限内补正或者补交', true],
  ['void', '该办件作废', true],
] as const)('an end without a decision, %s, has a notice of its own', (outcome, words, review) => {
  const notice = text('termination', playPapers({}, { 'case.close': { outcome } }))
  expect(notice).toContain(words)
  expect(notice.includes('行政复议')).toBe(review)
})

test('a decided case that ends as void says that its decision counts no more, and a case without one says nothing of it', () => {
  const close = { 'case.close': { outcome: 'void' } } as const
  const decided = { ...close, 'case.decide': { outcome: 'granted', documentNo: '十审准字第1001号' } } as const
  expect(text('termination', playPapers({}, decided))).toContain(
    '此前作出的决定（十审准字第1001号）一并撤销，不再执行。',
  )
  expect(text('termination', playPapers({}, close))).not.toContain('一并撤销')
})

test('who handed in originals is told where they are fetched when the case ends without a decision', () => {
  const [first, ...others] = SUBMIT.materials
  if (first === undefined) throw new Error('no material')
  const submit = { ...SUBMIT, materials: [{ ...first, form: 'original' as const }, ...others] }
  expect(text('termination', playPapers({ submit }))).toContain('交来的原件，请凭收件回执到原收件窗口取回。')
  expect(text('termination')).not.toContain('原件，请凭')
})

test('a case that ended by its decision has no notice of termination', () => {
  expect(lacking('termination', playPapers({}, { 'case.close': { outcome: 'granted' } }))).toBe('case.close')
  expect(lacking('termination', playPapers())).toBeNull()
  expect(lacking('termination', playPapers({}, {}))).toBe('case.close')
})

test('the proof of delivery has a copy for the file and one for the person, each on a page of its own', () => {
  const page = html('delivery')
  expect(page.match(/<main class="sheet">/g)).toHaveLength(2)
  expect(page).toMatch(/第一联　存卷[\s\S]*受送达人签名[\s\S]*第二联　交受送达人[\s\S]*受送达人签名/)
  expect(html('decision').match(/<main class="sheet">/g)).toHaveLength(1)
})

test.each([
  ['mail', 'mail', '安康市巴山东路 8 号'],
  ['mail', 'collecting', '安康市 '],
  ['pickup', 'handling', '十堰市'],
  ['pickup', 'collecting', '安康市 '],
  ['file', 'mail', '安康市 '],
] as const)('a result sent by %s, asked for as %s, is delivered where the person gets it', (method, chosen, place) => {
  const recipient = { name: '陈小满', address: '安康市巴山东路 8 号' }
  const submit = { ...SUBMIT, delivery: { method: chosen, recipient } }
  const sent = { method, ...(method === 'mail' ? { recipient } : {}) }
  const proof = text('delivery', playPapers({ submit }, { 'case.send-result': sent }))
  expect(/送达地点\s+(.*)/.exec(proof)?.[1]).toMatch(new RegExp(`^${place}`))
})

test('a paper tells the corrections of every step that it is written from', () => {
  const corrected = (kind: string) =>
    kind === 'case.decide' ? [{ day: '2026-11-26', issuer: '420300', statement: '文号应为 7 号' }] : []
  expect(text('delivery', playPapers({ corrected }))).toContain('更正：文号应为 7 号。')
})

test('a day past the holiday tables is provisional', () => {
  expect(text('acceptance')).not.toContain('暂定')
  const later = playPapers({ promised: { day: '2027-02-01', provisional: true } })
  expect(text('acceptance', later)).toContain('2027年2月1日（暂定） 前')
  const named = playPapers({ promised: later.promised }, { 'case.accept': { promisedBy: '2027-01-20' } })
  expect(text('acceptance', named)).toContain('2027年1月20日 前')
})

test('labels: one for the originals, one for the result, to whom there is an address', () => {
  const [block] = paperOf('mailing-label', playPapers()).blocks
  const labels = (block as { labels: Label[] }).labels
  expect(labels.map(({ kind }) => kind)).toEqual(['原件寄往办理地', '结果寄送'])
  expect(labels[0]).toMatchObject({
    address: ['442000', '湖北省十堰市茅箭区北京北路 99 号'],
    to: ['十堰市民中心 3 楼公积金窗口', '0719-8100001'],
    from: ['寄件人', '安康市行政审批服务局', '跨省通办窗口 3 号', '0915-3200001'],
    rest: ['EMS 1180000000011', '内件 申请表原件、户口簿', '办件编号 61090020261123000001'],
  })
  const { delivery, ...nowhere } = SUBMIT
  expect(lacking('mailing-label', playPapers({ submit: nowhere }, {}))).toBe('recipient')
  expect(lacking('mailing-label', playPapers({}, {}))).toBeNull()
})

test('the column of numbers is narrow, a case number is in one piece, and no rule of the style is without use', () => {
  expect(html('receipt')).toContain(`<th class="no">${NUMBERED}</th>`)
  expect(html('receipt')).toContain('<td class="no">1</td>')
  const joint = html('receipt', playPapers({ joint: [{ submit: SUBMIT, handling: '420300' }] }))
  expect(joint).toContain('<th class="code">办件编号</th>')
  expect(joint).toContain(`<td class="code">${SUBMIT.caseNo}</td>`)
  const pages = [...PAPER_NAMES.map(name => html(name)), joint]
  const [style = ''] = /<style>[\s\S]*<\/style>/.exec(pages[0] ?? '') ?? []
  const classes = new Set([...style.matchAll(/\.([a-z]+)(?=[^{}]*\{)/g)].map(([, name = '']) => name))
  expect(classes.size).toBeGreaterThan(8)
  const used = new Set(pages.flatMap(page => [...page.matchAll(/class="([a-z]+)"/g)].map(([, name]) => name)))
  expect([...classes].filter(name => !used.has(name))).toEqual([])
})

/** The item of the papers as one of that type. */
const ofType = (taskType: string, change: object = {}) =>
  playPapers({ item: { ...playPapers().item, taskType, ...change } as never })

test.each([
  ['supplement-notice', '第三十二条'],
  ['special-procedure', '第四十五条'],
  ['extension', '第四十二条'],
] as const)(
  '%s cites the law on licences for a licence alone, and for others what the item is laid down by',
  (name, article) => {
    expect(text(name, ofType('01', { byLaw: '《住房公积金管理条例》' }))).toContain(
      `依照《中华人民共和国行政许可法》${article}的规定`,
    )
    for (const type of ['05', '07', '10', '20']) {
      const paper = text(name, ofType(type, { byLaw: '《住房公积金管理条例》' }))
      expect(paper).not.toContain('行政许可法')
      expect(paper).toContain('按照本事项的规定')
      expect(paper).toMatch(/设定依据\s+《住房公积金管理条例》/)
    }
    const bases = [{ lawName: '《甲条例》' }, { lawName: '《乙办法》' }]
    expect(text(name, ofType('07', { legalBases: bases }))).toMatch(/设定依据\s+《甲条例》、《乙办法》/)
  },
)

test.each(PAPER_NAMES)(
  '%s of a public service speaks of no licence, and of no review by law that its item does not name',
  name => {
    const view = ofType('20')
    // What a clerk gives as the basis of a refusal is the clerk's.
    const own = text(name, view).replace(/依据：.*/, '')
    expect(own).not.toMatch(/行政许可|行政复议|行政诉讼/)
    const denied = { 'case.decide': { outcome: 'denied', reason: '不符合条件' } } as const
    const decision = (item: object) =>
      text('decision', playPapers({ item: { ...view.item, ...item } as never }, denied))
    expect(decision({})).toContain('如有异议，可以向十堰市住房公积金中心提出，或者拨打监督电话 0719-12345。')
    expect(decision({ reviewContact: '十堰市人民政府' })).toContain('向十堰市人民政府申请行政复议')
    expect(decision({ taskType: '07' })).toContain('申请行政复议')
  },
)

test('an item that is not held any more is known by its code', () => {
  const code = '11420300MB0000000X3000117001001'
  const submit = { ...SUBMIT, item: { ...SUBMIT.item, code } }
  expect(text('extension', playPapers({ submit, item: null }))).toContain('《中华人民共和国行政许可法》第四十二条')
  expect(text('extension', playPapers({ item: null }))).not.toContain('行政许可法')
})

test('the end of a case whose promise was missed says what was to come by which day', () => {
  const bodies = { 'case.close': { outcome: 'lapsed' } } as const
  const paper = text('termination', playPapers({ committed: { missing: ['M03', 'M04'], until: '2026-12-10' } }, bodies))
  expect(paper).toContain('承诺于 2026年12月10日 前补交而未补交的材料：缴存流水、婚姻状况证明。')
  const said = { 'case.close': { outcome: 'lapsed', note: '承诺于 2026年12月10日 前补交而未补交：缴存流水' } } as const
  const once = text('termination', playPapers({ committed: { missing: ['M03'], until: '2026-12-10' } }, said))
  expect(once.match(/未补交：|未补交的材料/g)).toHaveLength(1)
  const kept = { committed: { missing: [], until: '2026-12-10' } }
  expect(text('termination', playPapers(kept, bodies))).not.toContain('未补交的材料')
})

test('whom a paper is written to stands at the margin, and rows of nothing leave no room', () => {
  for (const name of ['acceptance', 'extension', 'termination'] as const)
    expect(html(name)).toContain('<p class="to">陈小满：</p>')
  expect(html('commitment')).toContain('<p class="to">十堰市住房公积金中心：</p>')
  for (const name of PAPER_NAMES) expect(html(name)).not.toContain('<dl class="rows"></dl>')
})
