/** Entry of the console in a browser. */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import './style.css'

const root = document.getElementById('root')
// What antd writes into style elements is allowed by the nonce that came with the page.
const nonce = document.querySelector('meta[name=nonce]')?.getAttribute('content') ?? ''
if (root !== null)
  createRoot(root).render(
    <StrictMode>
      <App nonce={nonce} />
    </StrictMode>,
  )
