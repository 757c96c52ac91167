/** Words of the acceptance of several cases. */
import { catalogue } from '../catalogue.ts'

export const ACCEPTANCE = catalogue(
  {
    title: '批量受理',
    empty: '没有可批量受理的办件。预审通过、材料齐全的办件会出现在这里。',
    hint: '只列预审通过的办件。逐件受理并告知对方，随后打印受理通知书；可以中途停止。决定须逐件审查，不能批量。',
    accept: '受理所选',
    passed: '预审',
    accepting: '受理',
  },
  {
    title: 'Accept several',
    empty: 'No case can be accepted among others. Those whose pre-check was passed show up here.',
    hint: 'Cases whose pre-check was passed. Each is accepted for itself and told to the other city; then the notices of acceptance are printed. It can be stopped on the way. Decisions are made one by one: each case is examined for itself.',
    accept: 'Accept what is chosen',
    passed: 'Pre-check',
    accepting: 'accept',
  },
)
