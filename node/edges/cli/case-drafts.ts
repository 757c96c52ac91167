/** `tongban case draft`: what one call does to applications that are not sent yet. */

import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { ListCaseDraftsAnswer } from '../client/api.generated.ts'
import { others } from './cases.ts'
import type { Declare } from './declare.ts'
import { china, inOneLine, table } from './output.ts'

const draftRow = (draft: ListCaseDraftsAnswer['items'][number]) => ({
  id: draft.id,
  version: String(draft.version),
  to: draft.partner ?? '',
  item: draft.item ?? '',
  applicant: draft.applicant,
  window: draft.window ?? '',
  saved: draft.updatedAt,
  refused: draft.problem?.code ?? '',
})

export function declareCaseDrafts(drafts: Command, { call }: Declare): void {
  call(drafts, 'list', 'own drafts, and what partners refused', {
    options: command =>
      command.option('--window <name>', "the window's besides").option('--limit <n>', 'at most', Number, 50),
    ask: async (client, _, { limit, window }: { limit: number; window?: string }) =>
      (await client.listCaseDrafts({ query: { limit, window } })).items,
    text: items => table(items.map(draftRow)),
  })
  call(drafts, 'show <id>', 'a draft with its content: personal data, and an audit row', {
    options: command => command.option('--out <file>', 'write the content into a file'),
    ask: async (client, [id = ''], { out }: { out?: string }) => {
      const draft = await client.openCaseDraft({ params: { id } })
      const text = `${JSON.stringify(draft.content, null, 2)}\n`
      if (out !== undefined) await writeFile(out, text, { mode: 0o600 })
      return draft
    },
    text: ({ version, updatedBy, updatedByName, updatedAt, problem, content }, { out }) =>
      [
        `version ${version}, saved ${china(updatedAt)} by ${updatedByName ?? updatedBy}`,
        ...(problem === null ? [] : [`refused 退回: ${inOneLine(problem)}`]),
        out === undefined ? JSON.stringify(content, null, 2) : `written to ${out}`,
      ].join('\n'),
  })
  call(drafts, 'submit <id>', 'send it, once 转办', {
    ask: async (client, [id = '']) => {
      const { version } = await client.openCaseDraft({ params: { id } })
      return (await client.submitCaseDraft({ params: { id }, body: { version } })).cases
    },
    text: cases =>
      [
        table(cases.map(({ thread, caseNo, stateName }) => ({ thread, case: caseNo, state: stateName }))),
        ...cases.flatMap(others),
      ].join('\n'),
  })
  call(drafts, 'delete <id>', 'delete it', {
    ask: async (client, [id = '']) => {
      await client.deleteCaseDraft({ params: { id } })
      return { id }
    },
    text: ({ id }) => `Deleted 已删除: ${id}`,
  })
}
