/** Own uploads of the last day: how far each is, and what it became. */
import { Button, Empty, Popconfirm, Progress, Space } from 'antd'
import { useAct, useNode } from '../../query.ts'
import { instantText } from '../../time.ts'
import { Shown } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem.tsx'
import { useLanguage, useWords } from '../../words.ts'
import { OperationFrame } from '../frame.tsx'
import { sizeText } from './size.ts'
import { FILES } from './words.ts'

export function Page() {
  const words = useWords(FILES)
  const language = useLanguage()
  const uploads = useNode('listUploads')
  const end = useAct('endUpload', ['listUploads'])
  return (
    <OperationFrame part="uploads">
      <p className="muted" style={{ margin: 0 }}>
        {words.uploadsHint}
      </p>
      {end.error === null ? null : <ProblemNotice error={end.error} />}
      <Shown read={uploads}>
        {({ uploads: items }) =>
          items.length === 0 ? (
            <Empty description={words.noUploads} />
          ) : (
            <ul className="rows">
              {items.map(({ id, offset, size, expiresAt, material }) => (
                <li key={id} className="card">
                  <Space wrap>
                    <span>
                      {material === null ? '◔' : '✓'} {words.part(sizeText(offset), sizeText(size))}
                    </span>
                    {material === null ? (
                      <span className="muted">{words.keepsUntil(instantText(expiresAt, language))}</span>
                    ) : (
                      <span>{words.became}</span>
                    )}
                    {material === null ? (
                      <Popconfirm title={words.giveUpSure} onConfirm={() => end.mutate({ params: { id } })}>
                        <Button danger>{words.giveUp}</Button>
                      </Popconfirm>
                    ) : null}
                  </Space>
                  <Progress
                    aria-label={words.part(sizeText(offset), sizeText(size))}
                    percent={size === 0 ? 100 : Math.floor((100 * offset) / size)}
                  />
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
    </OperationFrame>
  )
}
