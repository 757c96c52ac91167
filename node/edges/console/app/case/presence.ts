/** Who else has the case open (在场): this page says that it has, again and again, and whether something typed is not sent. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useNode } from '../query.ts'
import { node, useMe } from '../session.ts'

export type Other = { id: string; name: string; unsaved: boolean }

/** Until the node has said how often, seconds. */
const FIRST_BEAT = 15

export function usePresence(thread: string, unsaved: boolean): readonly Other[] {
  const me = useMe()
  const client = useQueryClient()
  const [page] = useState(() => crypto.randomUUID())
  const shown = useNode('showPresence', { params: { thread } })
  const beat = (shown.data?.beatSeconds ?? FIRST_BEAT) * 1000
  useEffect(() => {
    const say = () =>
      node.noteHere({ params: { thread, page }, body: { unsaved } }).then(
        present => client.setQueryData(['showPresence', { params: { thread } }], present),
        // Said again at the next beat; the line below the title says when the node does not answer.
        () => undefined,
      )
    void say()
    const timer = setInterval(() => void say(), beat)
    return () => clearInterval(timer)
  }, [thread, page, unsaved, beat, client])
  useEffect(
    () => () => {
      node.leaveCase({ params: { thread, page } }).catch(() => undefined)
    },
    [thread, page],
  )
  return (shown.data?.people ?? []).filter(({ id }) => id !== me.id)
}
