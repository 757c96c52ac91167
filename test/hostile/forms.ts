/** An item whose form takes for ever to check: 1.6 KB of definitions, each of which asks for the next one twice. */
import type { ServiceItem } from '../../protocol/service/item.ts'
import { playItem } from '../support/play-lists.ts'

export const FORM_ATTACK = 'a form that takes for ever'
const LEVELS = 23

export function hostileItem({ code }: { code: string }): ServiceItem {
  const level = (at: number) => ({ oneOf: [{ $ref: `#/$defs/d${at}` }, { $ref: `#/$defs/d${at}` }] })
  const definitions: Record<string, object> = { [`d${LEVELS}`]: { type: 'string' } }
  for (let at = 0; at < LEVELS; at++) definitions[`d${at}`] = level(at + 1)
  return playItem(Number(code), {
    form: {
      type: 'object',
      properties: { text: level(0), list: { type: 'array', items: { type: 'string' } } },
      $defs: definitions,
    },
  })
}
