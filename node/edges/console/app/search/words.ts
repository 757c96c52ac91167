/** Words of the search. */
import { catalogue } from '../catalogue.ts'

export const SEARCH = catalogue(
  {
    title: '查找',
    what: '在页首输入要查的内容：办件编号（或开头四位以上）、申请人姓名、证件号码、电话、事项名称；事项和城市可用拼音首字母。按 / 进入输入框。',
    kept: '查找内容不写入地址，也不保存记录。',
    cases: (count: string) => `办件 ${count}`,
    items: (count: number) => `事项 ${count}`,
    cities: (count: number) => `城市 ${count}`,
    noCases: '没有符合的办件。姓名、证件号和电话须输入完整；只能查到您有权查看的办件。',
    none: '没有查到事项或城市。',
    more: '更多',
    onDesk: '在工作台查看该事项的办件',
    cityOnDesk: '在工作台查看与该市的办件',
    readingNames: '正在读取事项名称…',
  },
  {
    title: 'Search',
    what: 'Type above what you look for: a case number (or four characters of its beginning), name, ID number or phone of the applicant, name of an item; items and cities also by initials of their pinyin. / goes to the field.',
    kept: 'What you look for does not stand in the address, and is not kept.',
    cases: (count: string) => `Cases ${count}`,
    items: (count: number) => `Items ${count}`,
    cities: (count: number) => `Cities ${count}`,
    noCases: 'No case fits. Names, ID numbers and phones must be whole; you find the cases that are yours to see.',
    none: 'No item or city fits.',
    more: 'More',
    onDesk: 'its cases on the desk',
    cityOnDesk: 'cases with this city on the desk',
    readingNames: 'Reading the names of items…',
  },
)
