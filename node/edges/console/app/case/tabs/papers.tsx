/** The papers (文书) of a case: those that can be printed, each on a page of its own, and what the others wait for. */
import { PrinterOutlined } from '@ant-design/icons'
import { Tag } from 'antd'
import { useNode } from '../../query.ts'
import { Shown } from '../../ui/page.tsx'
import { useWords } from '../../words.ts'
import { paperAddress } from '../address.ts'
import { CASE } from '../words.ts'
import type { Held } from './tabs.tsx'

export function Papers({ detail }: Held) {
  const words = useWords(CASE)
  const read = useNode('listPapers', { params: { thread: detail.thread } })
  return (
    <Shown read={read}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="muted">{words.noPapers}</p>
        ) : (
          <ul className="papers">
            {items
              .toSorted((a, b) => Number(a.lacking !== null) - Number(b.lacking !== null))
              .map(({ name, title, lacking }) => (
                <li key={name}>
                  {lacking === null ? (
                    <a href={paperAddress(detail.thread, name)} target="_blank" rel="noopener">
                      <PrinterOutlined /> {words.paperReady} <span lang="zh">{title}</span>
                    </a>
                  ) : (
                    <span className="muted">
                      <span lang="zh">{title}</span> · {words.paperLacks}
                    </span>
                  )}{' '}
                  {detail.toPrint.includes(name) ? (
                    <Tag color="blue" variant="outlined">
                      {words.toPrint}
                    </Tag>
                  ) : null}
                </li>
              ))}
          </ul>
        )
      }
    </Shown>
  )
}
