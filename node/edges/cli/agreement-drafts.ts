/** `tongban agreement templates`, `draft` and `renew`: a document to read, change and propose. */
import { writeFile } from 'node:fs/promises'
import { ProblemError } from '../../../protocol/problem.ts'
import { readTextFile } from '../../kernel/config/text-file.ts'
import type { DraftRenewalRequest } from '../client/api.generated.ts'
import type { Client } from '../client/client.ts'
import { codeOfCity } from './cities.ts'
import type { CommandContext } from './context.ts'
import { table } from './output.ts'

export async function templates(context: CommandContext): Promise<void> {
  const client = await context.client()
  const { items } = await client.listTemplates()
  context.out.result(items, list =>
    list
      .map(
        ({ name, zh, en, useZh, useEn, parties, years }) =>
          `${name}: ${zh} ${en}, ${parties}+ parties 方, ${years} years 年\n  ${useZh}\n  ${useEn}`,
      )
      .join('\n'),
  )
}

/** `420300=A1,A2`, `十堰=all`, `420300=@codes.txt`. */
async function itemsOf(client: Client, given: string): Promise<{ handling: string; codes?: string[] }> {
  const [, named, codes] = /^([^=]+)=(.+)$/s.exec(given) ?? []
  if (named === undefined || codes === undefined)
    throw new ProblemError('request.invalid', `--items ${given}: CITY=CODES, CITY=all or CITY=@file`)
  const handling = await codeOfCity(named, async () => client)
  if (codes === 'all') return { handling }
  const listed = codes.startsWith('@') ? await readTextFile(codes.slice(1), 'request.invalid') : codes
  return { handling, codes: listed.split(/[\s,，]+/).filter(code => code !== '') }
}

const WHY = { mode: 'mode not in the template 办理方式不符', state: 'not in use 未启用' } as const
const SHOWN = 20

export async function draft(
  context: CommandContext,
  flags: {
    template: string
    partner: string[]
    items: string[]
    title?: string
    from?: string
    to?: string
    out: string
  },
): Promise<void> {
  const client = await context.client()
  const made = await client.draftAgreement({
    body: {
      template: flags.template,
      partners: flags.partner,
      items: flags.items.length === 0 ? undefined : await Promise.all(flags.items.map(given => itemsOf(client, given))),
      title: flags.title,
      validFrom: flags.from,
      validTo: flags.to,
    },
  })
  await writeFile(flags.out, `${JSON.stringify(made.document, null, 2)}\n`)
  context.out.result({ file: flags.out, ...made }, ({ document, leftOut, leftOutCount }) => {
    const counts = new Map<string, number>()
    for (const { handling } of document.items) counts.set(handling, (counts.get(handling) ?? 0) + 1)
    return [
      `${document.title}, ${document.validFrom} … ${document.validTo}`,
      ...[...counts].map(([city, count]) => `${city}: ${count} items 个事项`),
      ...(leftOutCount === 0
        ? []
        : [
            `Left out 未列入: ${leftOutCount}`,
            table(
              leftOut.slice(0, SHOWN).map(({ handling, taskCode, taskName, why }) => ({
                city: handling,
                taskCode,
                taskName,
                why: WHY[why],
              })),
            ),
          ]),
      `Wrote 已写入 ${flags.out}: read it, change what you need, then 核对修改后提出:\n  tongban agreement propose ${flags.out}`,
    ].join('\n')
  })
}

export async function renew(
  context: CommandContext,
  thread: string,
  flags: Pick<DraftRenewalRequest, 'as'> & { to?: string; out: string },
): Promise<void> {
  const client = await context.client()
  const made = await client.draftRenewal({ params: { thread }, body: { as: flags.as, validTo: flags.to } })
  await writeFile(flags.out, `${JSON.stringify(made.document ?? made.amendment, null, 2)}\n`)
  context.out.result({ file: flags.out, ...made }, ({ as, document, amendment, gone, goneCount }) =>
    [
      as === 'proposal'
        ? `A new agreement 新协议: ${document?.validFrom} … ${document?.validTo}`
        : `By exchange of letters 换文续期: from ${amendment?.effectiveFrom} until ${amendment?.terms?.validTo}`,
      ...(goneCount === 0
        ? []
        : [
            `Not offered any more by the newest list, still in the text 最新清单已无，文本中仍有: ${goneCount}`,
            table(
              gone.slice(0, SHOWN).map(({ handling, taskCode, taskName }) => ({ city: handling, taskCode, taskName })),
            ),
          ]),
      `Wrote 已写入 ${flags.out}: read it, change what you need, then 核对修改后提出:`,
      as === 'proposal'
        ? `  tongban agreement propose ${flags.out}`
        : `  tongban agreement amend ${thread} ${flags.out}`,
    ].join('\n'),
  )
}
