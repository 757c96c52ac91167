/**
 * The workbench (工作台): approval inside the node, for a city without an approval system of its own. Every case gets a local
 * case number (本地办件编号), and a person moves it by the node's HTTP API. May import the adapter port.
 */
import type { Adapter, AdapterState, Delivery } from '../sdk/index.ts'

const CHINA_MS = 8 * 3_600_000
const SERIAL_DIGITS = 6

/** Cases that are taken at a time: nothing but the node's own store bears them, and together they share its commits. */
const PARALLEL = 64

export function createWorkbench(): Adapter {
  return {
    kind: 'workbench',
    parallel: PARALLEL,

    async deliver(delivery, { state, now, signal }) {
      if (signal.aborted) return { ok: false, code: 'adapter.unavailable', detail: 'aborted', retryable: true }
      // What the window asks later is in the case, where the person who decides it sees it: there is nothing to carry.
      if (delivery.kind !== 'case.submit') return { ok: true }
      return { ok: true, localCaseNo: await localCaseNo(delivery, state, now()) }
    },

    check: async () => ({ ok: true }),
  }
}

/**
 * `<division code>-<year in China>-<serial of the year>`, the same for every attempt. A serial is taken before the claim, so
 * a crash or a race in between leaves a gap and never two cases under one number.
 */
async function localCaseNo({ idempotencyKey, to }: Delivery, state: AdapterState, now: number): Promise<string> {
  const key = `local case number ${idempotencyKey}`
  const known = await state.get(key)
  if (known !== null) return known
  const year = new Date(now + CHINA_MS).getUTCFullYear()
  const serial = await state.next(`local case numbers ${to} ${year}`)
  return state.claim(key, () => `${to}-${year}-${String(serial).padStart(SERIAL_DIGITS, '0')}`)
}
