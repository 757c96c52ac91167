/** The whole case as a bundle, exported, and verified in this browser by the program of the verifier: the node's word is not asked for. */
import { Alert, Button, Space } from 'antd'
import { useState } from 'react'
import { useClaims } from '../evidence/claims.ts'
import { useVerification, type Verification } from '../evidence/run.ts'
import { basisOf, verdictOf } from '../evidence/trust.ts'
import { node, useMe } from '../session.ts'
import { ProblemNotice } from '../ui/problem.tsx'
import { usePair, useWords } from '../words.ts'
import type { Cities } from './cities.ts'
import { saveAs } from './download.ts'
import type { Detail } from './duties.ts'
import { mayInCase } from './subject.ts'
import { CASE } from './words.ts'

const bundleOf = async (thread: string): Promise<Blob> =>
  new Response(await node.exportEvidence({ params: { thread } })).blob()

const LOOK = { proved: 'success', unconfirmed: 'warning', refuted: 'error' } as const

function Verified({ done, cities }: { done: Extract<Verification, { at: 'done' }>; cities: Cities }) {
  const words = useWords(CASE)
  const pair = usePair()
  const { own, claims } = useClaims()
  const { report } = done
  const trust = { roots: [], typed: [], compared: [], node: claims.map(({ fingerprint }) => fingerprint) }
  const verdict = verdictOf(report, trust)
  const titles = { proved: words.verified, unconfirmed: words.unconfirmed, refuted: words.notVerified }
  const knownAs = (fingerprint: string): string =>
    basisOf(fingerprint, trust) === null
      ? words.knownNot
      : fingerprint === own?.fingerprint
        ? words.knownAs
        : words.knownPartner
  return (
    <Alert
      type={LOOK[verdict]}
      showIcon
      role="status"
      title={titles[verdict]}
      description={
        <>
          <div>{words.verifiedOf(report.packets, report.receipts, report.materials)}</div>
          <div>{words.verifiedHere}</div>
          {report.certificates.map(({ city, fingerprint }) => (
            <div key={fingerprint}>
              {words.certificates} {cities.nameOf(city)} ({knownAs(fingerprint)}){' '}
              <code>{fingerprint.slice(0, 16)}…</code>
            </div>
          ))}
          {report.ok
            ? null
            : report.findings.map((finding, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: one finding may stand twice
                <div key={index}>
                  {pair(finding)} {finding.file}
                </div>
              ))}
        </>
      }
    />
  )
}

export function WholeCase({ detail, cities }: { detail: Detail; cities: Cities }) {
  const words = useWords(CASE)
  const me = useMe()
  const { state, verify } = useVerification()
  const [fetching, setFetching] = useState(false)
  const [failed, setFailed] = useState<unknown>(null)
  const { thread, caseNo } = detail
  const withBundle = async (then: (bundle: Blob) => unknown) => {
    setFetching(true)
    setFailed(null)
    try {
      await then(await bundleOf(thread))
    } catch (error) {
      setFailed(error)
    } finally {
      setFetching(false)
    }
  }
  const busy = fetching || state.at === 'running'
  const name = `${caseNo}.zip`
  if (!mayInCase(me, 'case.export', detail)) return null
  return (
    <>
      <Space wrap>
        <Button disabled={busy} onClick={() => void withBundle(bundle => saveAs(bundle, name))}>
          {words.export}
        </Button>
        <Button
          disabled={busy}
          onClick={() => void withBundle(bundle => verify(new File([bundle], name, { type: 'application/zip' })))}
        >
          {words.verify}
        </Button>
      </Space>
      {busy ? <p role="status">{words.verifying}</p> : null}
      {failed === null ? null : <ProblemNotice error={failed} />}
      {state.at === 'failed' ? <Alert type="error" showIcon role="alert" title={state.reason} /> : null}
      {state.at === 'done' ? <Verified done={state} cities={cities} /> : null}
    </>
  )
}
