/** What the configurations of adapters have in common: kinds of packets, expressions, templates, names of secrets, and what is told of faults. */
import * as z from 'zod'
import { ANSWER_KINDS, AUTHORS, isMoveKind, type MoveRequest } from '../../protocol/case/kinds.ts'
import { isExact } from '../../protocol/json-text.ts'
import type { Template } from './mapping.ts'

/** Kinds that an approval system may bring about; `case.arrived` is signed by the node when the system has registered the case. */
export type AnswerKind = Exclude<MoveRequest['kind'], 'case.arrived'>
const KINDS = Object.keys(AUTHORS) as (keyof typeof AUTHORS)[]
export const ANSWERED_KINDS = KINDS.filter(
  (kind): kind is AnswerKind =>
    (isMoveKind(kind) && kind !== 'case.arrived') || ANSWER_KINDS.some(answer => answer === kind),
)
/** Kinds that the city that moves a case receives. */
export const RECEIVED_KINDS = KINDS.filter(kind => !isMoveKind(kind))
/** The same after the submit. */
export const LATER_KINDS = RECEIVED_KINDS.filter(kind => kind !== 'case.submit')

export const Expression = z
  .string()
  .min(1)
  .meta({ id: 'expression', description: 'a JSONata expression; reads nothing but its input' })

/** JSON whose texts are expressions. `more`: what its description says of it besides. */
export function jsonTemplate(more = ''): z.ZodType<Template> {
  const template: z.ZodType<Template> = z
    .lazy(() =>
      z.union([
        z.string(),
        z.number().refine(isExact, 'a number that JSON readers round: write it as an expression of text'),
        z.boolean(),
        z.null(),
        z.array(template),
        z.record(z.string().max(200), template),
      ]),
    )
    .meta({
      id: 'template',
      description: `JSON whose every string is a JSONata expression; a field whose expression finds nothing is left out${more}`,
    })
  return template
}

export const SecretName = z.string().regex(/^[A-Za-z][\w.-]{0,63}$/)

/** The first dozen fields that are wrong. A configuration holds no personal data, and zod's messages no values. */
export const configFaults = (error: z.ZodError): string =>
  error.issues
    .slice(0, 12)
    .map(issue => {
      const { path, message } = issue
      const why = issue.code === 'invalid_key' ? issue.issues.map(inner => inner.message).join(', ') : message
      return `${path.join('.') || '(top)'}: ${why}`
    })
    .join('; ')
