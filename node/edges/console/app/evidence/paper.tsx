/** The certificate of verification (证据核验书): what a bundle proves and what it does not, to be read and printed. */
import { Alert } from 'antd'
import { OUTCOME_NAMES, STATE_NAMES } from '../../../../../protocol/case/names.ts'
import type { BundleReport } from '../../../../city/records/evidence/verify-source.ts'
import { usePair, useWords } from '../words.ts'
import type { Bundle } from './run.ts'
import { FindingsTable, Limits, Materials, Steps } from './tables.tsx'
import { secondsText } from './text.ts'
import { basisOf, type Trust, verdictOf } from './trust.ts'
import { EVIDENCE } from './words.ts'

const LOOK = { proved: 'success', unconfirmed: 'warning', refuted: 'error' } as const

export function Paper({
  bundle,
  report,
  verifiedAt,
  trust,
  children,
}: {
  bundle: Bundle
  report: BundleReport
  verifiedAt: number
  trust: Trust
  /** the certificates, and how they are confirmed */
  children: React.ReactNode
}) {
  const words = useWords(EVIDENCE)
  const pair = usePair()
  const { ok, caseNo, thread, collecting, handling, state, outcome, exported, certificates } = report
  const names = new Map(certificates.map(({ city, name }) => [city, `${name} ${city}`]))
  const nameOf = (city: string | null) => (city === null ? words.none : (names.get(city) ?? city))
  const verdict = verdictOf(report, trust)
  const stateText =
    state === null
      ? words.none
      : pair(STATE_NAMES[state]) + (outcome === null ? '' : ` · ${pair(OUTCOME_NAMES[outcome])}`)
  const facts: [string, string][] = [
    [words.file, `${bundle.name} · ${words.fileSize(bundle.size)}`],
    [words.fileHash, bundle.sha256 ?? words.noFileHash],
    [words.caseNo, caseNo ?? words.none],
    [words.thread, thread ?? words.none],
    [words.way, `${nameOf(collecting)} → ${nameOf(handling)}`],
    [words.state, stateText],
    [
      words.exported,
      exported === null
        ? words.none
        : words.exportedBy(nameOf(exported.by), secondsText(Date.parse(exported.at) / 1000)),
    ],
    [words.verifiedAt, secondsText(verifiedAt / 1000)],
  ]
  const proved = [
    words.provedPackets(report.packets),
    words.provedReceipts(report.receipts, report.unreceipted),
    ...(report.materials > 0 ? [words.provedMaterials(report.materials)] : []),
    ...(report.deadlines === null ? [] : [words.provedAgreement, words.provedLimits]),
    ...(verdict === 'proved' ? [words.provedCities] : []),
  ]
  const open = [
    ...(verdict === 'unconfirmed' ? [words.notCities] : []),
    words.notTrue,
    words.notTimes,
    words.notExport,
    ...(report.purged > 0 ? [words.notPurged(report.purged)] : []),
    ...(report.deadlines === null ? [] : [words.notHolidays]),
    words.notRevoked,
  ]
  const left = report.findings.filter(
    ({ problem: { detail = '' } }) =>
      !certificates.some(
        ({ fingerprint }) => detail === `certificate.unchecked: ${fingerprint}` && basisOf(fingerprint, trust) !== null,
      ),
  )
  return (
    <article className="card proof-paper" aria-label={words.certificate}>
      <h1>{words.certificate}</h1>
      <Alert
        showIcon
        role="status"
        type={LOOK[verdict]}
        title={words[verdict]}
        description={
          verdict === 'refuted' ? words.refutedHint : verdict === 'unconfirmed' ? words.unconfirmedHint : undefined
        }
      />
      <dl>
        {facts.map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {ok ? null : <FindingsTable findings={left} />}
      {ok ? (
        <section>
          <h2>{words.whatProved}</h2>
          <ul>
            {proved.map(line => (
              <li key={line}>✓ {line}</li>
            ))}
          </ul>
          <h2>{words.whatNot}</h2>
          <ul>
            {open.map(line => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </section>
      ) : null}
      {children}
      <Steps report={report} nameOf={nameOf} />
      <Limits report={report} nameOf={nameOf} />
      <Materials report={report} />
      {ok ? <FindingsTable findings={left} /> : null}
      <p>{words.closing}</p>
    </article>
  )
}
