/** The proof of one hop: who signed it, when, the receipt of the other city, its hash; and of the whole case, exported and verified. */
import { Alert, Button, Descriptions, Space } from 'antd'
import { useState } from 'react'
import { type AnswerOf, useAct } from '../query.ts'
import { mayDo, node, useMe } from '../session.ts'
import { instantText } from '../time.ts'
import { ProblemNotice } from '../ui/problem.tsx'
import { useLanguage, usePair, useWords } from '../words.ts'
import type { Cities } from './cities.ts'
import { saveAs } from './download.ts'
import type { Detail } from './duties.ts'
import { mayInCase } from './subject.ts'
import type { Entry } from './timeline.tsx'
import { CASE } from './words.ts'

type Report = AnswerOf<'verifyEvidence'>

const bundleOf = async (thread: string): Promise<Blob> =>
  new Response(await node.exportEvidence({ params: { thread } })).blob()

function Verified({ report, cities }: { report: Report; cities: Cities }) {
  const words = useWords(CASE)
  const pair = usePair()
  const known = { own: words.knownAs, partner: words.knownPartner, given: words.knownGiven }
  return (
    <Alert
      type={report.ok ? 'success' : 'error'}
      showIcon
      role="status"
      title={report.ok ? words.verified : words.notVerified}
      description={
        <>
          <div>{words.verifiedOf(report.packets, report.receipts, report.materials)}</div>
          {report.certificates.map(({ city, fingerprint, known: as }) => (
            <div key={fingerprint}>
              {words.certificates} {cities.nameOf(city)} ({as === null ? words.knownNot : known[as]}){' '}
              <code>{fingerprint.slice(0, 16)}…</code>
            </div>
          ))}
          {report.findings.map((finding, index) => (
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

function WholeCase({ detail, cities }: { detail: Detail; cities: Cities }) {
  const words = useWords(CASE)
  const me = useMe()
  const verify = useAct('verifyEvidence')
  const [busy, setBusy] = useState(false)
  const [failed, setFailed] = useState<unknown>(null)
  const { thread, caseNo } = detail
  const withBundle = async (then: (bundle: Blob) => unknown) => {
    setBusy(true)
    setFailed(null)
    try {
      await then(await bundleOf(thread))
    } catch (error) {
      setFailed(error)
    } finally {
      setBusy(false)
    }
  }
  if (!mayInCase(me, 'case.export', detail)) return null
  return (
    <>
      <Space wrap>
        <Button disabled={busy} onClick={() => void withBundle(bundle => saveAs(bundle, `${caseNo}.zip`))}>
          {words.export}
        </Button>
        {mayDo(me, 'reference.read') ? (
          <Button
            disabled={busy}
            onClick={() => void withBundle(bytes => verify.mutateAsync({ bytes, type: 'application/zip' }))}
          >
            {words.verify}
          </Button>
        ) : null}
      </Space>
      {verify.isPending || busy ? <p role="status">{words.verifying}</p> : null}
      {failed === null ? null : <ProblemNotice error={failed} />}
      {verify.data === undefined ? null : <Verified report={verify.data} cities={cities} />}
    </>
  )
}

export function Proof({ entry, detail, cities }: { entry: Entry; detail: Detail; cities: Cities }) {
  const words = useWords(CASE)
  const language = useLanguage()
  const other = cities.nameOf(entry.city === cities.own ? cities.partner : cities.own)
  const signed = detail.timeline.find(({ packet }) => packet === entry.packet)
  return (
    <div className="proof">
      <Descriptions column={1} size="small">
        <Descriptions.Item label={words.signer}>{words.signed(cities.nameOf(entry.city))}</Descriptions.Item>
        <Descriptions.Item label={words.signedAt}>{instantText(entry.at, language)}</Descriptions.Item>
        <Descriptions.Item label={words.receipt}>
          {entry.storedAt === null ? words.unreceipted : words.receiptAt(other, instantText(entry.storedAt, language))}
        </Descriptions.Item>
        <Descriptions.Item label={words.hash}>
          <code className="hash">{entry.packet}</code>
        </Descriptions.Item>
      </Descriptions>
      {signed?.differs === true ? <p>{words.differs}</p> : null}
      {signed === undefined || signed.correctedBy.length === 0 ? null : (
        <p>{words.corrected(signed.correctedBy.length)}</p>
      )}
      {signed?.corrects == null ? null : <p>{words.correction}</p>}
      <WholeCase detail={detail} cities={cities} />
    </div>
  )
}
