/** Verifies a bundle in this browser: chosen, followed, stopped, and told as a certificate. */
import { Alert, Button, Progress, Space } from 'antd'
import { useState } from 'react'
import { useWords } from '../words.ts'
import { Certificates, type Claim } from './certificates.tsx'
import { Drop } from './drop.tsx'
import './evidence.css'
import { Paper } from './paper.tsx'
import { useVerification } from './run.ts'
import { fingerprintsIn, type Trust } from './trust.ts'
import { EVIDENCE } from './words.ts'

/** `claims`: what this node says of certificates; `takenAtWord`: whether that counts before the reader says so. */
export function Verification({ claims, takenAtWord }: { claims: readonly Claim[]; takenAtWord: boolean }) {
  const words = useWords(EVIDENCE)
  const { state, verify, stop, addRoots } = useVerification()
  const [pasted, setPasted] = useState('')
  const [compared, setCompared] = useState<readonly string[]>([])
  const [takesWord, setTakesWord] = useState(takenAtWord)
  const [rootFiles, setRootFiles] = useState<readonly { name: string; bytes: Uint8Array }[]>([])
  const begin = (files: readonly File[]): void => {
    const [bundle] = files
    if (bundle === undefined) return
    // What was compared was compared for the bundle before.
    setCompared([])
    setRootFiles([])
    verify(bundle)
  }
  const trust: Trust = {
    roots: state.at === 'done' ? state.roots : [],
    typed: fingerprintsIn(pasted).fingerprints,
    compared,
    node: takesWord ? claims.map(({ fingerprint }) => fingerprint) : [],
  }
  return (
    <div className="verify">
      <section className="card screen-only">
        <p>{words.hint}</p>
        <Drop name="bundle" label={state.at === 'none' ? words.choose : words.another} accept=".zip" onFiles={begin}>
          <span className="muted">{words.drop}</span>
        </Drop>
        {state.at === 'running' ? (
          <div role="status" style={{ marginTop: 12 }}>
            <p>{words.running(state.name)}</p>
            <Space style={{ width: '100%' }} wrap>
              <Progress
                aria-label={words.running(state.name)}
                percent={state.total === 0 ? 0 : Math.floor((100 * state.done) / state.total)}
                style={{ width: 280 }}
              />
              <Button onClick={stop}>{words.stop}</Button>
            </Space>
          </div>
        ) : null}
        {state.at === 'stopped' ? <p role="status">{words.stopped(state.name)}</p> : null}
        {state.at === 'failed' ? (
          <Alert type="error" showIcon role="alert" title={words.failed} description={state.reason} />
        ) : null}
        {state.at === 'done' ? (
          <Button style={{ marginTop: 12 }} onClick={() => print()}>
            {words.print}
          </Button>
        ) : null}
      </section>
      {state.at === 'done' ? (
        <Paper bundle={state.bundle} report={state.report} verifiedAt={state.verifiedAt} trust={trust}>
          <Certificates
            report={state.report}
            trust={trust}
            pasted={pasted}
            claims={claims}
            takesWord={takesWord}
            onFiles={async files => {
              const read = await Promise.all(
                files.map(async file => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })),
              )
              const all = [...rootFiles, ...read]
              setRootFiles(all)
              addRoots(all, state.report)
            }}
            onPaste={setPasted}
            onCompare={(fingerprint, yes) =>
              setCompared(yes ? [...compared, fingerprint] : compared.filter(other => other !== fingerprint))
            }
            onTakeWord={setTakesWord}
          />
        </Paper>
      ) : null}
    </div>
  )
}
