/** Words of the map of China. */
import { catalogue } from '../../catalogue.ts'

export const MAP = catalogue(
  {
    country: '全国',
    cities: '有关城市',
    view: '显示范围',
    closer: '放大',
    farther: '缩小',
    sketch: '示意图',
    city: '城市',
    state: '状态',
    from: '从',
    to: '到',
    unplaced: '代码不在行政区划表内，未画在图上',
    none: '没有城市',
    noFlows: '没有流向',
  },
  {
    country: 'All of China',
    cities: 'These cities',
    view: 'What is shown',
    closer: 'Closer',
    farther: 'Farther',
    sketch: 'Sketch map',
    city: 'City',
    state: 'State',
    from: 'From',
    to: 'To',
    unplaced: 'its code is not in the table of divisions: not on the map',
    none: 'No cities',
    noFlows: 'No flows',
  },
)
