/** Instant approval over the store of a city of a world, with an item and conditions that the cases of `submitCase` fit. */
import { createForms } from '../../node/city/catalogue/forms/forms.ts'
import { createInstant } from '../../node/city/work/instant/instant.ts'
import type { InstantRule } from '../../node/city/work/instant/rule.ts'
import { createRules } from '../../node/city/work/instant/rules.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { PLAY_ITEM } from './play-case.ts'
import { playItem } from './play-lists.ts'
import type { World } from './world.ts'

export const INSTANT_ITEM: ServiceItem = playItem(0, {
  taskCode: PLAY_ITEM.code,
  taskName: PLAY_ITEM.name,
  form: {
    type: 'object',
    properties: { 缴存单位: { type: 'string' }, 贷款城市: { type: 'string' }, 月数: { type: 'integer' } },
    required: ['贷款城市'],
  },
})

export const instantRule = (change: Partial<InstantRule> = {}): InstantRule => ({
  conditions: [
    { name: '贷款城市为安康', fact: 'form.贷款城市', schema: { const: '安康' } },
    { name: '已满十八周岁', fact: 'applicant.age', schema: { type: 'integer', minimum: 18 } },
    { name: '本人办理', fact: 'agent', schema: { const: 'none' } },
  ],
  reason: '“{事项}”符合条件，准予出具。',
  closes: false,
  perDay: 100,
  share: 0,
  ...change,
})

type Asked = {
  random?: () => number
  /** the item as it is published now */
  item?: () => ServiceItem
  doubtful?: () => Promise<string[]>
}

/** One more instance over the store as it stands; it looks at cases when it is woken. */
export function instantOver(
  world: Pick<World, 'city' | 'clock'>,
  code: string,
  { random = () => 0.5, item = () => INSTANT_ITEM, doubtful = async () => [] }: Asked = {},
) {
  const { db, audit, events, cases, packets, dispatch, agreements } = world.city(code)
  const check = createForms({ clock: world.clock }).checkForeign
  const rules = createRules({
    db,
    audit,
    item: async wanted => (wanted === INSTANT_ITEM.taskCode ? item() : null),
    check,
    now: world.clock.now,
    switchedOn: () => {},
  })
  const failures: unknown[] = []
  const instant = createInstant({
    db,
    clock: world.clock,
    audit,
    events,
    random,
    cases,
    packets: (store, no) => packets().packets(store, no),
    isWorkbench: name => dispatch.kindOf(name) === 'workbench',
    isAnyOn: rules.isAnyOn,
    item: async () => item(),
    documentOf: agreements.documentOf,
    check,
    doubtful,
    factsOf: async () => ({
      办件编号: '',
      办理地编号: '',
      事项: PLAY_ITEM.name,
      收件城市: '',
      办理城市: '',
      今天: '',
    }),
    failed: error => failures.push(error),
  })
  return { rules, instant, failures }
}
