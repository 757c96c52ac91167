/** One partner city: the words that are compared, how it is, the test of the whole way, suspension. */
import { Link, useParams } from '@tanstack/react-router'
import { Alert, Button, Descriptions, Form, Input, Popconfirm, Space, Tag } from 'antd'
import type { GetPartnerTestAnswer, Partner } from '../../../client/api.generated.ts'
import { useAct, useNode } from '../query.ts'
import { mayDo, useMe } from '../session.ts'
import { instantText } from '../time.ts'
import { Cure } from '../ui/cure.tsx'
import { PageFrame, Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { useLanguage, usePair, useWords } from '../words.ts'
import { healthInput, LOOK, OF_ONE, Reasons, TryNow } from './row.tsx'
import { Spoken } from './spoken.tsx'
import { mayAskForWords, reasonsOf } from './state.ts'
import { PARTNERS } from './words.ts'

function ReadOut({ compared }: { compared: Partner['words'] }) {
  const words = useWords(PARTNERS)
  return (
    <ol aria-label={words.read} style={{ fontSize: 20 }}>
      {compared.map((word, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a word is known by its place
        <li key={index}>{word ?? '· · ·'}</li>
      ))}
    </ol>
  )
}

/** The words once more, as long as the other side may ask for some: it confirms later, or pairs anew under another certificate. */
function StillAsked({ partner }: { partner: Partner }) {
  const words = useWords(PARTNERS)
  return (
    <section className="card" aria-labelledby="still-asked">
      <h2 id="still-asked">{words.stillAsked}</h2>
      <p>{words.stillAskedHint}</p>
      <ReadOut compared={partner.words} />
    </section>
  )
}

/** The words of a pairing: those to be read out, and fields for those that are heard; none are asked of a city that is vouched for. */
function Compare({ partner }: { partner: Partner }) {
  const words = useWords(PARTNERS)
  const { code, words: compared, asked } = partner
  const confirm = useAct('confirmPartner', OF_ONE)
  const reject = useAct('rejectPartner', OF_ONE)
  const error = confirm.error ?? reject.error
  const vouched = asked.length === 0
  return (
    <section className="card" aria-labelledby="compare">
      <h2 id="compare">{vouched ? words.confirmCity : words.compare}</h2>
      <p>{vouched ? words.vouched : words.compareHint}</p>
      {vouched && compared.length > 0 ? <p className="muted">{words.vouchedRead}</p> : null}
      <ReadOut compared={compared} />
      <Form
        name="words"
        layout="inline"
        onFinish={(heard: Record<string, string>) =>
          confirm.mutate({
            params: { code },
            body: vouched ? {} : { words: asked.map(place => (heard[String(place)] ?? '').trim()) },
          })
        }
      >
        {asked.map(place => (
          <Form.Item
            key={place}
            name={String(place)}
            label={words.place(place)}
            rules={[{ required: true, message: words.wordsWrong }]}
          >
            <Input autoComplete="off" style={{ width: 160 }} />
          </Form.Item>
        ))}
        <Space wrap>
          <Button type="primary" htmlType="submit" loading={confirm.isPending}>
            {vouched ? words.confirmVouched : words.confirm}
          </Button>
          <Popconfirm title={words.rejectSure} onConfirm={() => reject.mutate({ params: { code } })}>
            <Button danger>{vouched ? words.rejectVouched : words.reject}</Button>
          </Popconfirm>
        </Space>
      </Form>
      {error === null ? null : <ProblemNotice error={error} />}
    </section>
  )
}

function Health({ partner }: { partner: Partner }) {
  const words = useWords(PARTNERS)
  const { code } = partner
  const health = useNode('getPartnerHealth', healthInput(code), { every: LOOK })
  return (
    <section className="card" aria-labelledby="health">
      <h2 id="health">{words.health}</h2>
      <Shown read={health}>
        {({ now, findings }) => {
          const reasons = reasonsOf(partner, { now, findings })
          return (
            <>
              <Space wrap size="large">
                <span>{now.connected ? `● ${words.connected}` : `○ ${words.notConnected}`}</span>
                {now.roundTripMs === null ? null : <span>{words.roundTrip(Math.round(now.roundTripMs))}</span>}
                <span>{words.waiting(now.waiting)}</span>
                {now.certificateDays === null ? null : <span>{words.certificate(now.certificateDays)}</span>}
                {now.aheadMs === null || Math.abs(now.aheadMs) < 1000 ? null : (
                  <span>{words.clock(Math.round(now.aheadMs / 1000))}</span>
                )}
                {partner.status === 'active' ? <TryNow code={code} /> : null}
              </Space>
              <h3>{words.findings}</h3>
              {reasons.length > 0 ? (
                <Reasons reasons={reasons} />
              ) : (
                <p>{partner.status === 'suspended' ? words.atRest : `✓ ${words.fine}`}</p>
              )}
            </>
          )
        }}
      </Shown>
    </section>
  )
}

const MARKS = { ok: '✓', failed: '✗', running: '…', waiting: '·', skipped: '–' } as const

function Hops({ test }: { test: GetPartnerTestAnswer }) {
  const words = useWords(PARTNERS)
  const pair = usePair()
  const states = {
    ok: words.passed,
    failed: words.failed,
    running: words.running,
    waiting: words.waitingHop,
    skipped: words.skipped,
  }
  return (
    <ol>
      {test.hops.map(hop => (
        <li key={hop.hop}>
          {MARKS[hop.state]} {pair(hop)} — {states[hop.state]} {hop.ms === null ? '' : words.ms(Math.round(hop.ms))}
          {hop.problem === null ? null : (
            <div>
              {pair(hop.problem)} · <Cure zh={hop.problem.cureZh} en={hop.problem.cure} />
            </div>
          )}
        </li>
      ))}
    </ol>
  )
}

function Tests({ code, manages }: { code: string; manages: boolean }) {
  const words = useWords(PARTNERS)
  const language = useLanguage()
  const tests = useNode('listPartnerTests', { params: { code } })
  const begin = useAct('testPartner', ['listPartnerTests'])
  const no = begin.data?.no
  const running = useNode('getPartnerTest', { params: { code, no: no ?? 0 } }, { when: no !== undefined })
  return (
    <section className="card" aria-labelledby="tests">
      <h2 id="tests">{words.test}</h2>
      <p>{words.testHint}</p>
      {manages ? (
        <Button
          type="primary"
          loading={begin.isPending || running.data?.state === 'running'}
          onClick={() => begin.mutate({ params: { code } })}
        >
          {words.begin}
        </Button>
      ) : null}
      {begin.error === null ? null : <ProblemNotice error={begin.error} />}
      <div aria-live="polite">
        {no === undefined ? null : <Shown read={running}>{test => <Hops test={test} />}</Shown>}
      </div>
      <h3>{words.tests}</h3>
      <Shown read={tests}>
        {({ items }) => (
          <ul>
            {items.map(test => (
              <li key={`${test.direction} ${test.no}`}>
                {instantText(test.begunAt, language)} {test.direction === 'out' ? words.byUs : words.byThem}{' '}
                {words[test.state]}
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </section>
  )
}

export function Page() {
  const words = useWords(PARTNERS)
  const language = useLanguage()
  const me = useMe()
  const { code = '' } = useParams({ strict: false }) as { code?: string }
  // Of the list: the state alone is shown here, and a round trip is measured when somebody asks for it.
  const partners = useNode('listPartners', undefined, { every: LOOK })
  const suspend = useAct('suspendPartner', OF_ONE)
  const resume = useAct('resumePartner', OF_ONE)
  const partner = partners.data?.items.find(entry => entry.code === code)
  const manages = mayDo(me, 'partner.manage')
  const back = <Link to="/partners">{words.back}</Link>
  return (
    <PageFrame title={partner === undefined ? words.title : `${partner.name} ${code}`} aside={back}>
      <Shown read={partners}>
        {() =>
          partner === undefined ? (
            <p>{words.none}</p>
          ) : (
            <>
              {partner.status === 'pending' && manages ? <Compare key={partner.pairedAt} partner={partner} /> : null}
              {mayAskForWords(partner) && manages ? <StillAsked partner={partner} /> : null}
              <section className="card">
                <Space wrap>
                  <Tag>{words[partner.status]}</Tag>
                  <span className="muted">{words.paired(instantText(partner.pairedAt, language))}</span>
                  {manages && partner.status === 'active' ? (
                    <Popconfirm title={words.suspendSure} onConfirm={() => suspend.mutate({ params: { code } })}>
                      <Button>{words.suspend}</Button>
                    </Popconfirm>
                  ) : null}
                  {manages && partner.status === 'suspended' ? (
                    <Button onClick={() => resume.mutate({ params: { code } })}>{words.resume}</Button>
                  ) : null}
                </Space>
                {manages && partner.status === 'active' ? <p className="muted">{words.stolen}</p> : null}
                {suspend.error === null ? null : <ProblemNotice error={suspend.error} />}
                {resume.error === null ? null : <ProblemNotice error={resume.error} />}
                {partner.revoked === null ? null : (
                  <Alert
                    type="error"
                    showIcon
                    title={words.revoked(instantText(partner.revoked.at, language), partner.revoked.reason)}
                  />
                )}
                <Descriptions column={1} style={{ marginTop: 12 }}>
                  <Descriptions.Item label={words.fingerprint}>
                    <div>
                      <code style={{ overflowWrap: 'anywhere' }}>{partner.fingerprint}</code>
                      <Spoken fingerprint={partner.fingerprint} />
                    </div>
                  </Descriptions.Item>
                  <Descriptions.Item label={words.address}>
                    <span style={{ overflowWrap: 'anywhere' }}>{partner.addresses.join(' ')}</span>
                  </Descriptions.Item>
                </Descriptions>
              </section>
              {partner.status === 'pending' ? null : <Health partner={partner} />}
              {partner.status === 'active' ? <Tests code={code} manages={manages} /> : null}
            </>
          )
        }
      </Shown>
    </PageFrame>
  )
}
