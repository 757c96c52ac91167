/** Words of the board (看板). */
import { catalogue } from '../words.ts'

export const BOARD = catalogue(
  {
    title: '看板',
    counters: '总览',
    today: '今日',
    month: '本月',
    year: '本年',
    counted: '件数',
    all: '异地收件',
    collecting: '本市代收',
    handling: '外地代收本市',
    places: '办理点',
    placesOf: (own: string, partners: string) => `本市 ${own} 个窗口 · 合作城市 ${partners} 个`,
    items: '接入事项',
    itemsOf: (collecting: string, handling: string) => `本市可代收 ${collecting} 项 · 外地可代收本市 ${handling} 项`,
    map: '有往来的城市',
    ownCity: '本市',
    withCases: (count: string) => `本年往来 ${count} 件`,
    noCases: '本年没有往来办件',
  },
  {
    title: 'Board',
    counters: 'Overview',
    today: 'Today',
    month: 'This month',
    year: 'This year',
    counted: 'Cases',
    all: 'All cases',
    collecting: 'Taken in here for others',
    handling: 'Taken in by others for us',
    places: 'Places',
    placesOf: (own: string, partners: string) => `${own} windows here · ${partners} of partner cities`,
    items: 'Items',
    itemsOf: (collecting: string, handling: string) =>
      `${collecting} to take in for others · ${handling} others for us`,
    map: 'Cities and their cases',
    ownCity: 'this city',
    withCases: (count: string) => `${count} cases this year`,
    noCases: 'no cases this year',
  },
)
