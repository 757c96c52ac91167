/** The certificates of a bundle, and how its reader confirms that they are those of the cities. */
import { Alert, Checkbox, Input } from 'antd'
import { PROBLEMS } from '../../../../../protocol/problem.ts'
import type { BundleReport } from '../../../../city/records/evidence/verify-source.ts'
import { usePair, useWords } from '../words.ts'
import { Drop } from './drop.tsx'
import { secondsText } from './text.ts'
import { type Basis, basisOf, fingerprintsIn, type Trust } from './trust.ts'
import { EVIDENCE } from './words.ts'

/** What this node publishes; `own`: of the city that runs it. */
export type Claim = { city: string; name: string; fingerprint: string }

/** In groups, as people compare it. */
const grouped = (fingerprint: string): string => fingerprint.replaceAll(/.{8}(?!$)/g, '$& ')

export function Certificates({
  report,
  trust,
  pasted,
  claims,
  takesWord,
  onFiles,
  onPaste,
  onCompare,
  onTakeWord,
}: {
  report: BundleReport
  trust: Trust
  pasted: string
  claims: readonly Claim[]
  takesWord: boolean
  onFiles: (files: readonly File[]) => void
  onPaste: (text: string) => void
  onCompare: (fingerprint: string, compared: boolean) => void
  onTakeWord: (taken: boolean) => void
}) {
  const words = useWords(EVIDENCE)
  const pair = usePair()
  const ground: Record<Basis, string> = {
    file: words.byFile,
    authority: words.byAuthority,
    typed: words.byTyped,
    compared: words.byCompared,
    node: words.byNode,
  }
  const { fingerprints, malformed } = fingerprintsIn(pasted)
  const held = new Set(report.certificates.map(({ fingerprint }) => fingerprint))
  const said = [
    ...malformed.map(words.malformed),
    ...fingerprints.filter(fingerprint => !held.has(fingerprint)).map(words.elsewhere),
  ]
  return (
    <section>
      <h2>{words.certificates}</h2>
      {report.certificates.length === 0 ? <p>{words.none}</p> : null}
      {report.certificates.map(({ city, name, authority, issuer, validFrom, validTo, fingerprint }) => {
        const basis = basisOf(fingerprint, trust)
        return (
          <dl key={fingerprint}>
            <dt>{words.city}</dt>
            <dd>
              {name} {city}
            </dd>
            <dt>{words.authority}</dt>
            <dd>{authority}</dd>
            <dt>{words.issuer}</dt>
            <dd>{issuer}</dd>
            <dt>{words.validity}</dt>
            <dd>
              {secondsText(validFrom)} – {secondsText(validTo)}
            </dd>
            <dt>{words.fingerprint}</dt>
            <dd>
              <code className="proved-hash">{grouped(fingerprint)}</code>
            </dd>
            <dt>{words.ground}</dt>
            <dd>
              <strong>{basis === null ? `! ${words.byNothing}` : `✓ ${ground[basis]}`}</strong>
              {basis === null || basis === 'compared' ? (
                <Checkbox
                  className="screen-only"
                  checked={basis === 'compared'}
                  onChange={event => onCompare(fingerprint, event.target.checked)}
                  style={{ marginInlineStart: 12 }}
                >
                  {words.compare}
                </Checkbox>
              ) : null}
            </dd>
          </dl>
        )
      })}
      <div className="screen-only">
        <h2>{words.grounds}</h2>
        <p>{words.rootsHint}</p>
        <Drop name="roots" label={words.rootsChoose} accept=".pem,.crt,.cer,.der" several onFiles={onFiles} />
        {trust.roots.map((root, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: one file may be dropped twice
          <p key={index}>
            {root.kind === 'none'
              ? `✗ ${root.file}: ${words.rootMalformed} (${pair(PROBLEMS[root.problem.code])})`
              : `${root.vouches.length === 0 ? '!' : '✓'} ${root.file} · ${words.rootOf(root.name, root.vouches.length)}`}
          </p>
        ))}
        <label htmlFor="pasted">{words.pasted}</label>
        <Input.TextArea id="pasted" rows={2} value={pasted} onChange={event => onPaste(event.target.value)} />
        {said.map(text => (
          <Alert key={text} type="warning" showIcon title={text} />
        ))}
        <p>{words.nodeHint}</p>
        {claims.length === 0 ? (
          <p>{words.nodeSilent}</p>
        ) : (
          <>
            <p>
              {words.nodeNames(
                claims.map(({ name, city, fingerprint }) => `${name} ${city} ${fingerprint.slice(0, 16)}…`).join(' · '),
              )}
            </p>
            <Checkbox checked={takesWord} onChange={event => onTakeWord(event.target.checked)}>
              {words.nodeTrust}
            </Checkbox>
          </>
        )}
      </div>
    </section>
  )
}
