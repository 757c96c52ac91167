/**
 * Single keys: they fire outside fields alone, never while an input method composes, and never with a modifier, so that none fights the
 * browser. A name of two keys, `g h`, is one after the other.
 */
import { useEffect, useRef } from 'react'

export type Keys = Readonly<Record<string, () => void>>

/** Between two keys of one name, milliseconds. */
const TOGETHER = 1200

const layers: { readonly current: Keys }[] = []
let before: { key: string; at: number } | null = null

/** Whether somebody writes there. */
const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) ||
    target.closest('[role=combobox]') !== null)

/** Whether a key is what presses it: a button has Enter and the space bar for itself. */
const isOwn = (key: string, target: EventTarget | null): boolean =>
  (key === 'Enter' || key === ' ') &&
  target instanceof HTMLElement &&
  target.closest('button, a[href], summary, [role=button], [role=menuitem], [role=tab], [role=option]') !== null

const actOf = (name: string): (() => void) | undefined =>
  layers.findLast(layer => layer.current[name] !== undefined)?.current[name]

document.addEventListener('keydown', event => {
  const { key, ctrlKey, metaKey, altKey, isComposing, keyCode, target, timeStamp } = event
  // 229: the key belongs to the input method, in browsers that do not say so otherwise.
  if (ctrlKey || metaKey || altKey || isComposing || keyCode === 229 || isField(target) || isOwn(key, target)) return
  // A dialog has keys of its own.
  if (key !== 'Escape' && document.querySelector('[role=dialog][aria-modal=true]') !== null) return
  const pair = before !== null && timeStamp - before.at < TOGETHER ? actOf(`${before.key} ${key}`) : undefined
  before = { key, at: timeStamp }
  const act = pair ?? actOf(key)
  if (act === undefined) return
  event.preventDefault()
  act()
})

/** Keys of a part of the page, as long as it is shown; those of the part that came last go before. */
export function useKeys(keys: Keys): void {
  const current = useRef(keys)
  current.current = keys
  useEffect(() => {
    layers.push(current)
    return () => void layers.splice(layers.indexOf(current), 1)
  }, [])
}

const senders: { readonly current: (() => void) | null }[] = []

/** Ctrl (or ⌘) and Enter send what is being written, out of its fields too; never while an input method composes. The part that came last goes before. */
document.addEventListener('keydown', event => {
  const { key, ctrlKey, metaKey, altKey, shiftKey, isComposing, keyCode } = event
  if (key !== 'Enter' || !(ctrlKey || metaKey) || altKey || shiftKey || isComposing || keyCode === 229) return
  const send = senders.findLast(({ current }) => current !== null)?.current
  if (send == null) return
  event.preventDefault()
  send()
})

/** What Ctrl and Enter send, as long as the part is shown; null while it cannot be sent. */
export function useSend(send: (() => void) | null): void {
  const current = useRef(send)
  current.current = send
  useEffect(() => {
    senders.push(current)
    return () => void senders.splice(senders.indexOf(current), 1)
  }, [])
}

/** As it stands on buttons. */
export const SEND_KEY = 'Ctrl ↵'
