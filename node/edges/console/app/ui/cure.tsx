/** How something is cured, with a way to the pages that do what the commands in it do. */
import { useRouter } from '@tanstack/react-router'
import { PLACES, placeOf } from '../places.ts'
import { mayDo, useSession } from '../session.ts'
import { SHELL } from '../shell/words.ts'
import { usePair, useWords } from '../words.ts'
import { pagesFor } from './commands.ts'
import { To } from './to.tsx'
import { SHARED } from './words.ts'

export function Cure({ zh, en }: { zh: string; en: string }) {
  const words = useWords(SHARED)
  const names = useWords(SHELL)
  const pair = usePair()
  const session = useSession()
  // At the door, and over a page whose session ended, there is nowhere to go.
  const router = useRouter({ warn: false }) as ReturnType<typeof useRouter> | null
  if (router === null || session.at !== 'in') return pair({ zh, en })
  return (
    <>
      {pair({ zh, en })}
      {pagesFor(en).map(address => {
        const { action, nav } = placeOf(address.split('?')[0] ?? '') ?? PLACES['']
        if (nav === undefined || (action !== undefined && !mayDo(session.me, action))) return null
        return (
          <span key={address} className="cure-page">
            {' '}
            <To address={address}>{words.openPage(names[nav.word])}</To>
          </span>
        )
      })}
    </>
  )
}
