/** Phrases (常用语): own ones, and those that departments share; who may writes and deletes them here. */
import { Button, Popconfirm, Space } from 'antd'
import { useState } from 'react'
import { TITLES } from '../../../../../protocol/case/names.ts'
import { useAct, useNode } from '../query.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { Scroll } from '../ui/scroll.tsx'
import { useUnits } from '../units.ts'
import { useLanguage, useWords } from '../words.ts'
import { OF_PHRASES, type Phrase, PhraseForm } from './form.tsx'
import { PHRASES } from './words.ts'

function Rows({ items, write }: { items: readonly Phrase[]; write: (phrase: Phrase) => void }) {
  const words = useWords(PHRASES)
  const language = useLanguage()
  const { departmentName } = useUnits()
  const remove = useAct('deletePhrase', OF_PHRASES)
  return (
    <>
      {remove.error === null ? null : <ProblemNotice error={remove.error} />}
      <Scroll label={words.title}>
        <table>
          <thead>
            <tr>
              <th scope="col">{words.name}</th>
              <th scope="col">{words.text}</th>
              <th scope="col">{words.step}</th>
              <th scope="col">{words.item}</th>
              <th scope="col">{words.department}</th>
              <th scope="col">{words.acts}</th>
            </tr>
          </thead>
          <tbody>
            {items.map(phrase => (
              <tr key={phrase.id}>
                <th scope="row">{phrase.title}</th>
                <td>{phrase.text}</td>
                <td>{phrase.step === null ? words.anyStep : TITLES[phrase.step][language]}</td>
                <td>{phrase.item ?? words.anyItem}</td>
                <td>{phrase.department === null ? words.own : departmentName(phrase.department)}</td>
                <td>
                  {phrase.changeable ? (
                    <Space>
                      <Button size="small" aria-label={words.changeOf(phrase.title)} onClick={() => write(phrase)}>
                        {words.change}
                      </Button>
                      <Popconfirm
                        title={words.removeAsk}
                        okText={words.remove}
                        cancelText={words.cancel}
                        onConfirm={() => remove.mutate({ params: { id: phrase.id } })}
                      >
                        <Button size="small" danger aria-label={words.removeOf(phrase.title)}>
                          {words.remove}
                        </Button>
                      </Popconfirm>
                    </Space>
                  ) : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </>
  )
}

export function Page() {
  const words = useWords(PHRASES)
  const [written, write] = useState<Phrase | 'new' | null>(null)
  const read = useNode('listPhrases', { query: {} })
  const close = () => write(null)
  return (
    <PageFrame title={words.title} live={false}>
      <p className="muted">{words.hint}</p>
      <section className="card" aria-label={written === null || written === 'new' ? words.add : words.change}>
        {written === null ? (
          <Button onClick={() => write('new')}>{words.add}</Button>
        ) : (
          <PhraseForm
            key={written === 'new' ? 'new' : written.id}
            phrase={written === 'new' ? null : written}
            close={close}
          />
        )}
      </section>
      <Shown read={read}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="card muted">{words.empty}</p>
          ) : (
            <section className="card" aria-label={words.title}>
              <Rows items={items} write={write} />
            </section>
          )
        }
      </Shown>
    </PageFrame>
  )
}
