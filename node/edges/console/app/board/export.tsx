/** What leaves the board as a file: the picture of a chart, and its numbers as a spreadsheet. */
import { Button, Space } from 'antd'
import { useState } from 'react'
import { saveAs } from '../case/download.ts'
import type { Drawn } from '../ui/chart/chart.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { useWords } from '../words.ts'
import { type Cells, sheetOf } from './sheet.ts'
import { BOARD } from './words.ts'

/** So many pixels of the picture stand for one of the screen: it may be printed. */
const SHARP = 2
const PNG = 'data:image/png;base64,'

export function Exports({ name, cells, drawn }: { name: string; cells: () => Cells; drawn?: Drawn }) {
  const words = useWords(BOARD)
  const [error, setError] = useState<unknown>(null)
  const picture = () => {
    const data = drawn?.current?.getDataURL({ type: 'png', pixelRatio: SHARP, backgroundColor: '#fff' })
    if (data?.startsWith(PNG) !== true) return
    const bytes = Uint8Array.from(atob(data.slice(PNG.length)), letter => letter.charCodeAt(0))
    saveAs(new Blob([bytes], { type: 'image/png' }), `${name}.png`)
  }
  const sheet = async () => saveAs(await sheetOf(name, cells()), `${name}.xlsx`)
  return (
    <div>
      <Space>
        {drawn === undefined ? null : (
          <Button size="small" aria-label={`${words.picture}: ${name}`} onClick={picture}>
            {words.picture}
          </Button>
        )}
        <Button size="small" aria-label={`${words.sheet}: ${name}`} onClick={() => void sheet().catch(setError)}>
          {words.sheet}
        </Button>
      </Space>
      {error === null ? null : <ProblemNotice error={error} />}
    </div>
  )
}
