/** Entry of the console in a browser. */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { isOutside } from './outside.ts'
import { onEntering, refresh } from './session.ts'
import { loadAhead } from './shell/router.tsx'
import './style.css'

const root = document.getElementById('root')
// What antd writes into style elements is allowed by the nonce that came with the page.
const nonce = document.querySelector('meta[name=nonce]')?.getAttribute('content') ?? ''
// Some parts of it forget to pass it on. Markup that strangers wrote makes no element by this way, and scripts stay those of this origin.
const create = document.createElement.bind(document)
document.createElement = (name: string, options?: ElementCreationOptions): HTMLElement => {
  const element = create(name, options)
  if (element instanceof HTMLStyleElement) element.nonce = nonce
  return element
}
// The node is asked while the page is made.
onEntering(() => loadAhead(location.pathname))
if (!isOutside(location.pathname)) void refresh()
if (root !== null)
  createRoot(root).render(
    <StrictMode>
      <App nonce={nonce} />
    </StrictMode>,
  )
