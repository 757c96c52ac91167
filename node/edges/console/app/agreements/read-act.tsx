/** What the second signature (复核签署) would sign, whole: nobody signs what they cannot read. */
import { Link } from '@tanstack/react-router'
import { Button, Modal, Popconfirm, Space } from 'antd'
import type { AmendAgreementRequest, WaitingAct } from '../../../client/api.generated.ts'
import { useAct, useNode } from '../query.ts'
import { inWords } from '../ui/in-words.ts'
import { Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { Told } from '../ui/told.tsx'
import { useWords } from '../words.ts'
import { ImpactView } from './impact.tsx'
import { ItemRows } from './item-rows.tsx'
import { OF_AGREEMENTS } from './standing.tsx'
import { Stated } from './stated.tsx'
import type { Document } from './text.ts'
import { AGREEMENTS } from './words.ts'

/** What the node keeps of an act, by its kind. */
type Input = {
  document?: Document
  amendment?: AmendAgreementRequest
  reason?: string
  effectiveOn?: string
  city?: string
  fingerprint?: string
}

export function useActName(): (kind: WaitingAct['kind']) => string {
  const words = useWords(AGREEMENTS)
  return kind =>
    ({
      propose: words.propose,
      counter: words.counter,
      amend: words.amend,
      sign: words.sign,
      confirm: words.confirmCertificate,
      suspend: words.suspend,
      terminate: words.terminate,
    })[kind]
}

/** A whole text that would be sent. */
function Text({ document }: { document: Document }) {
  const words = useWords(AGREEMENTS)
  const { parties, validFrom, validTo, items, attachments = [] } = document
  return (
    <>
      <ul>
        {parties.map(({ code, name, authority }) => (
          <li key={code}>
            {name} · {authority}
          </li>
        ))}
        <li>{words.until(validFrom, validTo)}</li>
        {attachments.map(({ sha256, name }) => (
          <li key={sha256}>
            {words.attachments}: {name}
          </li>
        ))}
      </ul>
      <Stated document={document} />
      <ItemRows parties={parties} items={items} />
    </>
  )
}

/** What an amendment changes. */
function Amendment({ amendment, parties }: { amendment: AmendAgreementRequest; parties: Document['parties'] }) {
  const words = useWords(AGREEMENTS)
  const { title, reason, effectiveFrom, put = [], remove = [], terms } = amendment
  return (
    <>
      <ul>
        <li>{title}</li>
        <li>{words.fromDay(effectiveFrom)}</li>
        <li>
          {words.reason}: {reason}
        </li>
        {remove.map(({ handling, taskCode }) => (
          <li key={`${handling} ${taskCode}`}>{words.takenOut(taskCode)}</li>
        ))}
      </ul>
      {terms === undefined ? null : <Stated changes={terms as Partial<Document>} />}
      {put.length === 0 ? null : <ItemRows parties={parties} items={put} />}
    </>
  )
}

function Impact({ act, input }: { act: WaitingAct; input: Input }) {
  const words = useWords(AGREEMENTS)
  const { kind } = act
  const thread = act.thread ?? ''
  const steps = kind === 'sign' || kind === 'suspend' || kind === 'terminate'
  const step = useNode(
    'previewStep',
    {
      params: { thread },
      query:
        kind === 'terminate' ? { act: kind, on: input.effectiveOn } : { act: kind === 'suspend' ? 'suspend' : 'sign' },
    },
    { when: steps },
  )
  const text = useNode(
    'previewProposal',
    { body: input.document ?? ({} as Document) },
    { when: input.document !== undefined },
  )
  const change = useNode(
    'previewAmendment',
    { params: { thread }, body: input.amendment ?? { title: '', reason: '', effectiveFrom: '' } },
    { when: input.amendment !== undefined },
  )
  if (kind === 'confirm') return null
  return (
    <section className="card" aria-labelledby="act-impact">
      <h3 id="act-impact">{words.impactOf}</h3>
      <Shown read={steps ? step : input.amendment === undefined ? text : change}>
        {found => <ImpactView impact={found} />}
      </Shown>
    </section>
  )
}

/** The text of the agreement that the act is of, a page away. */
function Agreement({ thread, amendment }: { thread: string; amendment: AmendAgreementRequest | undefined }) {
  const words = useWords(AGREEMENTS)
  const agreement = useNode('getAgreement', { params: { thread } })
  return (
    <>
      <p>
        <Link to={`/agreements/${thread}`}>{words.toAgreement}</Link>
      </p>
      {amendment === undefined ? null : (
        <Shown read={agreement}>
          {({ document }) => <Amendment amendment={amendment} parties={document.parties} />}
        </Shown>
      )}
    </>
  )
}

/** `signs`: the reader may sign it. */
export function ReadAct({ act, signs, close }: { act: WaitingAct; signs: boolean; close: () => void }) {
  const words = useWords(AGREEMENTS)
  const name = useActName()
  const sign = useAct('signAct', OF_AGREEMENTS)
  const { no, kind, title, thread, problem } = act
  const input = (act.input ?? {}) as Input
  const sure =
    kind === 'sign' ? words.signSure : kind === 'suspend' || kind === 'terminate' ? words.stopSure : words.sendSure
  return (
    <Modal
      open
      title={`${name(kind)} · ${title ?? words.untitled}`}
      width={960}
      onCancel={close}
      footer={
        <Space>
          <Button onClick={close}>{words.close}</Button>
          {signs ? (
            <Popconfirm title={sure} onConfirm={() => sign.mutate({ params: { no } }, { onSuccess: close })}>
              <Button type="primary" disabled={problem !== null} loading={sign.isPending}>
                {words.sign}
              </Button>
            </Popconfirm>
          ) : null}
        </Space>
      }
    >
      {problem === null ? null : <Told problem={inWords(problem)} />}
      {sign.error === null ? null : <ProblemNotice error={sign.error} />}
      {thread === null ? null : <Agreement thread={thread} amendment={input.amendment} />}
      {input.reason === undefined ? null : (
        <p>
          {words.reason}: {input.reason}
        </p>
      )}
      {input.effectiveOn === undefined ? null : (
        <p>
          {words.effectiveOn}: {input.effectiveOn}
        </p>
      )}
      {input.fingerprint === undefined ? null : (
        <p>
          {words.toldOf(input.city ?? '')} <code style={{ overflowWrap: 'anywhere' }}>{input.fingerprint}</code>
        </p>
      )}
      <Impact act={act} input={input} />
      {input.document === undefined ? null : <Text document={input.document} />}
    </Modal>
  )
}
