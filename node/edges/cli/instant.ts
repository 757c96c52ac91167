/** Declares `tongban instant …`: conditions of instant approval (秒批) at the workbench. */
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { ProblemError } from '../../../protocol/problem.ts'
import type { InstantApproval, SaveInstantApprovalRequest } from '../client/api.generated.ts'
import type { Declare } from './declare.ts'
import { china, table } from './output.ts'
import { standingBy } from './standing.ts'

/** Bytes of a file of conditions. */
const MOST = 256 * 1024

function shown({ item, itemName, hash, rule, on, onSince, unfit, today }: InstantApproval): string {
  return [
    `${item} ${itemName}`,
    `  ${on ? `on since 启用于 ${china(onSince ?? '')}` : 'off 未启用'}, version 版本 ${hash}`,
    ...(unfit === null ? [] : [`  does not fit the item 与事项不符: ${unfit.detail} ${unfit.detailZh}`]),
    ...rule.conditions.map(({ name, fact, schema }) => `  ${name}: ${fact} ${JSON.stringify(schema)}`),
    `  reason 理由: ${rule.reason}`,
    `  ${rule.closes ? 'closes the case 同时办结' : 'a person sends the result 结果由人员送达'}; a day 每日 ${rule.perDay}; drawn 抽查 ${rule.share} %`,
    `  today 今日: ${today.decided} decided 件秒批; ${today.left.map(({ why, cases }) => `${why} ${cases}`).join(', ') || 'none left to people 无转人工'}`,
  ].join('\n')
}

async function ruleIn(file: string): Promise<SaveInstantApprovalRequest> {
  const bytes = await readFile(file)
  if (bytes.byteLength > MOST) throw new ProblemError('request.invalid', `${file}: more than ${MOST} bytes`)
  try {
    return JSON.parse(bytes.toString()) as SaveInstantApprovalRequest
  } catch {
    throw new ProblemError('request.invalid', `${file}: not JSON`)
  }
}

export function declareInstant(program: Command, { add, call }: Declare): void {
  const instant = add(program, 'instant', 'instant approval by declared conditions 秒批')
  call(instant, 'list', 'items with conditions, and the cases of today', {
    ask: async client => (await client.listInstantApprovals()).items,
    text: items =>
      table(
        items.map(({ item, itemName, on, hash, today, unfit }) => ({
          item,
          name: itemName,
          on: on ? 'on 启用' : 'off 停用',
          version: hash.slice(0, 12),
          today: today.decided,
          left: today.left.reduce((sum, { cases }) => sum + cases, 0),
          fits: unfit === null ? 'yes' : 'no 不符',
        })),
      ),
  })
  call(instant, 'show <item>', 'the conditions of an item', {
    ask: (client, [item = '']) => client.getInstantApproval({ params: { item } }),
    text: shown,
  })
  call(instant, 'save <item> <file>', 'enter conditions from a JSON file; they are off until they are switched on', {
    example: 'tongban instant save 11420300MB0000000X4000000000000 conditions.json',
    ask: async (client, [item = '', file = '']) =>
      client.saveInstantApproval({
        params: { item },
        body: await ruleIn(file),
        ifMatch: await standingBy(client.getInstantApproval({ params: { item } }), ({ hash }) => hash),
      }),
    text: shown,
  })
  call(instant, 'on <item> <version>', 'switch the version that you have read on, for what arrives from now on', {
    ask: (client, [item = '', hash = '']) =>
      client.switchInstantApproval({ params: { item }, body: { on: true, hash } }),
    text: shown,
  })
  call(instant, 'off <item>', 'switch the conditions of an item off', {
    ask: (client, [item = '']) => client.switchInstantApproval({ params: { item }, body: { on: false } }),
    text: shown,
  })
  call(instant, 'version <hash>', 'the text of a version, by the hash that the evidence names', {
    ask: (client, [hash = '']) => client.getInstantRule({ params: { hash } }),
    text: ({ text }) => text,
  })
}
