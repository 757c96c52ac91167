/** A time limit joined with a caller's signal; `clear` takes timer and listener off, which AbortSignal.any and .timeout do not. */
export type Deadline = { readonly signal: AbortSignal; readonly expired: boolean; clear(): void }

export function deadline(ms: number, signal?: AbortSignal): Deadline {
  const controller = new AbortController()
  let expired = false
  const onAbort = (): void => controller.abort(signal?.reason)
  const timer = setTimeout(() => {
    expired = true
    controller.abort(new DOMException('no answer in time', 'TimeoutError'))
  }, ms)
  if (signal?.aborted) onAbort()
  else signal?.addEventListener('abort', onAbort)
  return {
    signal: controller.signal,
    get expired() {
      return expired
    },
    clear() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    },
  }
}
