/** Which page is at which address. Addresses can be sent to a colleague: all that a page shows by choice stands in its address. */
import { createRootRoute, createRoute, createRouter, Navigate, Outlet, useLocation } from '@tanstack/react-router'
import { Result } from 'antd'
import { lazy, type ReactNode, Suspense } from 'react'
import type { Action } from '../../../../../protocol/rights/table.ts'
import { PAGES, type PageEntry } from '../pages.ts'
import { homeOf, placeOf } from '../places.ts'
import { forgetPurpose, mayDo, useMe } from '../session.ts'
import { ProblemNotice } from '../ui/problem.tsx'
import { useWords } from '../words.ts'
import { Frame } from './frame.tsx'
import { SHELL } from './words.ts'

const BARE: ReadonlySet<string> = new Set(PAGES.flatMap(({ path, bare }) => (bare === true ? [path] : [])))

const root = createRootRoute({
  component: () => {
    const { pathname } = useLocation()
    const page = (
      <Guard>
        <Outlet />
      </Guard>
    )
    return BARE.has(pathname) ? page : <Frame>{page}</Frame>
  },
  notFoundComponent: () => {
    const words = useWords(SHELL)
    return <Result status="404" title={words.notFound} subTitle={words.notFoundCure} />
  },
  errorComponent: ({ error, reset }) => <ProblemNotice error={error} retry={reset} />,
})

/** Its part of the program, loaded when it is first opened. */
function loaded({ load }: PageEntry) {
  return lazy(async () => ({ default: (await load()).Page }))
}

/** Pages to which the first one mostly leads. */
const SOON: readonly PageEntry['path'][] = ['/cases/$no', '/new']

/** Loads the part of a page before it is shown, and once the browser has nothing to do what is mostly opened next. */
export function loadAhead(path: string): void {
  const parts = path.split('/')
  const here = PAGES.find(entry => {
    const wanted = entry.path.split('/')
    return wanted.length === parts.length && wanted.every((part, at) => part.startsWith('$') || part === parts[at])
  })
  // A part that cannot be loaded is told where it is wanted.
  const load = (entry: PageEntry) => entry.load().catch(() => undefined)
  if (here !== undefined) void load(here)
  // Not every browser tells when it has nothing to do.
  const idle: (begin: () => void) => unknown = window.requestIdleCallback ?? setTimeout
  idle(() => {
    for (const entry of PAGES) if (SOON.includes(entry.path)) void load(entry)
  })
}

/** What is at an address, for those who may open it; the node would refuse the others all the same. */
function Guard({ children }: { children: ReactNode }) {
  const me = useMe()
  const words = useWords(SHELL)
  const { pathname } = useLocation()
  const { action } = placeOf(pathname)
  const may = (wanted: Action) => mayDo(me, wanted)
  if (action !== undefined && !may(action))
    return pathname === '/' ? (
      <Navigate to={homeOf(may)} replace />
    ) : (
      <Result status="403" title={words.forbidden} subTitle={words.forbiddenCure} />
    )
  return <Suspense>{children}</Suspense>
}

const routes = PAGES.map(entry =>
  createRoute({
    getParentRoute: () => root,
    path: entry.path,
    component: loaded(entry),
    onEnter: forgetPurpose,
  }),
)

export const router = createRouter({
  routeTree: root.addChildren(routes),
  defaultPreload: false,
  // What stands after the question mark is texts: a code of digits is no number, of which the last ones would be lost.
  parseSearch: text => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: search => {
    const fields = new URLSearchParams(search as Record<string, string>)
    return fields.size === 0 ? '' : `?${fields}`
  },
})
