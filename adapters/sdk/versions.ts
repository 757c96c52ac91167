/**
 * Several versions of one adapter (映射版本): a case finishes under the one with which it began. The newest takes what is not of a
 * single case: the feed of answers, the check, what is lacking.
 */
import { type Refused, refuse } from '../../protocol/problem.ts'
import type { Adapter } from './port.ts'

/** `until`: ms since the epoch; it is for cases that were submitted before, and not under an earlier version. */
export type EarlierVersion = { until: number; adapter: Adapter }

const wayOf = ({ poll, pollCase }: Adapter): 'poll' | 'pollCase' | null =>
  poll !== undefined ? 'poll' : pollCase !== undefined ? 'pollCase' : null

/**
 * `earlier`: the oldest first. Problem: `config.invalid` when they are in another order, or ask for answers in different ways: there is
 * one feed, or none.
 */
export function withVersions(
  newest: Adapter,
  earlier: readonly EarlierVersion[],
): { ok: true; adapter: Adapter } | Refused {
  if (earlier.length === 0) return { ok: true, adapter: newest }
  if (earlier.some(({ until }, index) => index > 0 && until <= (earlier[index - 1]?.until ?? until)))
    return refuse('config.invalid', 'before: the oldest version stands first, each `until` after the one before')
  if (earlier.some(({ adapter }) => wayOf(adapter) !== wayOf(newest)))
    return refuse('config.invalid', 'before: all versions read answers from `events`, or all from `cases`')

  const of = (submittedAt: number | null | undefined): Adapter =>
    submittedAt == null ? newest : (earlier.find(({ until }) => submittedAt < until)?.adapter ?? newest)
  const all = [newest, ...earlier.map(({ adapter }) => adapter)]
  const has = (name: keyof Adapter): boolean => all.some(adapter => adapter[name] !== undefined)
  const adapter: Adapter = {
    ...newest,
    deliver: (delivery, call) => of(delivery.submittedAt).deliver(delivery, call),
    ...(has('plan')
      ? {
          async plan(delivery) {
            const planned = of(delivery.submittedAt).plan?.(delivery)
            return planned ?? { ok: true, requests: [] }
          },
        }
      : {}),
    ...(newest.pollCase === undefined
      ? {}
      : { pollCase: (open, memory, call) => of(open.submittedAt).pollCase?.(open, memory, call) ?? nothing(memory) }),
    ...(has('read')
      ? {
          async read(raw, call) {
            const chosen = of(await call.submittedAt?.())
            return (
              (await chosen.read?.(raw, call)) ?? refuse('adapter.mapping', 'the adapter does not read its answers')
            )
          },
        }
      : {}),
    async close() {
      for (const one of all) await one.close?.()
    },
  }
  return { ok: true, adapter }
}

const nothing = async (memory: string | null) => ({ events: [], memory })
