/** Reads the tables of the examples and makes a city's service items of them. */
import { readFile } from 'node:fs/promises'
import type { Mode } from '../../protocol/case/kinds.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'

type ItemMaterial = ServiceItem['materials'][number]

export type ExampleCity = { code: string; name: string; province: string; authority: string }

async function table(name: string): Promise<string[][]> {
  const text = await readFile(new URL(name, import.meta.url), 'utf8')
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map(line => line.split('\t'))
}

export async function exampleCities(): Promise<ExampleCity[]> {
  const rows = await table('cities.tsv')
  return rows.map(([code = '', name = '', province = '', authority = '']) => ({ code, name, province, authority }))
}

const ID_CARD = material('M01', '申请人身份证', {
  sourceType: '20',
  materialType: '1',
  reviewPoints: ['在有效期内', '人证一致'],
})
const LICENCE = material('M01', '营业执照', {
  sourceType: '20',
  materialType: '1',
  reviewPoints: ['统一社会信用代码与申请单位一致'],
})
const FORM = material('M02', '申请表', { sourceType: '10', materialType: '1', reviewPoints: ['签字或盖章', '无涂改'] })
const PROOF = material('M03', '相关证明材料', {
  isNeed: '3',
  needExplain: '申请时不能提供的，可书面承诺后补',
  sourceType: '10',
  materialType: '4',
})

function material(materialCode: string, materialName: string, rest: Partial<ItemMaterial>): ItemMaterial {
  return { materialCode, materialName, isNeed: '1', materialType: '4', materialFormat: '3', sourceType: '10', ...rest }
}

/** The example city of a division code. */
export async function exampleCity(code: string): Promise<ExampleCity> {
  const city = (await exampleCities()).find(entry => entry.code === code)
  if (city === undefined) throw new Error(`no example city ${code}`)
  return city
}

/**
 * The items that a city shares, as it would publish them. Codes follow the form of GB/T 39554 (实施编码: 18 characters of
 * the organ, level, 12 of the catalogue) with a made-up organ, so that they are stable and never those of a real item.
 */
export async function exampleItems(city: ExampleCity): Promise<ServiceItem[]> {
  const rows = await table('items.tsv')
  return rows.map((row, index) => {
    const [
      taskName = '',
      deptName = '',
      taskType = '20',
      audience = '1',
      projectType = '2',
      modes = '0',
      promise = '1',
      legal = '1',
      visits = '0',
    ] = row
    const personal = audience === '1'
    return {
      taskCode: `11${city.code}MB0000000X4${taskType}${String(index + 1).padStart(10, '0')}`.slice(0, 31),
      taskName,
      taskVersion: 1,
      taskState: '1',
      taskType,
      useLevel: '3',
      deptName: `${city.name}${deptName}部门`,
      serverType: personal ? ['1'] : ['2', '3', '4'],
      projectType: projectType as ServiceItem['projectType'],
      modes: modes.split(',').map(mode => Number(mode) as Mode),
      anticipateDay: Number(legal),
      promiseDay: Number(promise),
      limitSceneNum: Number(visits),
      ...(visits === '0' ? {} : { limitSceneExplain: '需核验身份或交回原证件' }),
      acceptCondition: `符合${taskName}的法定条件`,
      isFee: false,
      resultName: taskName,
      linkWay: '0000-12345',
      superviseWay: '0000-12346',
      materials: [personal ? ID_CARD : LICENCE, FORM, PROOF],
      form: {
        type: 'object',
        properties: { reason: { type: 'string', title: '申请事由', maxLength: 200 } },
        required: ['reason'],
      },
    }
  })
}
