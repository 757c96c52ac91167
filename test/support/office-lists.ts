/** Lists of three offices, as each writes them, with what a person answers where an import asks, and what they cure in the table. */
import type { HandCell, HandSheet } from './xlsx.ts'

/** What is answered where the mapping asks, by the word or the field. */
export type Answers = Readonly<Record<string, string | number>>

export type OfficeList = {
  name: string
  sheets: readonly HandSheet[]
  /** what is typed into the mapping */
  answers: Answers
  /** what is cured in the table itself, because no mapping says it */
  cured?: (sheets: readonly HandSheet[]) => readonly HandSheet[]
  /** told by the first run besides */
  told: readonly RegExp[]
}

/** A cell of a sheet written anew. */
const written = (
  sheets: readonly HandSheet[],
  sheet: string,
  row: number,
  column: number,
  cell: HandCell,
): HandSheet[] =>
  sheets.map(each =>
    each.name === sheet
      ? { ...each, rows: each.rows.map((cells, no) => (no === row ? cells.with(column, cell) : cells)) }
      : each,
  )

/** Cells of a row between bars. */
const row = (cells: string): HandCell[] => cells.split('|').map(cell => (cell === '' ? null : cell))

export const MARKET: OfficeList = {
  name: '市场监管局',
  sheets: [
    { name: '封面', rows: [['市市场监管局“跨省通办”事项一览'], ['填报日期：2026年11月']] },
    {
      name: 'Items 事项',
      merged: ['A1:P1', 'B4:B7'],
      rows: [
        ['某市市场监督管理局政务服务事项清单（2026版）'],
        row(
          'No.|Department 部门|Item Code 事项编码|Item Name 事项名称|Type 事项类型|Level 层级|Applicant 服务对象|Category 办件类型|Mode 通办模式|Time limit 办理时限（工作日）||Visits 跑动次数|Fee 是否收费|Hotline 咨询电话|Complaint 投诉电话|Effective 生效日期',
        ),
        row('|||||||||Statutory 法定|Promised 承诺'),
        row(
          '1|市场监管局|１１４２０３００ＭＢ１００００００Ａ３０００１３１００１|食品经营许可（新办）|行政许可|市级|企业/个体工商户|承诺件|异地代收代办|20|10|0次|×|0719-8100001|0719-8100002|46082',
        ),
        row(
          '2||11420300MB1000000A3 000131 002|食品经营许可（变更）|行政许可|市级|企业法人、个体户|承诺件|代收代办|二十|5个工作日|1次|×|0719-8100001|0719-8100002|2026年3月1日',
        ),
        row(
          '3||11420300MB1000000A3000131003|营业执照遗失补领|行政确认|地市级|各类市场主体|即办|全程网办|即办|即办|0|否|0719-8100001|0719-8100002|2026.3.1',
        ),
        row(
          '4||11420300MB1000000A3000131004|企业登记信息查询|公共服务|市级|不限|即办件|全网通办|—|当天|0|免费|0719-8100001|0719-8100001|/',
        ),
        ['合计', '4项'],
      ],
    },
    {
      name: 'Documents 材料',
      rows: [
        row(
          'Item Code 事项编码|Document 材料名称|Required 是否必要|Original/Copy 材料类型|Form 材料形式|Source 材料来源|Copies 份数',
        ),
        row('11420300MB1000000A3000131001|食品经营许可申请书|√|原件|纸质或电子|申请人自备|1'),
        row('11420300MB1000000A3000131001|营业执照|√|复印件1份|纸质|政府部门核发|1'),
        row('11420300MB1000000A3000131002|变更申请书|是|原件|纸质|自拟|2'),
        row('11420300MB1000000A3000131003|遗失声明|×|原件(收取)|电子扫描件|申请人自备|一份'),
        row('11420300MB1000000A3000131004|身份证|核验|原件(核验)|纸质或电子|公安部门|1'),
      ],
    },
  ],
  answers: {
    个体工商户: '自然人',
    个体户: '自然人',
    各类市场主体: '自然人、企业法人',
    不限: '自然人、法人',
    全网通办: '全程网办',
    '—': '20',
    当天: '1',
    核验: '必要',
    自拟: '申请人自备',
    公安部门: '政府部门核发',
    limitSceneExplain: '当面核对原件',
  },
  cured: sheets => written(sheets, 'Items 事项', 6, 14, '0719-8100002'),
  told: [
    /phone\.same/,
    /visits\.reason/,
    /“企业\/个体工商户”/,
    /可填: .*全程网办/,
    /Applicant 服务对象 “各类市场主体”/,
  ],
}

