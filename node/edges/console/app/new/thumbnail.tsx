/** A small picture of a scan: the photograph, or the first page of a PDF; an OFD is named by its kind. Made once it is seen. */
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { isPdf, isPicture } from './files.ts'
import { fileOf } from './held.ts'

const FirstPage = lazy(async () => ({ default: (await import('./first-page.tsx')).FirstPage }))

export function Thumbnail({ sha256, name, draft }: { sha256: string; name: string; draft: string | null }) {
  const place = useRef<HTMLSpanElement>(null)
  const [file, setFile] = useState<Blob | null>(null)
  const shows = isPicture(name) || isPdf(name)
  useEffect(() => {
    if (!shows || place.current === null) return
    const ending = new AbortController()
    const watch = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting !== true) return
      watch.disconnect()
      // Without a picture its kind stands there.
      fileOf(sha256, draft, ending.signal).then(
        found => {
          if (!ending.signal.aborted) setFile(found)
        },
        () => undefined,
      )
    })
    watch.observe(place.current)
    return () => {
      watch.disconnect()
      ending.abort()
    }
  }, [sha256, draft, shows])
  const kind = name.slice(name.lastIndexOf('.') + 1).toUpperCase()
  return (
    <span ref={place} className="thumbnail">
      {file === null ? (
        kind
      ) : isPdf(name) ? (
        <Suspense fallback={kind}>
          <FirstPage file={file} kind={kind} />
        </Suspense>
      ) : (
        <Picture file={file} name={name} />
      )}
    </span>
  )
}

function Picture({ file, name }: { file: Blob; name: string }) {
  const [source, setSource] = useState<string | null>(null)
  useEffect(() => {
    const url = URL.createObjectURL(file)
    setSource(url)
    return () => URL.revokeObjectURL(url)
  }, [file])
  return source === null ? null : <img src={source} alt={name} />
}
