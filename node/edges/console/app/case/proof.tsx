/** The proof of one hop: who signed it, when, the receipt of the other city, its hash; and of the whole case, exported and verified. */
import { Descriptions } from 'antd'
import { instantText } from '../time.ts'
import { useLanguage, useWords } from '../words.ts'
import type { Cities } from './cities.ts'
import type { Detail } from './duties.ts'
import type { Entry } from './timeline.tsx'
import { WholeCase } from './whole-case.tsx'
import { CASE } from './words.ts'

export function Proof({ entry, detail, cities }: { entry: Entry; detail: Detail; cities: Cities }) {
  const words = useWords(CASE)
  const language = useLanguage()
  const other = cities.nameOf(entry.city === cities.own ? cities.partner : cities.own)
  const signed = detail.timeline.find(({ packet }) => packet === entry.packet)
  return (
    <div className="proof">
      <Descriptions column={1} size="small">
        <Descriptions.Item label={words.signer}>{words.signed(cities.nameOf(entry.city))}</Descriptions.Item>
        <Descriptions.Item label={words.signedAt}>{instantText(entry.at, language)}</Descriptions.Item>
        <Descriptions.Item label={words.receipt}>
          {entry.storedAt === null ? words.unreceipted : words.receiptAt(other, instantText(entry.storedAt, language))}
        </Descriptions.Item>
        <Descriptions.Item label={words.hash}>
          <code className="hash">{entry.packet}</code>
        </Descriptions.Item>
      </Descriptions>
      {signed?.differs === true ? <p>{words.differs}</p> : null}
      {signed === undefined || signed.correctedBy.length === 0 ? null : (
        <p>{words.corrected(signed.correctedBy.length)}</p>
      )}
      {signed?.corrects == null ? null : <p>{words.correction}</p>}
      <WholeCase detail={detail} cities={cities} />
    </div>
  )
}
