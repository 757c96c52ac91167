/** Words of the help page. */
import { catalogue } from '../words.ts'

export const HELP = catalogue(
  {
    title: '帮助',
    keys: '快捷键',
    keysHint: '在输入框以外按下；输入法正在组字时不起作用。',
    search: '查找',
    go: '打开',
    problems: '问题码一览',
    reference: '接口文档',
  },
  {
    title: 'Help',
    keys: 'Keys',
    keysHint: 'Outside fields; never while an input method composes.',
    search: 'Search',
    go: 'Open',
    problems: 'All problem codes',
    reference: 'API reference',
  },
)
