/** Many varied items for the catalog bench: the shared items of the examples, offered by each district and street of a region. */
import { type ExampleCity, exampleItems } from '../../examples/data/load.ts'
import type { ItemMaterial, ServiceItem } from '../../protocol/service/item.ts'

const AREAS = ['茅箭区', '张湾区', '郧阳区', '丹江口市', '郧西县', '竹山县', '竹溪县', '房县', '高新区', '武当山特区']
const KINDS = [
  '新办',
  '变更',
  '延续',
  '补证',
  '注销',
  '查询',
  '换领',
  '备案',
  '核准',
  '年审',
  '转移',
  '异地受理',
  '迁入',
  '迁出',
]
const LAWS = [
  '中华人民共和国行政许可法',
  '中华人民共和国社会保险法',
  '住房公积金管理条例',
  '不动产登记暂行条例',
  '居民身份证法',
]
const PLACES = ['政务服务大厅', '便民服务中心', '党群服务中心', '综合服务窗口', '自助服务区']
const STREETS = [
  '新华',
  '解放',
  '人民',
  '建设',
  '东风',
  '朝阳',
  '汉江',
  '五堰',
  '车城',
  '翠微',
  '青山',
  '花果',
  '白浪',
  '柏林',
]

/** A small generator of numbers that look random and repeat: mulberry32. */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0
  return below => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** `count` items of a city, of about 2 KB of JSON each, one after another: 103,600 at once would fill the memory. */
export async function catalogItems(city: ExampleCity, count: number): Promise<(no: number) => ServiceItem> {
  const shared = await exampleItems(city)
  return no => {
    const base = shared[no % shared.length]
    if (base === undefined || no >= count) throw new Error(`no item ${no}`)
    const any = numbers(no + 1)
    const of = <T>(list: readonly T[]): T => list[any(list.length)] as T
    const turn = Math.floor(no / shared.length)
    const area = AREAS[turn % AREAS.length] ?? ''
    const street = `${of(STREETS)}${of(STREETS)}街道`
    const name =
      turn === 0 ? base.taskName : `${base.taskName}（${of(KINDS)}，${area}${turn < AREAS.length ? '' : street}）`
    const days = 1 + any(30)
    const materials: ItemMaterial[] = [
      ...base.materials,
      ...Array.from({ length: any(3) }, (_, index) => ({
        materialCode: `M1${index}`,
        materialName: `${of(KINDS)}${of(LAWS)}规定的${of(['证明', '承诺书', '批准文件', '合同', '影像资料'])}`,
        isNeed: of(['1', '2', '3'] as const),
        materialType: of(['1', '2', '3', '4'] as const),
        materialFormat: of(['1', '2', '3'] as const),
        sourceType: of(['10', '20', '99'] as const),
        acceptStand: `内容完整、清晰，与${base.taskName}申请人信息一致，出具日期不超过${1 + any(12)}个月`,
        reviewPoints: ['签章齐全', `第${1 + any(9)}项填写完整`],
        pageNum: 1 + any(4),
      })),
    ]
    return {
      ...base,
      taskCode: `11${city.code}${String(100000000 + (turn % 50_000)).slice(-8)}X4${base.taskType}${String(no).padStart(10, '0')}`,
      taskName: name,
      taskVersion: 1 + any(9),
      useLevel: turn === 0 ? '3' : of(['4', '5', '6'] as const),
      deptName: `${area}${base.deptName.slice(city.name.length)}`,
      anticipateDay: days + any(15),
      promiseDay: days,
      acceptCondition: `1.${street}辖区内居住满${1 + any(24)}个月；2.符合${name}的法定条件；3.提交材料真实有效，承担相应法律责任`,
      byLaw: `《${of(LAWS)}》第${1 + any(90)}条：公民、法人或者其他组织依法提出申请的，应当自受理之日起${days}个工作日内办结`,
      handleFlow: `申请 → 受理 → 审查（${1 + any(days)}个工作日）→ 决定 → 送达（${of(['窗口领取', '邮寄', '电子证照'])}）`,
      transactAddr: `${city.province}${city.name}${area}${street}${of(STREETS)}路${1 + any(300)}号${of(PLACES)}${1 + any(5)}楼${1 + any(60)}号窗口`,
      transactTime: '周一至周五 9:00-12:00，13:30-17:00（法定节假日除外）',
      linkWay: `0719-8${String(any(1_000_000)).padStart(6, '0')}`,
      superviseWay: `0719-12345`,
      materials,
    }
  }
}