const POLICE_HEAD = row(
  '类别|实施编码|主项名称|子项名称|责任处室|事项性质|行使层级|申请人类型|办理类型|是否支持跨省通办|通办方式|法定期限|承诺期限|现场次数|是否收费|受理地点|咨询方式|监督方式|申请材料',
)
const PLACE = '市民中心3楼|0719－8200001|07198200002'
export const POLICE: OfficeList = {
  name: '公安局',
  sheets: [
    {
      name: '户政',
      merged: ['A4:A6'],
      rows: [
        ['附件2'],
        ['公安局高频政务服务事项梳理表'],
        POLICE_HEAD,
        row(
          `户政业务|\`114203000000000001|户口迁移|户口迁移（夫妻投靠）|治安支队|其他行政权力|市级|公民|承诺|√|异地代收|20日|3-5个工作日|1|×|${PLACE}|1、结婚证（原件）；2、居民户口簿（原件和复印件）`,
        ),
        row(
          `|\`114203000000000002|户口迁移|户口迁移（大中专学生）|治安支队|其他行政权力|市级|公民|承诺|√|异地代收|20日|1.5小时|1|×|${PLACE}|1、录取通知书（原件）`,
        ),
        row(
          `|\`114203000000000003|身份证|居民身份证换领|治安支队|行政确认|市级|公民|承诺|√|就近办|二个月|20个工作日|1|×|${PLACE}|1、旧身份证（原件）`,
        ),
        ['小计', '3'],
      ],
    },
    {
      name: '出入境',
      rows: [
        POLICE_HEAD,
        row(
          `出入境|114203000000000004|护照|普通护照签发|治安支队|行政许可|市级|中国公民|承诺|√|异地代收|三十日||2次|×|${PLACE}|1、身份证（原件）\n2、照片2张`,
        ),
      ],
    },
  ],
  answers: {
    就近办: '异地授权',
    '3-5个工作日': '5',
    '1.5小时': '1',
    日: 1,
    月: 22,
    promiseDay: '30',
    'materials.isNeed': '必要',
    'materials.materialType': '原件',
    'materials.materialFormat': '纸质',
    'materials.sourceType': '申请人自备',
    limitSceneExplain: '须当面核验本人',
  },
  told: [/“3-5个工作日”/, /时限不是以工作日计/, /row 2 第 2 行, 承诺期限/, /visits\.reason/],
}

export const COUNTY: OfficeList = {
  name: '民政局',
  sheets: [
    {
      name: 'Sheet1',
      rows: [
        row(
          'code|name|department|item type|level|target|handling type|mode|statutory days|promised days|visits|charge|phone|complaint phone|basis',
        ),
        row(
          '114203220000001 X|Low-income 低保申请|民政局|给付|县（区）级|Individual|commitment|Agency collection|60个工作日|三十个工作日|0|No|0719-6220001|0719-6220002|《社会救助暂行办法》',
        ),
        [],
        row(
          '114203220000002X|社会团体成立登记|民政局|许可|县（区）级|Organization|commitment|Online|60日|20 working days|0|N|6220001|0719-6220002|《社会团体登记管理条例》',
        ),
        row(
          '1.14203E+15|高龄津贴发放|民政局|给付|县（区）级|Individual|instant|Online|1-3天||0|N|0719-6220001|0719-6220002|',
        ),
        ['Total', '3'],
      ],
    },
    {
      name: 'Sheet2',
      rows: [
        row('code|material|required|original or copy|medium|source|copies|notes'),
        row('114203220000001X|身份证|Yes|original|paper|government|1|'),
        row('114203220000001X|收入证明|Yes|original|paper|applicant|1|单位盖章'),
        row('114203220000002X|章程|Yes|copy|electronic|applicant|2|'),
        row('114203220000003X|户口本|Optional|original & copy|half paper|government|1|'),
      ],
    },
  ],
  answers: {
    Organization: '社会组织法人',
    'Agency collection': '异地代收',
    '1-3天': '3',
    promiseDay: '1',
    'half paper': '纸质或电子',
  },
  // The code lost its digits, and a phone has no area code.
  cured: sheets => written(written(sheets, 'Sheet1', 4, 0, '114203220000003X'), 'Sheet1', 3, 12, '0719-6220001'),
  told: [/“1\.14203E\+15”/, /row 5 第 5 行, promised days/, /“half paper”/, /phone\.area-code/],
}
