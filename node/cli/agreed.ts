/** What publishing the drafts would change for partners, for people. */
export type Agreed = {
  items: number
  gone: number
  cases: number
  mappings: number
  shown: { code: string; name: string; change: 'gone' | 'changed'; fields: string[]; collecting: string[] }[]
}

/** What publishing would change for partners; nothing when it touches none. */
export const describeAgreed = ({ items, gone, cases, mappings, shown }: Agreed): string[] =>
  items + mappings === 0
    ? []
    : [
        `Agreed items touched 涉及协议事项: ${items} items 个事项 (${gone} no longer offered 停办), ${cases} open cases 件在办件, ${mappings} mappings to compare again 条比对需重做`,
        ...shown.map(
          ({ code, name, change, fields, collecting }) =>
            `  ${code} ${name}: ${change === 'gone' ? 'no longer offered 停办' : `changed 变更 ${fields.join(', ')}`} (${collecting.join(', ')})`,
        ),
      ]
