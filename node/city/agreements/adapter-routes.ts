/** HTTP route of what the mapping to the approval system knows. */
import * as z from 'zod'
import { Mode } from '../../../protocol/case/kinds.ts'
import type { RouteModule } from '../../edges/http/route.ts'
import { ADAPTER_COVERAGE_LIMITS, type createAdapterCoverage } from './adapter-coverage.ts'

export const adapterCoverageRoutes = (coverage: ReturnType<typeof createAdapterCoverage>): RouteModule => ({
  tag: 'Approval system',
  description: 'The approval system (审批系统) behind the adapter: what its mapping knows.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/approval-system/coverage',
      id: 'getAdapterCoverage',
      summary:
        'Items that agreements let this city handle, and what of each the mapping to the approval system does not know',
      action: 'operation.read',
      seconds: 60,
      answer: z.strictObject({
        kind: z.string().describe('of the adapter'),
        tells: z.boolean().describe('false: the adapter takes every item as it is'),
        capped: z.boolean().describe(`there are more than ${ADAPTER_COVERAGE_LIMITS.items}`),
        items: z.array(
          z.strictObject({
            taskCode: z.string(),
            taskName: z.string(),
            modes: z.array(Mode).describe('in which this city handles it'),
            formCodes: z
              .number()
              .int()
              .describe(`codes of lists of its form that were looked at, ${ADAPTER_COVERAGE_LIMITS.codes} at most`),
            lacks: z.array(z.string()).describe('such as `dictionaries.mode: mode 2`'),
          }),
        ),
      }),
      handle: async () => {
        const { items, ...rest } = await coverage()
        return { ...rest, items: items.map(item => ({ ...item, modes: [...item.modes] })) }
      },
    })
  },
})
