/**
 * Preloaded into a program under test: something in it fails, where nobody waits for it, as each line of standard input says: `reject`
 * or `throw`, and the text of the error. FAILS_FIRST is the text of one that is rejected as soon as the
 * program listens to such, before it has done anything.
 */
import { createInterface } from 'node:readline'

const { FAILS_FIRST } = process.env
const first = (): void => {
  if (process.listenerCount('unhandledRejection') === 0) setImmediate(first)
  else void Promise.reject(new Error(FAILS_FIRST))
}
if (FAILS_FIRST !== undefined) first()
createInterface({ input: process.stdin }).on('line', line => {
  const text = line.slice(line.indexOf(' ') + 1)
  if (line.startsWith('reject')) void Promise.reject(new Error(text))
  else
    setTimeout(() => {
      throw new Error(text)
    }, 0)
})
