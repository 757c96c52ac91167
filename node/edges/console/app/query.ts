/** What pages read of the node, and how they change it: each operation of the API by its name, kept until an event says that it changed. */
import {
  keepPreviousData,
  QueryClient,
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { PROBLEMS, ProblemError } from '../../../../protocol/problem.ts'
import type { Api } from '../../client/api.generated.ts'
import { everyPage, PAGE } from './every.ts'
import { node, type OperationId } from './session.ts'

export type AnswerOf<Id extends OperationId> = Awaited<ReturnType<Api[Id]>>
export type InputOf<Id extends OperationId> = NonNullable<Parameters<Api[Id]>[0]>

/** How often a read is tried again by itself when the node says that it may succeed later. */
const RETRIES = 2

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // What is shown is told by events when it changes; `live.ts`.
      staleTime: Number.POSITIVE_INFINITY,
      refetchOnWindowFocus: false,
      retry: (count, error) =>
        count < RETRIES && error instanceof ProblemError && PROBLEMS[error.problem.code].retryable,
    },
  },
})

/** How an operation is read, for those who read several at once. */
export const reading = <Id extends OperationId>(id: Id, input?: InputOf<Id>) =>
  queryOptions({
    queryKey: [id, input ?? null],
    queryFn: ({ signal }) =>
      (node[id] as (input: unknown) => Promise<AnswerOf<Id>>)({ ...(input as object | undefined), signal }),
  })

/** Reads by an operation. `when`: false as long as what it needs is not known; `every`: how often what no event tells of is read again, ms. */
export function useNode<Id extends OperationId>(
  id: Id,
  input?: InputOf<Id>,
  { when = true, keep = false, every }: { when?: boolean; keep?: boolean; every?: number } = {},
) {
  return useQuery({
    ...reading(id, input),
    enabled: when,
    refetchInterval: every ?? false,
    // Rows stay while the next ones are asked for.
    placeholderData: keep ? keepPreviousData : undefined,
  })
}

/** Lists that are read page after page. */
type ListId = {
  [Id in OperationId]: AnswerOf<Id> extends { items: readonly unknown[]; next: string | null } ? Id : never
}[OperationId]
type RowOf<Id extends ListId> = AnswerOf<Id>['items'][number]

/** How a list is read to its end. */
export const readingEvery = <Id extends ListId>(id: Id, input?: InputOf<Id>) =>
  queryOptions({
    queryKey: [id, { ...input, every: true }],
    queryFn: ({ signal }) => {
      const { query, ...where } = (input ?? {}) as { query?: object }
      const read = node[id] as (input: unknown) => Promise<{ items: RowOf<Id>[]; next: string | null }>
      return everyPage(cursor => read({ ...where, query: { ...query, limit: PAGE, cursor }, signal }))
    },
  })

/** Reads a list to its end: what people choose from on their screen. `when`: false as long as what it needs is not known. */
export const useEvery = <Id extends ListId>(id: Id, input?: InputOf<Id>, { when = true }: { when?: boolean } = {}) =>
  useQuery({ ...readingEvery(id, input), enabled: when })

/** Changes something by an operation; what `stale` names is read again once it is done. */
export function useAct<Id extends OperationId>(id: Id, stale: readonly OperationId[] = []) {
  const client = useQueryClient()
  return useMutation<AnswerOf<Id>, unknown, InputOf<Id>>({
    mutationFn: input => (node[id] as (input: unknown) => Promise<AnswerOf<Id>>)(input),
    onSuccess: () => readAgain(client, stale),
  })
}

/** Reads again what pages show of some operations. */
export async function readAgain(client: QueryClient, stale: readonly OperationId[]): Promise<void> {
  const names = new Set<unknown>(stale)
  if (names.size > 0) await client.invalidateQueries({ predicate: ({ queryKey }) => names.has(queryKey[0]) })
}
