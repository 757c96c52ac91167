/** The console: who is not signed in sees the door; whose session ends while they work signs in over their page, which stays. */
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { App as Antd, ConfigProvider, Modal } from 'antd'
import enUS from 'antd/locale/en_US'
import zhCN from 'antd/locale/zh_CN'
import { lazy, Suspense, useEffect } from 'react'
import { Door, SignIn } from './door/door.tsx'
import { DOOR } from './door/words.ts'
import { watch } from './live.ts'
import { isOutside } from './outside.ts'
import { queries } from './query.ts'
import { refresh, useSession } from './session.ts'
import { router } from './shell/router.tsx'
import { THEME } from './theme.ts'
import { ProblemNotice } from './ui/problem.tsx'
import { PurposeAsked } from './ui/purpose.tsx'
import { useLanguage, useWords } from './words.ts'

const Public = lazy(async () => ({ default: (await import('./evidence/public.tsx')).Public }))

function Room() {
  const session = useSession()
  const words = useWords(DOOR)
  const within = session.at === 'in' ? session.id : null
  useEffect(() => (within === null ? undefined : watch()), [within])
  // What failed while nobody was signed in is read once somebody is.
  useEffect(() => {
    if (within !== null) void queries.invalidateQueries({ predicate: query => query.state.status === 'error' })
  }, [within])
  if (session.at === 'unknown')
    return session.error === null ? null : <ProblemNotice error={session.error} retry={refresh} />
  if (session.at === 'out' || session.at === 'due') return <Door session={session} />
  return (
    <>
      <RouterProvider router={router} />
      <PurposeAsked />
      <Modal open={session.at === 'ended'} title={words.again} footer={null} closable={false} destroyOnHidden>
        <p>{words.againHint}</p>
        <SignIn />
      </Modal>
    </>
  )
}

export function App({ nonce }: { nonce: string }) {
  const language = useLanguage()
  return (
    <ConfigProvider
      theme={THEME}
      csp={{ nonce }}
      locale={language === 'zh' ? zhCN : enUS}
      button={{ autoInsertSpace: false }}
    >
      <QueryClientProvider client={queries}>
        <Antd style={{ height: '100%' }}>
          {isOutside(location.pathname) ? (
            <Suspense>
              <Public />
            </Suspense>
          ) : (
            <Room />
          )}
        </Antd>
      </QueryClientProvider>
    </ConfigProvider>
  )
}
