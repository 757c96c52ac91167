/** Publishing drafts: first what it changes for partners, open cases, agreements and saved comparisons, then the new version. */
import { Alert, Button, Checkbox, Modal, Space } from 'antd'
import { useState } from 'react'
import type { ListDraftsAnswer } from '../../../client/api.generated.ts'
import { joined } from '../catalogue.ts'
import { useCities } from '../cities.ts'
import { type AnswerOf, useAct, useNode } from '../query.ts'
import { Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { Scroll } from '../ui/scroll.tsx'
import { useLanguage, useWords } from '../words.ts'
import { fieldName } from './fields.ts'
import { OF_LISTS } from './tabs.tsx'
import { SERVICES } from './words.ts'

function Touched({ report }: { report: AnswerOf<'previewPublication'> }) {
  const words = useWords(SERVICES)
  const language = useLanguage()
  const nameOf = useCities()
  const partners = useNode('listPartners')
  const told = partners.data?.items.length ?? 0
  const { items, gone, cases, mappings, shown, organisation } = report
  return (
    <>
      <ul className="item-points">
        <li>{told === 0 ? words.toldNobody : words.told(told)}</li>
        <li>{items === 0 ? words.touchesNone : words.touches(items, gone)}</li>
        <li>{words.cases(cases)}</li>
        {mappings === 0 ? null : <li>{words.mappings(mappings)}</li>}
        {organisation === undefined ? null : (
          <li>
            {words.organisation}
            {organisation.units + organisation.windows === 0
              ? null
              : ` · ${words.units(organisation.units, organisation.windows)}`}
          </li>
        )}
      </ul>
      {shown.length === 0 ? null : (
        <Scroll label={words.touched}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{words.name}</th>
                <th scope="col">{words.touched}</th>
                <th scope="col">{words.collecting}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map(({ code, name, change, fields, collecting }) => (
                <tr key={code}>
                  <th scope="row">{name}</th>
                  <td className={change === 'gone' ? 'worse' : undefined}>
                    {change === 'gone'
                      ? `✗ ${words.goes}`
                      : joined(
                          fields.map(field => fieldName(field, language)),
                          language,
                        )}
                  </td>
                  <td>{joined(collecting.map(nameOf), language)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </>
  )
}

/** `codes`: the chosen drafts; null: all of them. `wrong`: how many of them have errors. */
export function Publish({
  codes,
  wrong,
  close,
}: {
  codes: readonly string[] | null
  wrong: number
  /** `published`: whether anything was */
  close: (published: boolean) => void
}) {
  const words = useWords(SERVICES)
  const [sound, onlySound] = useState(false)
  const chosen = codes === null ? {} : { codes: codes.join(',') }
  const preview = useNode('previewPublication', { query: chosen })
  const publish = useAct('publishDrafts', OF_LISTS)
  const leave = () => close(publish.data !== undefined)
  return (
    <Modal
      open
      title={words.preview}
      width={800}
      onCancel={leave}
      footer={
        publish.data === undefined ? (
          <Space>
            <Button onClick={leave}>{words.close}</Button>
            <Button
              type="primary"
              loading={publish.isPending}
              disabled={preview.data === undefined || (wrong > 0 && !sound)}
              onClick={() => publish.mutate({ query: { ...chosen, sound: sound ? 'true' : 'false' } })}
            >
              {words.publish}
            </Button>
          </Space>
        ) : (
          <Button type="primary" onClick={leave}>
            {words.close}
          </Button>
        )
      }
    >
      {publish.data === undefined ? (
        <>
          <Shown read={preview}>{report => <Touched report={report} />}</Shown>
          {wrong === 0 ? null : (
            <Alert
              type="warning"
              showIcon
              title={words.mustCure(wrong)}
              description={
                <Checkbox checked={sound} onChange={({ target }) => onlySound(target.checked)}>
                  {words.soundOnly(wrong)}
                </Checkbox>
              }
            />
          )}
          {publish.error === null ? null : <ProblemNotice error={publish.error} />}
        </>
      ) : (
        <Alert
          type="success"
          showIcon
          role="status"
          title={words.published(publish.data.version, publish.data.count)}
          description={publish.data.left === 0 ? null : words.left(publish.data.left)}
        />
      )}
    </Modal>
  )
}

export type DraftRow = ListDraftsAnswer['items'][number]
