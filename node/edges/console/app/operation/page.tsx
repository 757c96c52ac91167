/** How the node is: checks with their cures, certificate, backups, settings in force. */
import { Button, Descriptions, Empty, Space, Table, Tag } from 'antd'
import { useAct, useNode } from '../query.ts'
import { mayDo, useMe } from '../session.ts'
import { instantText } from '../time.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { SHARED } from '../ui/words.ts'
import { useLanguage, usePair, useWords } from '../words.ts'
import { OPERATION } from './words.ts'

const MARKS = { ok: '✓', warn: '!', fail: '✗', skip: '–' } as const

function Health() {
  const words = useWords(OPERATION)
  const shared = useWords(SHARED)
  const pair = usePair()
  const health = useNode('getHealth')
  return (
    <section className="card" aria-labelledby="health">
      <h2 id="health">{words.health}</h2>
      <Button onClick={() => void health.refetch()} loading={health.isFetching}>
        {words.again}
      </Button>
      <Shown read={health}>
        {({ checks }) => (
          <ul className="rows" style={{ marginTop: 8 }}>
            {checks.map(({ check, level, detail, detailZh, act, cure, cureZh }) => (
              <li key={check}>
                <Tag>
                  {MARKS[level]} {words[level]}
                </Tag>
                <strong>{check}</strong> {pair({ zh: detailZh, en: detail })}
                {level === 'ok' || cure === undefined ? null : (
                  <div className="muted">
                    {act === undefined ? '' : `${shared.who}: ${shared[act]} · `}
                    {shared.cure}: {pair({ zh: cureZh ?? cure, en: cure })}
                  </div>
                )}
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </section>
  )
}

function Certificate() {
  const words = useWords(OPERATION)
  const language = useLanguage()
  const certificate = useNode('getCertificate')
  return (
    <section className="card" aria-labelledby="certificate">
      <h2 id="certificate">{words.certificate}</h2>
      <Shown read={certificate}>
        {({ name, city, issuer, validTo, daysLeft, fingerprint, revoked }) => (
          <Descriptions column={1}>
            <Descriptions.Item label={`${name} ${city}`}>
              {words.until(instantText(validTo, language), daysLeft)}
            </Descriptions.Item>
            <Descriptions.Item label={words.issuer}>{issuer}</Descriptions.Item>
            <Descriptions.Item label={words.fingerprint}>
              <code style={{ overflowWrap: 'anywhere' }}>{fingerprint}</code>
            </Descriptions.Item>
            {revoked === null ? null : (
              <Descriptions.Item label={words.revoked}>
                {instantText(revoked.at, language)} {revoked.reason}
              </Descriptions.Item>
            )}
          </Descriptions>
        )}
      </Shown>
    </section>
  )
}

function Backups({ manages }: { manages: boolean }) {
  const words = useWords(OPERATION)
  const language = useLanguage()
  const backups = useNode('listBackups')
  const make = useAct('makeBackup', ['listBackups'])
  const verify = useAct('verifyBackup', ['listBackups'])
  const error = make.error ?? verify.error
  return (
    <section className="card" aria-labelledby="backups">
      <h2 id="backups">{words.backups}</h2>
      {error === null ? null : <ProblemNotice error={error} />}
      <Shown read={backups}>
        {({ folder, running, items }) => (
          <>
            <Space>
              {manages ? (
                <Button
                  disabled={folder === null || running !== null}
                  loading={make.isPending}
                  onClick={() => make.mutate({})}
                >
                  {words.backupNow}
                </Button>
              ) : null}
              {running === null ? null : (
                <span role="status">
                  {words.running} {running.done} / {running.all}
                </span>
              )}
              {folder === null ? <span className="muted">{words.noFolder}</span> : null}
            </Space>
            {items.length === 0 ? (
              <Empty description={words.noBackups} />
            ) : (
              <ul>
                {items.map(backup => (
                  <li key={backup.folder}>
                    {instantText(backup.at, language)} <code>{backup.folder}</code>{' '}
                    <span className="muted">
                      {backup.verifiedAt === null
                        ? words.never
                        : words.verified(instantText(backup.verifiedAt, language))}
                    </span>{' '}
                    {backup.problem === null ? null : <strong>✗ {backup.problem.code}</strong>}
                    {manages ? (
                      <Button
                        disabled={running !== null}
                        onClick={() => verify.mutate({ body: { folder: backup.folder } })}
                      >
                        {words.verify}
                      </Button>
                    ) : null}
                  </li>
                ))}
              </ul>
            )}
          </>
        )}
      </Shown>
    </section>
  )
}

function Settings() {
  const words = useWords(OPERATION)
  const pair = usePair()
  const settings = useNode('listSettings')
  const froms = { file: words.fromFile, environment: words.fromEnvironment, default: words.fromDefault }
  return (
    <section className="card" aria-labelledby="settings">
      <h2 id="settings">{words.settings}</h2>
      <Shown read={settings}>
        {({ file, items }) => (
          <>
            <p className="muted">{file}</p>
            <Table
              size="small"
              rowKey="key"
              pagination={false}
              scroll={{ x: true }}
              dataSource={items}
              columns={[
                {
                  title: words.settings,
                  render: (_, { key, zh, en }) => (
                    <>
                      <code>{key}</code> <span className="muted">{pair({ zh, en })}</span>
                    </>
                  ),
                },
                { title: '=', render: (_, { value }) => (value === undefined ? '' : JSON.stringify(value)) },
                { title: words.from, render: (_, { from }) => froms[from] },
              ]}
            />
          </>
        )}
      </Shown>
    </section>
  )
}

export function Page() {
  const words = useWords(OPERATION)
  const me = useMe()
  const manages = mayDo(me, 'system.manage')
  return (
    <PageFrame title={words.title}>
      <Health />
      <Certificate />
      <Backups manages={manages} />
      <Settings />
    </PageFrame>
  )
}
