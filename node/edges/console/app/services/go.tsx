/** A link to another page that looks like a button. */
import { useRouter } from '@tanstack/react-router'
import { Button } from 'antd'
import type { ReactNode } from 'react'

export function Go({
  address,
  primary = false,
  children,
}: {
  address: string
  primary?: boolean
  children: ReactNode
}) {
  const router = useRouter()
  return (
    <Button
      href={address}
      type={primary ? 'primary' : 'default'}
      onClick={event => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
        event.preventDefault()
        router.history.push(address)
      }}
    >
      {children}
    </Button>
  )
}
