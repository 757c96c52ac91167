/** Phrases (常用语) of a step, filled in for the case; a press writes one where the hand was last. */
import { Button, Space } from 'antd'
import { useNode } from '../../query.ts'
import { Shown } from '../../ui/page.tsx'
import { useJoined, useWords } from '../../words.ts'
import type { StepKind } from './kinds.ts'
import { STEPS } from './words.ts'

export function Phrases({ thread, kind, insert }: { thread: string; kind: StepKind; insert: (text: string) => void }) {
  const words = useWords(STEPS)
  const list = useJoined()
  const read = useNode('readPhrases', { params: { thread }, query: { step: kind } })
  return (
    <section aria-label={words.phrases} className="phrases">
      <Shown read={read}>
        {({ items }) =>
          items.length === 0 ? (
            <span className="muted">{words.noPhrases}</span>
          ) : (
            <Space wrap size={4}>
              <span>{words.phrases}</span>
              {items.map(({ id, title, text, blanks }) => (
                <Button
                  key={id}
                  size="small"
                  title={blanks.length === 0 ? text : `${text} (${words.blanks(list(blanks))})`}
                  onClick={() => insert(text)}
                >
                  {title}
                </Button>
              ))}
            </Space>
          )
        }
      </Shown>
    </section>
  )
}
