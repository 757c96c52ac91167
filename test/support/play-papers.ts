/** What the papers of a made-up case are written from: an agent, a licence, originals and a result by mail. */
import type { PaperView } from '../../node/city/records/papers/view.ts'
import type { CaseContent, CaseKind } from '../../protocol/case/kinds.ts'

export const FILE_NAME = 'IMG_20261123_0001.pdf'
const hash = (letter: string) => letter.repeat(64)
const recipient = {
  name: '陈小满',
  phone: '13900000000',
  postcode: '725000',
  address: '陕西省安康市汉滨区巴山东路 8 号阳光花园 3 号楼 2 单元 1102 室',
}
const hall = {
  name: '十堰市民中心 3 楼公积金窗口',
  phone: '0719-8100001',
  postcode: '442000',
  address: '湖北省十堰市茅箭区北京北路 99 号',
}

export const SUBMIT: CaseContent<'case.submit'> = {
  caseNo: '61090020261123000001',
  item: {
    code: '11420300MB0000000X4200000117001',
    name: '异地贷款职工住房公积金缴存使用证明出具',
    version: 1,
    promiseDay: 5,
  },
  mode: 1,
  applicant: { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X', phone: '13900000000' },
  agent: { name: '林长河', idType: '111', idNumber: '11010519491231002X', authorisation: hash('b') },
  form: {},
  materials: [
    { sha256: hash('a'), code: 'M01', name: 'scan.pdf', form: 'copy', pages: 2, purpose: '核验身份' },
    { sha256: hash('b'), code: 'M05', name: FILE_NAME, pages: 1 },
  ],
  receivedAt: '2026-11-23T09:20:00+08:00',
  window: '跨省通办窗口 3 号',
  clerk: { no: 'AK-017', phone: '0915-3200001' },
  purpose: '办理异地贷款',
  delivery: { method: 'mail', recipient },
}

const moved = { items: [{ name: '户口簿', copies: 1 }], at: '2026-11-23T09:30:00+08:00' }

const BODIES: { [K in CaseKind]?: CaseContent<K> } = {
  'case.ship': {
    waybill: { carrier: 'EMS', number: '1180000000011' },
    contents: ['申请表原件', '户口簿'],
    recipient: hall,
  },
  'case.request-supplement': {
    notice: '申请表缺签名；其他材料符合要求。',
    deadline: '2026-12-07',
    materials: [{ code: 'M01', reason: '身份证缺背面，请补正反两面的扫描件' }],
    form: [{ field: '联系地址', reason: '缺少门牌号' }],
  },
  'case.supplement': {
    materials: [{ sha256: hash('c'), code: 'M01', name: FILE_NAME, form: 'copy', pages: 2 }],
    form: { 联系地址: '汉滨区巴山东路 8 号' },
    note: '已补背面',
  },
  'case.commit': { materials: ['M03', 'M04'], until: '2026-12-10' },
  'case.hand-in': { materials: [{ sha256: hash('d'), code: 'M03', name: FILE_NAME, form: 'copy', pages: 1 }] },
  'case.pause': { procedure: 'site-survey', reason: '需核查缴存单位。', expectedUntil: '2026-12-04' },
  'case.extend': { until: '2026-12-15', reason: '缴存记录需逐年核对。', approver: '王主任' },
  'case.request-payment': { number: '4203002026000001', amount: '120.50', name: '证照工本费', payBy: '2026-12-08' },
  'case.withdraw': { reason: '申请人不再购房。' },
  'case.close': { outcome: 'withdrawn', note: '申请人已到窗口确认。' },
  'case.accept': { acceptanceNo: '十审受字第 1001 号' },
  'case.refuse': { reason: '不属于本机关职权范围。', basis: '《中华人民共和国行政许可法》第三十二条第一款第二项' },
  'case.originals': { ...moved, event: 'taken' },
  'case.decide': { outcome: 'granted', documentNo: '十审准字第 1001 号' },
  'case.send-result': { method: 'mail', waybill: { carrier: 'EMS', number: '1180000000012' }, seal: 'external' },
}

const ORIGINALS: PaperView['originals'] = {
  items: [
    { name: '户口簿', code: null, copies: 1, place: 'on-the-way', city: '420300', since: '2026-11-24T09:30:00+08:00' },
  ],
  moves: [
    { ...moved, event: 'taken', by: '陈小满', to: '李窗口', city: '610900', packet: hash('d') },
    {
      ...moved,
      event: 'sent',
      at: '2026-11-24T09:30:00+08:00',
      waybill: { carrier: 'EMS', number: '1180000000011' },
      city: '610900',
      packet: hash('e'),
    },
  ],
}

export const playPapers = (change: Partial<PaperView> = {}, bodies: typeof BODIES = BODIES): PaperView => ({
  submit: SUBMIT,
  body: <K extends CaseKind>(kind: K) => {
    const content = bodies[kind] as CaseContent<K> | undefined
    return content === undefined ? null : { content, day: '2026-11-25', issuer: '420300', packet: kind }
  },
  corrected: () => [],
  joint: [],
  item: {
    linkWay: '0719-8100001',
    superviseWay: '0719-12345',
    materials: [
      { materialCode: 'M01', materialName: '申请人身份证' },
      { materialCode: 'M03', materialName: '缴存流水' },
      { materialCode: 'M04', materialName: '婚姻状况证明' },
    ],
  } as unknown as PaperView['item'],
  city: code =>
    code === '610900'
      ? { name: '安康市', authority: '安康市行政审批服务局' }
      : { name: '十堰市', authority: '十堰市住房公积金中心' },
  decisionHolds: true,
  collecting: '610900',
  handling: '420300',
  localCaseNo: 'SY-2026-0042',
  committed: null,
  originals: ORIGINALS,
  settled: () => null,
  promised: { day: '2026-12-01', provisional: false },
  progress: { picture: '<svg viewBox="0 0 10 10"><path d="M0 0h10v10H0z"/></svg>', url: 'https://ak.example.gov.cn/' },
  today: '2026-11-25',
  ...change,
})
