/** HTTP routes of a step before it is taken: its form, and its rehearsal. */
import * as z from 'zod'
import { AUTHORS, CASE_CONTENT, type CaseKind } from '../../../../protocol/case/kinds.ts'
import { TITLES } from '../../../../protocol/case/names.ts'
import { LIMITS } from '../../../../protocol/limits.ts'
import { Day, jsonObject, ThreadId } from '../../../../protocol/primitives.ts'
import { type Problem, ProblemError } from '../../../../protocol/problem.ts'
import { STEP_ACTIONS } from '../../../../protocol/rights/table.ts'
import { plainPatterns } from '../../../edges/http/document.ts'
import { tellField } from '../../../edges/http/field-problem.ts'
import { describeProblem, ProblemInWords } from '../../../edges/http/problem-in-words.ts'
import { actorOf, type RouteModule } from '../../../edges/http/route.ts'
import { pointerOfField } from '../../../kernel/fields.ts'
import { Finding } from '../routes.ts'
import { type CaseSteps, STEP_LIMITS } from './steps.ts'

const kinds = (Object.keys(AUTHORS) as CaseKind[]).filter(kind => kind !== 'case.submit' && kind !== 'case.purge')
const verbs = kinds.map(kind => kind.slice('case.'.length))

const params = z.strictObject({
  thread: ThreadId,
  kind: z
    .enum([...verbs, ...kinds] as [string, ...string[]])
    .describe(
      'as the address of the step has it, such as `accept`, or as `steps` of the case has it, such as `case.accept`',
    ),
})
const kindOf = (named: string): CaseKind => (named.startsWith('case.') ? named : `case.${named}`) as CaseKind

/** Body of each kind, made when it is first asked for. */
const schemas = new Map<CaseKind, Record<string, unknown>>()
function schemaOf(kind: CaseKind): Record<string, unknown> {
  const known = schemas.get(kind) ?? plainPatterns(z.toJSONSchema(CASE_CONTENT[kind] as z.ZodType, { io: 'input' }))
  schemas.set(kind, known)
  return known
}

/** What stands against it; anything else is thrown on. */
const problemIn = (demanded: Promise<void>): Promise<Problem | null> =>
  demanded.then(
    () => null,
    (error: unknown) => {
      if (error instanceof ProblemError) return error.problem
      throw error
    },
  )

export const stepRoutes = (steps: CaseSteps): RouteModule => ({
  tag: 'Cases',
  description: 'Cases (办件) across two cities.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/cases/{thread}/steps/{kind}',
      id: 'getCaseStep',
      summary: 'What a step asks for: schema, what is known already, allowed days, and why it cannot be taken now',
      description:
        'Defaults that hold something of the applicant are given to who may read what is written in the case, with an audit row.',
      action: 'case.read',
      params,
      answer: z.strictObject({
        kind: z.string(),
        en: z.string(),
        zh: z.string(),
        possible: z.boolean().describe('for this city, and for who asks, now'),
        problem: ProblemInWords.nullable().describe('why not'),
        version: z.string().describe('of the case, for `If-Match` when the step is taken'),
        schema: z.record(z.string(), z.unknown()).describe('JSON Schema (2020-12) of the body'),
        defaults: jsonObject(z.string(), LIMITS.jsonLevels).describe(
          'what the node knows of the body; nothing while the step is not possible',
        ),
        days: z
          .array(
            z.strictObject({
              path: z.string().describe('JSON Pointer into the body; of an instant, its day in China'),
              earliest: Day,
              latest: Day.nullable().describe('null: nothing bounds it'),
              workingDay: z.boolean().describe('it must be one'),
            }),
          )
          .describe('between which days each of its days may lie'),
        people: z
          .array(
            z.strictObject({
              path: z.string().describe('JSON Pointer into the body'),
              names: z.array(z.string()).describe(`by name, ${STEP_LIMITS.names} at most; others may be written`),
            }),
          )
          .describe('colleagues who may be named in a field, such as those who may approve an extension (批准人)'),
      }),
      versionOf: ({ version }) => version,
      problems: ['thread.unknown'],
      async handle({ params: { thread, kind: named }, person, demand }) {
        const kind = kindOf(named)
        const { problem, days, people, ...form } = await steps.form(thread, kind, person, {
          may: await problemIn(demand(STEP_ACTIONS[kind], thread)),
          mayRead: (await problemIn(demand('case.content', thread))) === null,
        })
        return {
          ...form,
          ...TITLES[kind],
          possible: problem === null,
          problem: problem === null ? null : describeProblem(problem, 'you'),
          schema: schemaOf(kind),
          days: days.map(({ field, ...day }) => ({ path: pointerOfField(field), ...day })),
          people: people.map(({ field, names }) => ({ path: pointerOfField(field), names })),
        }
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/cases/{thread}/steps/{kind}/check',
      id: 'checkCaseStep',
      summary: 'Rehearse a step: everything that would keep it from being taken, with nothing written (试办)',
      action: 'case.read',
      looksUp: true,
      params,
      body: jsonObject(z.string(), LIMITS.jsonLevels).describe('the body of the step, whole or not'),
      bodyBytes: 512 * 1024,
      answer: z.strictObject({ findings: z.array(Finding) }),
      problems: ['thread.unknown', 'request.forbidden', 'rights.scope', 'rights.separation'],
      async handle({ params: { thread, kind: named }, body, person, demand }) {
        const kind = kindOf(named)
        await demand(STEP_ACTIONS[kind], thread)
        return { findings: (await steps.rehearse(thread, kind, body, actorOf(person))).map(tellField) }
      },
    })
  },
})
