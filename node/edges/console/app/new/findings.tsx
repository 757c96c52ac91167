/** The pre-flight beside a new case: what keeps it from being sent, by who can cure it; each line leads to its field. */
import { Alert } from 'antd'
import type { Finding } from '../../../client/api.generated.ts'
import { useWords } from '../words.ts'
import type { Guide, Material } from './content.ts'
import { idAt, useFindingWords } from './field.tsx'
import { NEW } from './words.ts'

type Like = ReturnType<typeof useWords<(typeof NEW)['zh']>>

/** Goes to the field of a finding, or to the nearest one above it. */
function goTo(path: string): void {
  for (let at = path; ; at = at.slice(0, at.lastIndexOf('/'))) {
    const formed = at.startsWith('/form') ? `form${at.slice('/form'.length).replaceAll('/', '_')}` : null
    const field = document.getElementById(idAt(at)) ?? (formed === null ? null : document.getElementById(formed))
    if (field !== null) {
      field.scrollIntoView({ block: 'center' })
      field.focus()
      return
    }
    if (at === '') return
  }
}

/** The name of the field that a finding is about; nothing where the finding says it itself. */
function nameOf(path: string, words: Like, guide: Guide): string | undefined {
  const names: Readonly<Record<string, string>> = {
    '/mode': words.mode,
    '/applicant/idNumber': words.idNumber,
    '/applicant/idType': words.idType,
    '/applicant/name': words.name,
    '/applicant/phone': words.phone,
    '/applicant/address': words.address,
    '/applicant/type': words.type,
    '/applicant/legalRepresentative': words.representative,
    '/agent/name': words.agentName,
    '/agent/idNumber': words.agentId,
    '/agent/phone': words.agentPhone,
    '/agent/idType': words.agentIdType,
    '/agent/authorisation': words.authorisation,
    '/purpose': words.purpose,
    '/delivery/method': words.method,
    '/delivery/recipient/name': words.recipient,
    '/delivery/recipient/phone': words.recipientPhone,
    '/delivery/recipient/address': words.recipientAddress,
    '/delivery/recipient/postcode': words.postcode,
    '/consent': words.notice,
    '/commitment/until': words.commitUntil,
  }
  if (!path.startsWith('/form/')) return names[path]
  // A title that the city wrote, of a property of its form; nothing of JSON Schema is followed further.
  const { properties } = (guide.item.form ?? {}) as { properties?: Record<string, { title?: unknown }> }
  const title = properties?.[path.split('/')[2] ?? '']?.title
  return typeof title === 'string' ? title : words.form
}

/** Where a finding is cured: a scan has no field of its own, its material has; and what licences are used for is said once for all. */
function placeOf(
  { path, code }: Pick<Finding, 'path' | 'code'>,
  materials: readonly Material[],
  authorisation: string | undefined,
): string {
  if (code === 'material-purpose') return '/purpose'
  if (code === 'authorisation-missing' && authorisation !== undefined) return `/materials/${authorisation}`
  const [, index] = /^\/materials\/(\d+)(?:\/|$)/.exec(path) ?? []
  const material = index === undefined ? undefined : materials[Number(index)]
  return material?.code === undefined ? path : `/materials/${material.code}`
}

export function Findings({
  findings,
  guide,
  materials,
  authorisation,
}: {
  findings: readonly Finding[] | null
  guide: Guide
  /** as they stand in the draft */
  materials: readonly Material[]
  /** code of the material that is the authorisation of the agent */
  authorisation: string | undefined
}) {
  const words = useWords(NEW)
  const told = useFindingWords()
  if (findings === null) return <p className="muted">{words.checking}</p>
  const errors = findings.filter(({ level }) => level === 'error')
  const groups = [
    { title: words.here, of: errors.filter(({ cure }) => cure === 'clerk') },
    { title: words.applicant, of: errors.filter(({ cure }) => cure === 'applicant') },
    { title: words.others, of: errors.filter(({ cure }) => cure === 'administrator' || cure === 'partner') },
    { title: words.notes, of: findings.filter(({ level }) => level === 'notice') },
  ]
  return (
    <div aria-live="polite">
      {errors.length === 0 ? <Alert type="success" showIcon title={words.ready} /> : null}
      {groups.map(({ title, of }) =>
        of.length === 0 ? null : (
          <section key={title}>
            <h3>
              {title} {of.length}
            </h3>
            <ul className="findings">
              {of.map(finding => (
                <li key={`${finding.path} ${finding.code} ${finding.zh}`}>
                  <button
                    type="button"
                    className="as-text"
                    onClick={() => goTo(placeOf(finding, materials, authorisation))}
                  >
                    {finding.level === 'error' ? '✗ ' : 'ⓘ '}
                    {[
                      finding.code === 'authorisation-missing' ? undefined : nameOf(finding.path, words, guide),
                      told(finding),
                    ]
                      .filter(part => part !== undefined)
                      .join('：')}
                  </button>
                </li>
              ))}
            </ul>
          </section>
        ),
      )}
    </div>
  )
}
