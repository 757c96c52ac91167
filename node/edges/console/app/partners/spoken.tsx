/** A fingerprint as words, to be compared with what the other side reads from its own screen. */
import { useEffect, useState } from 'react'
import { useWords } from '../words.ts'
import { spokenOf } from './spoken.ts'
import { PARTNERS } from './words.ts'
import './partners.css'

export function Spoken({ fingerprint }: { fingerprint: string }) {
  const words = useWords(PARTNERS)
  const [spoken, setSpoken] = useState<readonly string[]>([])
  useEffect(() => {
    let gone = false
    void spokenOf(fingerprint).then(found => (gone ? undefined : setSpoken(found)))
    return () => {
      gone = true
    }
  }, [fingerprint])
  return (
    <>
      <div className="muted">{words.spoken}</div>
      <ol className="spoken" aria-label={words.spoken}>
        {spoken.map((word, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a word is known by its place
          <li key={index}>{word}</li>
        ))}
      </ol>
    </>
  )
}
