/** The frame around all pages: city, search, who I am and where I sit, reminders, navigation. */
import { UserOutlined } from '@ant-design/icons'
import { Link, useLocation, useNavigate } from '@tanstack/react-router'
import { Button, Dropdown, Input, type InputRef } from 'antd'
import { type ReactNode, useEffect, useRef } from 'react'
import { NAVIGATION } from '../places.ts'
import { mayDo, signOut, useMe, useSettings } from '../session.ts'
import { useCityColour } from '../theme.ts'
import { languageNow, speak, useWords } from '../words.ts'
import { useKeys } from './keys.ts'
import { Notices } from './notices.tsx'
import { SHELL } from './words.ts'

const GROUPS = ['work', 'city', 'system'] as const

function Navigation() {
  const words = useWords(SHELL)
  const me = useMe()
  const { pathname } = useLocation()
  const first = `/${pathname.split('/')[1] ?? ''}`
  const groups = GROUPS.map(group =>
    NAVIGATION.flatMap(({ path, nav, action }) =>
      nav.group === group && (action === undefined || mayDo(me, action)) ? [{ path, nav }] : [],
    ),
  ).filter(entries => entries.length > 0)
  return (
    <nav aria-label={words.navigation}>
      {groups.map((entries, index) => (
        <div key={entries[0]?.path} style={{ display: 'contents' }}>
          {index === 0 ? null : <hr />}
          {entries.map(({ path, nav }) => (
            <Link key={path} to={path} aria-current={first === path ? 'page' : undefined} title={nav.keys}>
              {words[nav.word]}
            </Link>
          ))}
        </div>
      ))}
    </nav>
  )
}

function Search() {
  const words = useWords(SHELL)
  const navigate = useNavigate()
  const input = useRef<InputRef>(null)
  useKeys({ '/': () => input.current?.focus() })
  return (
    <Input.Search
      ref={input}
      className="search"
      placeholder={words.searchHint}
      aria-label={words.search}
      suffix={<kbd>/</kbd>}
      onSearch={text => {
        // What is looked for may be a name: it never stands in the address.
        if (text.trim() !== '') void navigate({ to: '/search', state: { text: text.trim() } as object })
      }}
    />
  )
}

export function Frame({ children }: { children: ReactNode }) {
  const words = useWords(SHELL)
  const me = useMe()
  const { city, colour } = useSettings()
  useCityColour(colour)
  const navigate = useNavigate()
  const go = (to: string) => () => void navigate({ to })
  useKeys(
    Object.fromEntries(
      NAVIGATION.flatMap(({ path, nav, action }) =>
        nav.keys !== undefined && (action === undefined || mayDo(me, action)) ? [[nav.keys, go(path)]] : [],
      ),
    ),
  )
  const { pathname } = useLocation()
  const main = useRef<HTMLElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page begins at its top
  useEffect(() => main.current?.scrollTo(0, 0), [pathname])
  const place = [me.name, (me.windows ?? []).join(' ')].filter(part => part !== '').join(' · ')
  return (
    <div className="frame">
      <header>
        <a className="skip" href="#page">
          {words.skip}
        </a>
        <Link to="/" className="brand">
          {words.product} · {city.name}
        </Link>
        {mayDo(me, 'case.list') ? <Search /> : null}
        <span className="spacer" />
        <Notices />
        <Dropdown
          trigger={['click']}
          menu={{
            items: [
              { key: 'account', label: words.account, onClick: go('/account') },
              {
                key: 'language',
                label: words.language,
                onClick: () => speak(languageNow() === 'zh' ? 'en' : 'zh'),
              },
              { type: 'divider' },
              { key: 'out', label: words.signOut, onClick: () => void signOut() },
            ],
          }}
        >
          <Button type="text" icon={<UserOutlined />} style={{ color: '#fff' }}>
            {place}
          </Button>
        </Dropdown>
      </header>
      <Navigation />
      <main id="page" ref={main} tabIndex={-1}>
        {children}
      </main>
    </div>
  )
}
