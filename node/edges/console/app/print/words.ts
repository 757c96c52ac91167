/** Words of the print room. */
import { catalogue } from '../catalogue.ts'

export const PRINT = catalogue(
  {
    title: '待打印',
    empty: '没有待打印的文书。有新文书须交申请人时，会出现在这里。',
    papers: '文书',
    print: '打印所选',
    hint: '所选办件的待打印文书按选择的顺序合成一份，每件另起一页；打印即记录，并从此处移出。',
  },
  {
    title: 'To print',
    empty: 'No paper waits. What must be given to an applicant shows up here.',
    papers: 'Papers',
    print: 'Print what is chosen',
    hint: 'All papers of the chosen cases become one document in the order in which they were chosen, each on sheets of its own. Printing is noted, and takes them off this list.',
  },
)
