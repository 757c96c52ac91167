/** Verifies an evidence bundle: what it proves, whose certificates it names, and what is wrong with it. */
import { Alert, Button, Descriptions, Upload } from 'antd'
import { STATE_NAMES } from '../../../../../protocol/case/names.ts'
import type { EvidenceReport } from '../../../client/api.generated.ts'
import { useAct } from '../query.ts'
import { PageFrame } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { usePair, useWords } from '../words.ts'
import { EVIDENCE } from './words.ts'

function Report({ report }: { report: EvidenceReport }) {
  const words = useWords(EVIDENCE)
  const pair = usePair()
  const { ok, confirmed, caseNo, collecting, handling, state, findings, certificates, missed } = report
  const known = { own: words.own, partner: words.partner, given: words.given }
  return (
    <section className="card" aria-live="polite">
      {ok ? (
        <Alert
          showIcon
          type={confirmed ? 'success' : 'warning'}
          title={words.valid}
          description={confirmed ? undefined : words.unconfirmed}
        />
      ) : (
        <Alert showIcon type="error" title={words.invalid} />
      )}
      <Descriptions column={{ xs: 1, md: 2 }} style={{ marginTop: 12 }}>
        <Descriptions.Item label={words.caseNo}>{caseNo ?? words.none}</Descriptions.Item>
        <Descriptions.Item label={words.way}>
          {collecting} → {handling}
        </Descriptions.Item>
        <Descriptions.Item label={words.state}>
          {state === null
            ? words.none
            : state in STATE_NAMES
              ? pair(STATE_NAMES[state as keyof typeof STATE_NAMES])
              : state}
        </Descriptions.Item>
        <Descriptions.Item label={words.packets}>{report.packets}</Descriptions.Item>
        <Descriptions.Item label={words.receipts}>{report.receipts}</Descriptions.Item>
        <Descriptions.Item label={words.materials}>{report.materials}</Descriptions.Item>
        <Descriptions.Item label={words.purged}>{report.purged}</Descriptions.Item>
        <Descriptions.Item label={words.unreceipted}>{report.unreceipted}</Descriptions.Item>
        <Descriptions.Item label={words.missed}>
          {missed.length === 0 ? words.none : missed.map(({ city, duty }) => `${city} ${duty}`).join(' · ')}
        </Descriptions.Item>
      </Descriptions>
      <h3>{words.certificates}</h3>
      <ul>
        {certificates.map(({ city, fingerprint, known: how }) => (
          <li key={fingerprint}>
            {city} · {how === null ? words.unknown : known[how]}{' '}
            <code style={{ overflowWrap: 'anywhere' }}>{fingerprint}</code>
          </li>
        ))}
      </ul>
      <h3>{words.findings}</h3>
      {findings.length === 0 ? <p>✓ {words.none}</p> : null}
      <ul>
        {findings.map(finding => (
          <li key={`${finding.file} ${finding.code} ${finding.detail ?? ''}`}>
            {finding.level === 'error' ? '✗' : '!'} {pair(finding)} <code>{finding.file}</code> {finding.detail}
          </li>
        ))}
      </ul>
    </section>
  )
}

export function Page() {
  const words = useWords(EVIDENCE)
  const verify = useAct('verifyEvidence')
  return (
    <PageFrame title={words.title}>
      <section className="card">
        <p>{words.hint}</p>
        <Upload
          accept=".zip"
          showUploadList={false}
          beforeUpload={file => {
            verify.mutate({ bytes: file, type: 'application/zip' })
            return false
          }}
        >
          <Button type="primary" loading={verify.isPending}>
            {words.choose}
          </Button>
        </Upload>
      </section>
      {verify.error === null ? null : <ProblemNotice error={verify.error} />}
      {verify.data === undefined ? null : <Report report={verify.data} />}
    </PageFrame>
  )
}
