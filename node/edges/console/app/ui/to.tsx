/** A link to an address of the console with what stands after its question mark: as it is, and without loading the page anew. */
import { useRouter } from '@tanstack/react-router'
import type { ReactNode } from 'react'

export function To({ address, children }: { address: string; children: ReactNode }) {
  const router = useRouter()
  return (
    <a
      href={address}
      onClick={event => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
        event.preventDefault()
        router.history.push(address)
      }}
    >
      {children}
    </a>
  )
}
