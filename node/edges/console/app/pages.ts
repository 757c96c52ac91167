/** The pages of the console: at which address each is, and how its part of the program is loaded. */
import type { ComponentType } from 'react'
import type { First } from './places.ts'

export type PageEntry = {
  /** of TanStack Router: `/cases/$no` */
  path: `/${First}` | `/${First}/${string}`
  load: () => Promise<{ Page: ComponentType }>
  /** without the frame of the console: it fills the screen */
  bare?: true
}

export const PAGES: readonly PageEntry[] = [
  { path: '/', load: () => import('./desk/page.tsx') },
  { path: '/new', load: () => import('./new/page.tsx') },
  { path: '/new/$id', load: () => import('./new/one.tsx') },
  { path: '/partners', load: () => import('./partners/page.tsx') },
  { path: '/partners/map', load: () => import('./partners/map.tsx') },
  { path: '/partners/federation', load: () => import('./partners/federation.tsx') },
  { path: '/partners/$code', load: () => import('./partners/one.tsx') },
  { path: '/cases/$no', load: () => import('./case/page.tsx') },
  { path: '/agreements', load: () => import('./agreements/page.tsx') },
  { path: '/agreements/drafts/$id', load: () => import('./agreements/editor.tsx') },
  { path: '/agreements/$thread', load: () => import('./agreements/one.tsx') },
  { path: '/services', load: () => import('./services/page.tsx') },
  { path: '/services/new', load: () => import('./services/editor/new.tsx') },
  { path: '/services/drafts/$code', load: () => import('./services/editor/page.tsx') },
  { path: '/services/drafts', load: () => import('./services/drafts.tsx') },
  { path: '/services/import', load: () => import('./services/import/page.tsx') },
  { path: '/services/compare', load: () => import('./services/compare/page.tsx') },
  { path: '/services/cities', load: () => import('./services/cities.tsx') },
  { path: '/services/$city', load: () => import('./services/city.tsx') },
  { path: '/services/$city/$code', load: () => import('./services/item.tsx') },
  { path: '/adapters', load: () => import('./adapters/page.tsx') },
  { path: '/adapters/parked', load: () => import('./adapters/parked.tsx') },
  { path: '/adapters/trace', load: () => import('./adapters/trace.tsx') },
  { path: '/adapters/coverage', load: () => import('./adapters/coverage.tsx') },
  { path: '/people', load: () => import('./people/page.tsx') },
  { path: '/audit', load: () => import('./audit/page.tsx') },
  { path: '/operation', load: () => import('./operation/page.tsx') },
  { path: '/operation/backups', load: () => import('./operation/backups/page.tsx') },
  { path: '/operation/certificates', load: () => import('./operation/certificates/page.tsx') },
  { path: '/operation/calendar', load: () => import('./operation/calendar/page.tsx') },
  { path: '/operation/exports', load: () => import('./operation/exports/page.tsx') },
  { path: '/operation/uploads', load: () => import('./operation/exports/uploads.tsx') },
  { path: '/operation/sms', load: () => import('./operation/exports/sms.tsx') },
  { path: '/operation/purge', load: () => import('./operation/purge/page.tsx') },
  { path: '/operation/webhooks', load: () => import('./operation/webhooks/page.tsx') },
  { path: '/operation/settings', load: () => import('./operation/settings/page.tsx') },
  { path: '/operation/about', load: () => import('./operation/about.tsx') },
  { path: '/evidence', load: () => import('./evidence/page.tsx') },
  { path: '/search', load: () => import('./search/page.tsx') },
  { path: '/messages', load: () => import('./messages/page.tsx') },
  { path: '/print', load: () => import('./print/page.tsx') },
  { path: '/acceptance', load: () => import('./acceptance/page.tsx') },
  { path: '/handover', load: () => import('./handover/page.tsx') },
  { path: '/countersigns', load: () => import('./countersigns/page.tsx') },
  { path: '/phrases', load: () => import('./phrases/page.tsx') },
  { path: '/cases/$no/materials', load: () => import('./case/view/page.tsx') },
  { path: '/board', load: () => import('./board/page.tsx') },
  { path: '/board/cases', load: () => import('./board/cases.tsx') },
  { path: '/board/screen', load: () => import('./board/screen.tsx'), bare: true },
  { path: '/account', load: () => import('./account/page.tsx') },
  { path: '/help', load: () => import('./help/page.tsx') },
]
