/** The page outside the door: an auditor or a court verifies evidence without an account, and without believing this node. */
import { Button, ConfigProvider } from 'antd'
import { useEffect, useState } from 'react'
import { useNode } from '../query.ts'
import { languageNow, speak, useWords } from '../words.ts'
import { Verification } from './verification.tsx'
import { EVIDENCE } from './words.ts'

const SIZE = { normal: 18, big: 26 } as const

export function Public() {
  const words = useWords(EVIDENCE)
  const [big, setBig] = useState(false)
  const { data } = useNode('showPublishedCertificate')
  useEffect(() => {
    document.title = words.publicTitle
  }, [words])
  return (
    <ConfigProvider theme={{ token: { fontSize: big ? SIZE.big : SIZE.normal, controlHeight: 44 } }}>
      <div className={big ? 'outside big' : 'outside'}>
        <header>
          <h1>{words.publicTitle}</h1>
          <Button onClick={() => setBig(!big)}>{big ? words.normal : words.large}</Button>
          <Button onClick={() => speak(languageNow() === 'zh' ? 'en' : 'zh')}>{words.language}</Button>
        </header>
        <main>
          <Verification claims={data === undefined ? [] : [data]} takenAtWord={false} />
        </main>
      </div>
    </ConfigProvider>
  )
}
