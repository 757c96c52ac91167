/** A step of a case by its kind: which operation takes it. */
import { type CaseKind, isCaseKind } from '../../../protocol/case/kinds.ts'
import type { Case } from './api.generated.ts'
import type { Client } from './client.ts'

/** Kinds of packets that are steps of their own; a submit begins a case, and a purge deletes besides it signs. */
export type Step = Exclude<CaseKind, 'case.submit' | 'case.purge'>
type Camel<T extends string> = T extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : T
type StepId<K extends Step = Step> = K extends `case.${infer Verb}` ? `${Camel<Verb>}Case` : never

export const isStep = (kind: string): kind is Step =>
  isCaseKind(kind) && kind !== 'case.submit' && kind !== 'case.purge'

/** `requestSupplementCase` of `case.request-supplement`. */
const operationOf = (kind: Step): StepId =>
  `${kind.slice('case.'.length).replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())}Case` as StepId

/** Takes a step whose body fits it or not: the node says so, field by field. */
export function callStep(
  client: Pick<Client, StepId>,
  kind: Step,
  thread: string,
  body: object,
  { key, ifMatch }: { key?: string | undefined; ifMatch?: string | undefined } = {},
): Promise<Case> {
  const call = client[operationOf(kind)] as (input: {
    params: { thread: string }
    body: object
    key?: string | undefined
    ifMatch?: string | undefined
  }) => Promise<Case>
  return call({ params: { thread }, body, key, ifMatch })
}
