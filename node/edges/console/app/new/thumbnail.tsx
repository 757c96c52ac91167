/** A small picture of a scan that was just uploaded; a PDF and an OFD are named by their kind. */
import { useEffect, useState } from 'react'
import { node } from '../session.ts'

/** Larger ones are not fetched for a picture of some millimetres, bytes. */
const MOST = 8 * 1024 * 1024

export function Thumbnail({ sha256, name }: { sha256: string; name: string }) {
  const [source, setSource] = useState<string | null>(null)
  const picture = /\.(jpe?g|png)$/i.test(name)
  useEffect(() => {
    if (!picture) return
    let url: string | null = null
    const ending = new AbortController()
    void (async () => {
      const blob = await new Response(await node.downloadMaterial({ params: { sha256 }, signal: ending.signal })).blob()
      if (ending.signal.aborted || blob.size > MOST) return
      url = URL.createObjectURL(blob)
      setSource(url)
    })().catch(() => undefined)
    return () => {
      ending.abort()
      if (url !== null) URL.revokeObjectURL(url)
    }
  }, [sha256, picture])
  if (source !== null) return <img src={source} alt={name} className="thumbnail" />
  return <span className="thumbnail">{name.slice(name.lastIndexOf('.') + 1).toUpperCase()}</span>
}
