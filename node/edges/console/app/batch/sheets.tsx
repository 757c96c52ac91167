/** Sheets of paper as they are printed: in a frame of their own, in which nothing that was written in a case can run. */
import { Button } from 'antd'
import { useEffect, useRef } from 'react'
import { useWords } from '../words.ts'
import './batch.css'
import { BATCH } from './words.ts'

const STYLE = /<style>([^<]*)<\/style>/g

/** Puts pages together as one document; their styles are made anew, since the policy of the console takes none that stand in a text. */
function fill(frame: HTMLIFrameElement, pages: readonly string[]): void {
  const { contentDocument: document, contentWindow } = frame
  if (document === null || contentWindow === null) return
  const view = contentWindow as Window & typeof globalThis
  const styles = new Set(pages.flatMap(page => [...page.matchAll(STYLE)].map(([, style = '']) => style)))
  const parsed = pages.map(page => new DOMParser().parseFromString(page.replaceAll(STYLE, ''), 'text/html'))
  document.documentElement.lang = 'zh-CN'
  document.title = parsed[0]?.title ?? ''
  document.adoptedStyleSheets = [...styles].map(text => {
    const sheet = new view.CSSStyleSheet()
    sheet.replaceSync(text)
    return sheet
  })
  document.body.replaceChildren(
    ...parsed.flatMap(page => [...page.querySelectorAll('main')].map(sheet => document.importNode(sheet, true))),
  )
}

/** Prints once when it is shown. */
export function Sheets({ pages }: { pages: readonly string[] }) {
  const words = useWords(BATCH)
  const frame = useRef<HTMLIFrameElement>(null)
  const print = () => frame.current?.contentWindow?.print()
  useEffect(() => {
    const { current } = frame
    if (current === null) return
    fill(current, pages)
    current.contentWindow?.print()
  }, [pages])
  return (
    <section className="card" aria-labelledby="preview">
      <h2 id="preview">{words.preview}</h2>
      <p role="status">
        {words.printed} <Button onClick={print}>{words.again}</Button>
      </p>
      <iframe ref={frame} className="papers-to-print" title={words.preview} sandbox="allow-same-origin allow-modals" />
    </section>
  )
}
