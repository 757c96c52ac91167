/** The review points of a material as ticks, and the one notice that the failing ones make. */
import { CheckOutlined, CloseOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useWords } from '../../words.ts'
import type { Reviewed, Ticks } from './review.ts'
import { tickName } from './review.ts'
import { VIEW } from './words.ts'

export function Points({
  materials,
  chosen,
  ticks,
  tick,
}: {
  materials: readonly Reviewed[]
  chosen: string | null
  ticks: Ticks
  tick: (name: string, fits: boolean) => void
}) {
  const words = useWords(VIEW)
  return materials.map(({ code, name, points }) => (
    <section key={code} aria-label={name} className={code === chosen ? 'points chosen' : 'points'}>
      <h3>
        {code} {name}
      </h3>
      {points.length === 0 ? <p className="muted">{words.noPoints}</p> : null}
      {points.map(point => {
        const key = tickName(code, point)
        const fits = ticks[key]
        return (
          <div key={point} className="point">
            <Button
              size="small"
              type={fits === true ? 'primary' : 'default'}
              icon={<CheckOutlined />}
              aria-pressed={fits === true}
              aria-label={words.fits(point)}
              onClick={() => tick(key, true)}
            />
            <Button
              size="small"
              danger
              type={fits === false ? 'primary' : 'default'}
              icon={<CloseOutlined />}
              aria-pressed={fits === false}
              aria-label={words.fails(point)}
              onClick={() => tick(key, false)}
            />
            <span>{point}</span>
          </div>
        )
      })}
    </section>
  ))
}
