/** `tongban phrases …` and `tongban case phrases`: what people write again and again. */
import type { Command } from 'commander'
import { ProblemError } from '../../../protocol/problem.ts'
import type { AddPhraseRequest, ListPhrasesAnswer, Phrase } from '../client/api.generated.ts'
import type { Client } from '../client/client.ts'
import type { Declare } from './declare.ts'
import { table } from './output.ts'

type Flags = { text: string; step?: string; department?: string; item?: string }
type Step = NonNullable<AddPhraseRequest['step']>

const toRow = ({
  title,
  text,
  step,
  department,
  item,
}: Pick<Phrase, 'title' | 'text' | 'step' | 'department' | 'item'>) => ({
  title,
  step: step?.slice('case.'.length) ?? 'any 通用',
  shared: department ?? '',
  item: item ?? '',
  text,
})
const shown = (items: ListPhrasesAnswer['items']): string => table(items.map(toRow))

/** A step as people name it. */
const stepOf = (name: string | undefined): Step | undefined =>
  name === undefined ? undefined : (`case.${name.replace(/^case\./, '')}` as Step)

/** The own phrase of this title, or one that is shared. Problem: `request.not-found`. */
async function named(client: Client, title: string): Promise<ListPhrasesAnswer['items'][number]> {
  const { items } = await client.listPhrases({ query: {} })
  const found = items.find(phrase => phrase.title === title)
  if (found === undefined) throw new ProblemError('request.not-found', 'no phrase of this title: tongban phrases list')
  return found
}

const withText = (command: Command): Command =>
  command
    .requiredOption('--text <text>', 'with placeholders such as {事项}, and blanks such as {?补正日期}')
    .option('--step <name>', 'for this step alone, such as request-supplement')
    .option('--department <code>', 'shared with all of this department')
    .option('--item <code>', 'offered in cases of this item alone')
const bodyOf = (title: string, { text, step, department, item }: Flags): AddPhraseRequest => ({
  title,
  text,
  step: stepOf(step),
  department,
  item,
})

export function declarePhrases(program: Command, cases: Command, { add, call }: Declare): void {
  const phrases = add(program, 'phrases', 'what is written again and again 常用语')
  call(phrases, 'list', 'own phrases, and those of the own departments', {
    options: command => command.option('--step <name>', 'those for this step, and for any'),
    ask: async (client, _, { step }: { step?: string }) =>
      (await client.listPhrases({ query: { step: stepOf(step) } })).items,
    text: shown,
  })
  call(phrases, 'add <title>', 'keep a phrase', {
    options: withText,
    example:
      "tongban phrases add 缺背面 --step request-supplement --text '“{事项}”缺身份证背面，请于{?补正日期}前补正'",
    ask: (client, [title = ''], flags: Flags) => client.addPhrase({ body: bodyOf(title, flags) }),
    text: phrase => shown([phrase]),
  })
  call(phrases, 'change <title>', 'write a phrase anew', {
    options: withText,
    ask: async (client, [title = ''], flags: Flags) => {
      const { id, updatedAt } = await named(client, title)
      return client.changePhrase({
        params: { id },
        body: bodyOf(title, flags),
        ifMatch: String(Date.parse(updatedAt)),
      })
    },
    text: phrase => shown([phrase]),
  })
  call(phrases, 'remove <title>', 'delete a phrase', {
    ask: async (client, [title = '']) => {
      const { id } = await named(client, title)
      await client.deletePhrase({ params: { id } })
      return { removed: title }
    },
    text: ({ removed }) => `Deleted 已删除: ${removed}`,
  })
  call(cases, 'phrases <case>', 'the phrases as they read in a case 常用语', {
    options: command => command.option('--step <name>', 'those for this step, and for any'),
    ask: async (client, [thread = ''], { step }: { step?: string }) =>
      (await client.readPhrases({ params: { thread }, query: { step: stepOf(step) } })).items,
    text: items => table(items.map(item => ({ ...toRow(item), blanks: item.blanks.join('、') }))),
  })
}
