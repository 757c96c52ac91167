/** What is typed and not sent, kept over a reload: in the tab alone (`sessionStorage`), of one account and one case. */
import { useEffect, useState } from 'react'
import { keptName, readKept } from '../kept-storage.ts'
import { useMe } from '../session.ts'

/** As `useState`; null: nothing is kept. */
export function useKept<T>(thread: string, part: string): [T | null, (value: T | null) => void] {
  const me = useMe()
  const name = keptName(me.id, thread, part)
  const [value, set] = useState<T | null>(() => readKept<T>(sessionStorage, name))
  useEffect(() => set(readKept<T>(sessionStorage, name)), [name])
  const keep = (next: T | null) => {
    if (next === null) sessionStorage.removeItem(name)
    else sessionStorage.setItem(name, JSON.stringify(next))
    set(next)
  }
  return [value, keep]
}
