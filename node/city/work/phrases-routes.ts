/** HTTP routes of phrases: make, list, change, delete, and read them as they stand in a case. */
import * as z from 'zod'
import { CASE_CONTENT, type CaseKind } from '../../../protocol/case/kinds.ts'
import { code, ThreadId, text } from '../../../protocol/primitives.ts'
import { can, type Holder } from '../../../protocol/rights/can.ts'
import type { RouteModule } from '../../edges/http/route.ts'
import { Time, time } from '../../edges/http/route.ts'
import {
  type Asker,
  type CaseFacts,
  filled,
  mayChange,
  type NewPhrase,
  PHRASE_LIMITS,
  type Phrase,
  type Phrases,
  PLACEHOLDERS,
  phraseVersion,
} from './phrases.ts'

/** Steps in which people write. */
const steps = (Object.keys(CASE_CONTENT) as CaseKind[]).filter(
  kind => kind !== 'case.submit' && kind !== 'case.purge',
) as [CaseKind, ...CaseKind[]]
const StepOf = z.enum(steps)
const params = z.strictObject({ id: text(64) })
const Body = z.strictObject({
  title: text(PHRASE_LIMITS.title),
  text: text(PHRASE_LIMITS.text).describe(
    `may hold ${Object.keys(PLACEHOLDERS)
      .map(name => `{${name}}`)
      .join(', ')}, and blanks such as {?补正日期}`,
  ),
  step: StepOf.optional().describe('for this step alone; absent: for any'),
  item: code(50).optional().describe('offered in cases of this item alone; absent: of any'),
  department: text(50).optional().describe('shared with all of this department, one of your own; absent: own'),
})
const PhraseAnswer = z
  .strictObject({
    id: z.string(),
    title: z.string(),
    text: z.string(),
    step: StepOf.nullable(),
    department: z.string().nullable(),
    item: z.string().nullable(),
    owner: z.string(),
    changeable: z.boolean().describe('whether you may write it anew, or delete it'),
    updatedAt: Time,
  })
  .meta({ id: 'Phrase' })
const InCase = PhraseAnswer.extend({
  text: z.string().describe('placeholders filled in'),
  blanks: z.array(z.string()).describe('what is to be written by hand still, in its order'),
})
const toAnswer = ({ updatedAt, step, ...phrase }: Phrase, asker: Asker) => ({
  ...phrase,
  changeable: mayChange(phrase, asker),
  step: step as (typeof steps)[number] | null,
  updatedAt: time(updatedAt),
})
const newPhrase = ({ title, text: words, step, department, item }: z.output<typeof Body>): NewPhrase => ({
  title,
  text: words,
  step: step ?? null,
  department: department ?? null,
  item: item ?? null,
})
/** Who keeps what departments share keeps that of each. */
function askerOf(person: Holder): Asker {
  const keeps = can(person, 'phrase.manage').ok
  return { id: person.id, departments: keeps ? null : person.departments, keeps }
}

export type PhraseRoutesParts = {
  phrases: Phrases
  /** the code of the item of a case, and what its placeholders stand for */
  about: (thread: string) => Promise<{ item: string; facts: CaseFacts }>
}

export function phraseRoutes({ phrases, about }: PhraseRoutesParts): RouteModule {
  return {
    tag: 'Phrases',
    description: 'Phrases (常用语) for notices, messages and decisions, of oneself or of a department.',
    register(api) {
      api.operation({
        method: 'get',
        path: '/api/v1/phrases',
        id: 'listPhrases',
        summary: 'The own phrases, and those of the own departments',
        action: 'self.use',
        query: z.strictObject({ step: StepOf.optional(), item: code(50).optional() }),
        answer: z.strictObject({ items: z.array(PhraseAnswer) }),
        handle: async ({ query, person }) => {
          const asker = askerOf(person)
          const found = await phrases.list(asker, query.step ?? null, query.item ?? null)
          return { items: found.map(phrase => toAnswer(phrase, asker)) }
        },
      })
      api.operation({
        method: 'post',
        path: '/api/v1/phrases',
        id: 'addPhrase',
        summary: 'Keep a phrase',
        action: 'self.use',
        body: Body,
        answer: PhraseAnswer,
        status: 201,
        problems: ['request.invalid', 'request.conflict', 'request.forbidden'],
        handle: async ({ body, person }) => {
          const asker = askerOf(person)
          return toAnswer(await phrases.add(newPhrase(body), asker), asker)
        },
      })
      api.operation({
        method: 'put',
        path: '/api/v1/phrases/{id}',
        id: 'changePhrase',
        summary: 'Write a phrase anew: an own one, or as who keeps those that departments share',
        action: 'self.use',
        params,
        body: Body,
        answer: PhraseAnswer,
        problems: ['request.invalid', 'request.not-found', 'request.forbidden', 'request.conflict'],
        guarded: true,
        versionOf: ({ updatedAt }) => phraseVersion(Date.parse(updatedAt)),
        handle: async ({ params: { id }, body, person, seen }) => {
          const asker = askerOf(person)
          return toAnswer(await phrases.change(id, newPhrase(body), asker, seen), asker)
        },
      })
      api.operation({
        method: 'delete',
        path: '/api/v1/phrases/{id}',
        id: 'deletePhrase',
        summary: 'Delete a phrase: an own one, or as who keeps those that departments share',
        action: 'self.use',
        params,
        answer: z.strictObject({}),
        problems: ['request.not-found', 'request.forbidden'],
        handle: async ({ params: { id }, person }) => {
          await phrases.remove(id, askerOf(person))
          return {}
        },
      })
      api.operation({
        method: 'get',
        path: '/api/v1/cases/{thread}/phrases',
        id: 'readPhrases',
        summary: 'The phrases as they read in a case',
        action: 'case.read',
        params: z.strictObject({ thread: ThreadId }),
        query: z.strictObject({ step: StepOf.optional() }),
        answer: z.strictObject({ items: z.array(InCase) }),
        problems: ['thread.unknown'],
        handle: async ({ params: { thread }, query, person }) => {
          const { item, facts } = await about(thread)
          const asker = askerOf(person)
          const items = await phrases.list(asker, query.step ?? null, item)
          return { items: items.map(phrase => ({ ...toAnswer(phrase, asker), ...filled(phrase.text, facts) })) }
        },
      })
    },
  }
}
