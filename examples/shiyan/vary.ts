/** Lists that differ as those of real cities do (同事不同标): fewer items, other days, other materials, other names for the same paper. */
import { createHash } from 'node:crypto'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { type ExampleCity, exampleItems } from '../data/load.ts'

/** How one paper is called in different cities. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  申请人身份证: ['申请人身份证', '居民身份证', '身份证原件及复印件', '申请人有效身份证件'],
  营业执照: ['营业执照', '营业执照副本', '企业营业执照（副本）', '统一社会信用代码证照'],
  申请表: ['申请表', '申请书', '业务申请表（加盖公章）', '申请登记表'],
  相关证明材料: ['相关证明材料', '其他证明材料', '佐证材料'],
}

/** Always the same number for the same words, below `n`. */
const drawn = (n: number, ...words: string[]): number =>
  createHash('sha256').update(words.join('\n')).digest().readUInt32BE(0) % n

/** The items that the city publishes: 130 or more of the table. */
export async function variedItems(city: ExampleCity): Promise<ServiceItem[]> {
  const items = await exampleItems(city)
  const chance = (item: ServiceItem, what: string, n: number) => drawn(n, city.code, item.taskName, what)
  return items
    .toSorted((a, b) => chance(a, 'shared', 2 ** 31) - chance(b, 'shared', 2 ** 31))
    .slice(0, 130 + drawn(items.length - 129, city.code))
    .map(item => ({
      ...item,
      promiseDay: Math.max(0, Math.min(item.anticipateDay, item.promiseDay + chance(item, 'days', 5) - 2)),
      materials: item.materials.map(material => {
        const names = NAMES[material.materialName] ?? [material.materialName]
        const copies = chance(item, material.materialCode, 3) === 0 ? ('3' as const) : material.materialType
        return {
          ...material,
          materialName: names[drawn(names.length, city.code, material.materialName)] ?? material.materialName,
          materialType: copies,
        }
      }),
    }))
}
