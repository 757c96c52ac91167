/** What publishing the drafts would change for partners, for people. */
import type { PreviewPublicationAnswer } from '../client/api.generated.ts'

/** What publishing would change for partners; nothing when it touches none. */
export const describeAgreed = ({ items, gone, cases, mappings, shown }: PreviewPublicationAnswer): string[] =>
  items + mappings === 0
    ? []
    : [
        `Agreed items touched 涉及协议事项: ${items} items 个事项 (${gone} no longer offered 停办), ${cases} open cases 件在办件, ${mappings} mappings to compare again 条比对需重做`,
        ...shown.map(
          ({ code, name, change, fields, collecting }) =>
            `  ${code} ${name}: ${change === 'gone' ? 'no longer offered 停办' : `changed 变更 ${fields.join(', ')}`} (${collecting.join(', ')})`,
        ),
      ]

/** What the drafted organisation tree takes away; nothing when it takes nothing. */
export const describeTree = ({ organisation }: PreviewPublicationAnswer): string[] =>
  organisation === undefined || organisation.units + organisation.windows === 0
    ? []
    : [
        `The new tree takes away 新的组织机构将减少: ${organisation.units} units 个机构, ${organisation.windows} windows of others 个窗口; ${organisation.items} items are offered at fewer places 个事项的办理点减少`,
        ...organisation.shown.map(
          ({ code, name, windows }) => `  ${code} ${name}${windows.length === 0 ? '' : `: ${windows.join(', ')}`}`,
        ),
      ]
