/** `tongban services`: the own published list, and the partners'. */

import { jsonOf, readTextFile, textOf } from '../../kernel/config/text-file.ts'
import type { PublishServicesRequest } from '../client/api.generated.ts'
import { describeAgreed, describeTree } from './agreed.ts'
import { goOn } from './ask.ts'
import type { CommandContext } from './context.ts'

/**
 * Publishes all drafts, or the items of a JSON file in place of all: an array, or `{ "items": […] }`; with `again` the same
 * items as the next version, which the present key signs.
 */
export async function publish(
  context: CommandContext,
  path: string | undefined,
  flags: { again?: boolean; yes?: boolean; sound?: boolean },
): Promise<void> {
  const client = await context.client()
  if (flags.again === true) {
    const list = await client.changeServices({ body: {} })
    context.out.result(list, ({ version, count }) => `Published again 已重新发布: version ${version}, ${count} items`)
    return
  }
  if (path === undefined) {
    const agreed = await client.previewPublication()
    const touched = [...describeAgreed(agreed), ...describeTree(agreed)]
    if (!context.out.json && touched.length > 0) {
      context.out.print(touched.join('\n'))
      await goOn(flags.yes === true)
    }
    const made = await client.publishDrafts({ query: { sound: flags.sound === true ? 'true' : undefined } })
    context.out.result(made, ({ version, count, put, remove, organisation, left }) =>
      [
        `Published 已发布: version ${version}, ${count} items; ${put} added or changed 新增或修改, ${remove} removed 删除`,
        ...(organisation ? ['with the organisation tree 含组织机构'] : []),
        ...(left === 0
          ? []
          : [`${left} drafts with errors stay 个有错误的草稿未发布: tongban services drafts --errors`]),
      ].join('\n'),
    )
    return
  }
  const read = await readJson(path)
  const items = Array.isArray(read) ? read : (read as { items?: unknown }).items
  const list = await client.publishServices({ body: { items } as PublishServicesRequest })
  context.out.result(list, ({ version, count }) => `Published 已发布: version ${version}, ${count} items`)
}

/** The JSON of a file, or of standard input for `-`. Problem: `request.invalid`. */
export async function readJson(path: string): Promise<unknown> {
  const text =
    path === '-'
      ? textOf(await Bun.stdin.bytes(), 'standard input', 'request.invalid')
      : await readTextFile(path, 'request.invalid')
  return parseJson(text, path)
}

/** JSON that somebody wrote, in a file or on the command line. Problem: `request.invalid` that says where `place` is wrong. */
export const parseJson = (text: string, place: string): unknown => jsonOf(text, place, 'request.invalid')
