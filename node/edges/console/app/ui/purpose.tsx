/** Asks what a look beyond the own cases is for (查阅目的); whoever reads personal data there waits for the answer. */
import { Modal, Radio, Space } from 'antd'
import { useEffect, useState } from 'react'
import { PURPOSE_NAMES, PURPOSES, type Purpose } from '../../../../../protocol/rights/purposes.ts'
import { askPurposeBy } from '../session.ts'
import { usePair, useWords } from '../words.ts'
import { SHARED } from './words.ts'

export function PurposeAsked() {
  const words = useWords(SHARED)
  const pair = usePair()
  const [asked, setAsked] = useState<readonly ((purpose: Purpose | null) => void)[]>([])
  const [chosen, choose] = useState<Purpose | null>(null)
  useEffect(() => askPurposeBy(() => new Promise(resolve => setAsked(others => others.concat(resolve)))), [])
  const answer = (purpose: Purpose | null) => {
    for (const resolve of asked) resolve(purpose)
    setAsked([])
    choose(null)
  }
  return (
    <Modal
      open={asked.length > 0}
      title={words.namePurpose}
      okText={words.ok}
      cancelText={words.cancel}
      okButtonProps={{ disabled: chosen === null }}
      onOk={() => answer(chosen)}
      onCancel={() => answer(null)}
    >
      <p>{words.purposeAsk}</p>
      <Radio.Group value={chosen} onChange={event => choose(event.target.value as Purpose)}>
        <Space direction="vertical">
          {PURPOSE_NAMES.map(name => (
            <Radio key={name} value={name}>
              {pair(PURPOSES[name])}
            </Radio>
          ))}
        </Space>
      </Radio.Group>
    </Modal>
  )
}
