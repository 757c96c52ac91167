/** What the node answers together with its version (ETag): who changes it says what they saw. */
import { OPERATIONS } from '../../../client/addresses.generated.ts'
import { addressOf } from '../../../client/client.ts'
import type { AnswerOf, InputOf } from '../query.ts'
import { node, type OperationId } from '../session.ts'

type Input = {
  params?: Readonly<Record<string, string>>
  query?: Readonly<Record<string, string | number | undefined>>
  body?: unknown
  ifMatch?: string
}

/** `version`: null where the answer shows nothing that has one. Problems: those of the operation. */
export async function versioned<Id extends OperationId>(
  id: Id,
  input: InputOf<Id>,
): Promise<{ data: AnswerOf<Id>; version: string | null }> {
  const { ifMatch, body, ...where } = input as Input
  const response = await node.request({
    path: addressOf(OPERATIONS[id], where),
    method: OPERATIONS[id].method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const tag = response.headers.get('etag')
  return { data: (await response.json()) as AnswerOf<Id>, version: tag === null ? null : tag.replaceAll('"', '') }
}
