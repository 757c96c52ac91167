/** Words of the page of messages. */
import { catalogue } from '../catalogue.ts'

export const MESSAGES = catalogue(
  {
    title: '消息',
    cases: '有未读留言的办件',
    empty: '没有未读留言。要给对方留言，请打开办件。',
    choose: '选一件，查看往来留言。',
    more: '只列最早到期的 200 件，读完后显示其余',
    open: '打开办件',
    talk: '往来留言',
  },
  {
    title: 'Messages',
    cases: 'Cases with unread messages',
    empty: 'Every message was read. To write one, open a case.',
    choose: 'Choose a case to see what was written.',
    more: 'the 200 that are due first; the others follow when these are read',
    open: 'Open the case',
    talk: 'What was written',
  },
)
