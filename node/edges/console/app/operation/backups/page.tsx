/** Backups of this node: made here or by command, when each was read again last, and what was wrong. */
import { Alert, Button, Empty, Progress, Table } from 'antd'
import type { Backup } from '../../../../client/api.generated.ts'
import { useAct, useNode } from '../../query.ts'
import { mayDo, useMe } from '../../session.ts'
import { instantText } from '../../time.ts'
import { useWhile } from '../../ui/pace.ts'
import { Shown } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem.tsx'
import { WhyNot } from '../../ui/why.tsx'
import { useLanguage, useWords } from '../../words.ts'
import { OperationFrame } from '../frame.tsx'
import { BACKUPS } from './words.ts'

function List({ items, verify }: { items: readonly Backup[]; verify: ((folder: string) => void) | null }) {
  const words = useWords(BACKUPS)
  const language = useLanguage()
  if (items.length === 0)
    return (
      <Empty description={words.noBackups}>
        <p className="muted">{words.noBackupsHint}</p>
      </Empty>
    )
  return (
    <Table
      size="small"
      rowKey="folder"
      pagination={false}
      scroll={{ x: true }}
      dataSource={[...items]}
      columns={[
        { title: words.at, render: (_, { at }) => instantText(at, language) },
        { title: words.folder, render: (_, { folder }) => <code>{folder}</code> },
        { title: words.keys, render: (_, { keys }) => (keys === null ? words.keysWithin : <code>{keys}</code>) },
        {
          title: words.verified,
          render: (_, { verifiedAt, problem }) =>
            problem !== null ? (
              <>
                ✗ {words.bad} {verifiedAt === null ? '' : instantText(verifiedAt, language)}
                <WhyNot problem={problem} />
              </>
            ) : verifiedAt === null ? (
              words.never
            ) : (
              `✓ ${words.good} ${instantText(verifiedAt, language)}`
            ),
        },
        {
          title: '',
          render: (_, { folder }) => (
            <Button
              disabled={verify === null}
              aria-label={`${words.verify} ${folder}`}
              onClick={() => verify?.(folder)}
            >
              {words.verify}
            </Button>
          ),
        },
      ]}
    />
  )
}

export function Page() {
  const words = useWords(BACKUPS)
  const language = useLanguage()
  const manages = mayDo(useMe(), 'system.manage')
  const backups = useNode('listBackups')
  const make = useAct('makeBackup', ['listBackups', 'getHealth'])
  const verify = useAct('verifyBackup', ['listBackups'])
  const { data } = backups
  useWhile(data?.running != null, backups.refetch, backups.dataUpdatedAt)
  const error = make.error ?? verify.error
  const free = manages && data?.running === null && !verify.isPending
  const aside = manages ? (
    <Button
      type="primary"
      disabled={!free || data?.folder == null}
      title={data?.folder === null ? words.noFolder : undefined}
      loading={make.isPending}
      onClick={() => make.mutate({ body: {} })}
    >
      {words.backupNow}
    </Button>
  ) : null
  return (
    <OperationFrame part="backups" aside={aside}>
      {error === null ? null : <ProblemNotice error={error} />}
      <Shown read={backups}>
        {({ folder, running, last, items }) => (
          <>
            {folder === null ? (
              <Alert type="warning" showIcon title={words.noFolder} description={words.noFolderHint} />
            ) : null}
            {running === null ? null : (
              <div role="status" className="card">
                {words.running(running.work, running.done, running.all)}
                <Progress
                  aria-label={words.running(running.work, running.done, running.all)}
                  percent={running.all === 0 ? 0 : Math.floor((100 * running.done) / running.all)}
                />
              </div>
            )}
            {last === null || running !== null ? null : (
              <Alert
                type={last.problem === null ? 'success' : 'error'}
                showIcon
                title={(last.problem === null ? words.lastGood : words.lastBad)(
                  last.work,
                  instantText(last.at, language),
                )}
                description={
                  <>
                    <code>{last.folder}</code>
                    {last.problem === null ? null : <WhyNot problem={last.problem} />}
                  </>
                }
              />
            )}
            <section className="card">
              <List items={items} verify={free ? path => verify.mutate({ body: { folder: path } }) : null} />
              <p className="muted">{words.keysHint}</p>
              <p className="muted">{words.restoreHint}</p>
            </section>
          </>
        )}
      </Shown>
    </OperationFrame>
  )
}
