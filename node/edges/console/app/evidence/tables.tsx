/** The tables of a certificate of verification: steps, limits, materials, findings. */
import type { Duty } from '../../../../../protocol/case/deadlines.ts'
import type { BundleReport } from '../../../../city/records/evidence/verify-source.ts'
import { useLanguage, usePair, useWords } from '../words.ts'
import { secondsText } from './text.ts'
import { DUTIES_IN_ENGLISH, EVIDENCE } from './words.ts'

/** Rows of one table that are shown; no paper is longer, and no browser is slowed by more. */
const SHOWN = 2000

/** How long a fingerprint stands where it only points to another place. */
const SHORT = 16

type Row = { id: string; cells: readonly (string | React.ReactNode)[] }

function Table({
  title,
  head,
  rows,
  none,
}: {
  title: string
  head: readonly string[]
  rows: readonly Row[]
  none: string
}) {
  const words = useWords(EVIDENCE)
  return (
    <section>
      <h2>{title}</h2>
      {rows.length === 0 ? (
        <p>{none}</p>
      ) : (
        <table aria-label={title}>
          <thead>
            <tr>
              {head.map(name => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, SHOWN).map(({ id, cells }) => (
              <tr key={id}>
                {cells.map((cell, index) => (
                  <td key={head[index]} data-label={head[index]}>
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {rows.length > SHOWN ? <p>{words.rest(rows.length - SHOWN)}</p> : null}
    </section>
  )
}

export function Steps({ report, nameOf }: { report: BundleReport; nameOf: (city: string) => string }) {
  const words = useWords(EVIDENCE)
  const pair = usePair()
  const rows = report.timeline.map((entry, index) => ({
    id: entry.proof.packet,
    cells: [
      <>
        <strong>
          {index + 1}. {pair(entry.title)}
        </strong>
        {entry.late ? ` · ${words.late}` : ''}
        {entry.purged ? ` · ${words.purgedBody}` : ''}
        {entry.facts.length === 0 ? null : (
          <div className="proved-facts">
            {entry.facts.map(({ label, value }, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: one fact may stand twice
              <div key={at}>
                {pair(label)}: {typeof value === 'string' ? value : pair(value)}
              </div>
            ))}
          </div>
        )}
        <div>
          <code className="proved-hash" title={words.packetId}>
            {entry.proof.packet}
          </code>
        </div>
      </>,
      secondsText(entry.at),
      entry.proof.storedAt === null ? words.noReceipt : secondsText(entry.proof.storedAt),
      <>
        {nameOf(entry.city)} <code>{report.signers[entry.proof.packet]?.slice(0, SHORT) ?? ''}…</code>
      </>,
    ],
  }))
  return (
    <Table
      title={words.steps}
      head={[words.step, words.signed, words.receipted, words.signer]}
      rows={rows}
      none={words.none}
    />
  )
}

export function Limits({ report, nameOf }: { report: BundleReport; nameOf: (city: string) => string }) {
  const words = useWords(EVIDENCE)
  const language = useLanguage()
  const duties = report.deadlines?.duties ?? []
  const rows = duties.map(({ duty, name, city, from, due, done, missed, provisional, packets }) => ({
    id: `${duty} ${city} ${from} ${packets.begun ?? ''} ${packets.done ?? ''}`,
    cells: [
      language === 'zh' ? name : DUTIES_IN_ENGLISH[duty as Duty],
      nameOf(city),
      from,
      `${due ?? words.paused}${provisional ? ` (${words.provisional})` : ''}`,
      done ?? words.none,
      missed ? `✗ ${words.missed}` : done === null ? words.open : `✓ ${words.kept}`,
    ],
  }))
  const head = [words.limit, words.who, words.from, words.due, words.done, words.state]
  return (
    <>
      <Table title={words.limits} head={head} rows={rows} none={words.noLimits} />
      {report.deadlines?.complete === false ? <p>{words.incomplete}</p> : null}
    </>
  )
}

export function Materials({ report }: { report: BundleReport }) {
  const words = useWords(EVIDENCE)
  const pair = usePair()
  const titles = new Map(
    report.timeline.map(({ title, proof }, index) => [proof.packet, `${index + 1}. ${pair(title)}`]),
  )
  const rows = report.checked.map(({ sha256, type, size, packet }) => ({
    id: sha256,
    cells: [
      <code key="hash" className="proved-hash">
        {sha256}
      </code>,
      type,
      String(size),
      titles.get(packet) ?? '',
    ],
  }))
  return (
    <Table
      title={words.materials}
      head={[words.material, words.type, words.size, words.ofStep]}
      rows={rows}
      none={words.none}
    />
  )
}

/** What the reader settled is none any more: a certificate that they confirmed. */
export function FindingsTable({ findings }: { findings: BundleReport['findings'] }) {
  const words = useWords(EVIDENCE)
  const pair = usePair()
  const rows = findings.map((finding, index) => ({
    id: String(index),
    cells: [
      finding.level === 'error' ? `✗ ${words.error}` : `! ${words.warning}`,
      pair(finding),
      <code key="file">{finding.file}</code>,
    ],
  }))
  return (
    <Table
      title={words.findings}
      head={[words.state, words.findings, words.where]}
      rows={rows}
      none={`✓ ${words.none}`}
    />
  )
}
