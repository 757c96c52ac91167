/** HTTP routes of the columns of one's own desk. */
import * as z from 'zod'
import type { RouteModule } from '../../edges/http/route.ts'
import { DESK_COLUMNS, type DeskColumns } from './columns.ts'

const Chosen = z.strictObject({
  columns: z
    .array(z.enum(DESK_COLUMNS))
    .max(DESK_COLUMNS.length)
    .refine(columns => new Set(columns).size === columns.length, { message: 'each column once' })
    .describe('in the order in which they stand'),
})

export const deskColumnRoutes = (columns: DeskColumns): RouteModule => ({
  tag: 'Queues',
  description: 'Columns of the desk (工作台列).',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/me/desk-columns',
      id: 'readDeskColumns',
      summary: 'The columns of lists of cases that one chose; the usual ones where none were chosen',
      action: 'self.use',
      answer: Chosen,
      handle: async ({ person }) => ({ columns: [...(await columns.of(person.id))] }),
    })
    api.operation({
      method: 'put',
      path: '/api/v1/me/desk-columns',
      id: 'chooseDeskColumns',
      summary: 'Choose the columns of lists of cases, kept with the account; an empty list: the usual ones again',
      action: 'self.use',
      body: Chosen,
      answer: Chosen,
      handle: async ({ body, person }) => {
        await columns.choose(person.id, body.columns)
        return { columns: [...(await columns.of(person.id))] }
      },
    })
  },
})
