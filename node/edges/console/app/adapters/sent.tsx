/** A request to the approval system, as it is or would be sent. */
import { useWords } from '../words.ts'
import { ADAPTERS } from './words.ts'
import './adapters.css'

type Request = { method: string; url: string; headers: string[]; body: string | null }

export function Sent({ request: { method, url, headers, body } }: { request: Request }) {
  const words = useWords(ADAPTERS)
  return (
    <>
      <h3>{words.request}</h3>
      <p style={{ overflowWrap: 'anywhere' }}>
        <code>
          {method} {url}
        </code>
      </p>
      <p className="muted">
        {words.headers}: {headers.join(' · ')}
      </p>
      <pre className="code">{body ?? words.bodyOfMaterial}</pre>
    </>
  )
}
