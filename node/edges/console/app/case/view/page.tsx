/** The examiner's page (审查) at `/cases/$no/materials`: the document on the left, its review points on the right, the steps below the title. */
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { App, Button, Select, Space } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { OPERATIONS } from '../../../../client/addresses.generated.ts'
import { addressOf } from '../../../../client/client.ts'
import { useNode } from '../../query.ts'
import { node, useMe } from '../../session.ts'
import { useKeys } from '../../shell/keys.ts'
import { PageFrame, Shown } from '../../ui/page.tsx'
import { useLanguage, useWords } from '../../words.ts'
import '../case.css'
import { keptName } from '../../kept-storage.ts'
import { useCitiesOf } from '../cities.ts'
import type { Detail } from '../duties.ts'
import { useKept } from '../kept.ts'
import { scanName } from '../scan-name.ts'
import { Steps } from '../steps/bar.tsx'
import type { ItemMaterial } from '../steps/context.ts'
import type { Material } from '../tabs/materials.tsx'
import { fetchAhead } from './ahead.ts'
import { FileView, MaterialView } from './document.tsx'
import { Points } from './points.tsx'
import { failedOf, noticeOf, type Reviewed, type Ticks } from './review.ts'
import { VIEW } from './words.ts'

/** How much larger or smaller one press makes it, and how far. */
const ZOOM = { by: 1.25, least: 0.5, most: 4 }

/** The width of a place on the screen. */
function useWidth() {
  const place = useRef<HTMLElement>(null)
  const [width, setWidth] = useState(0)
  useEffect(() => {
    if (place.current === null) return
    const watch = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)))
    watch.observe(place.current)
    return () => watch.disconnect()
  }, [])
  return [place, width] as const
}

/** What stands beside the document: the sample of its kind, or another material of the case by its place; null: nothing. */
type Beside = 'sample' | number | null

function Sample({
  city,
  item,
  material,
  width,
}: {
  city: string
  item: string
  material: ItemMaterial
  width: number
}) {
  const words = useWords(VIEW)
  const { exampleGuid, materialName } = material
  if (exampleGuid === undefined) return null
  const address = addressOf(OPERATIONS.downloadSample, { params: { city, item, sha256: exampleGuid.sha256 } })
  return (
    <section aria-label={words.sample}>
      <FileView type={exampleGuid.type} address={address} bytes={null} width={width} name={materialName} />
    </section>
  )
}

type Room = { detail: Detail; materials: readonly Material[]; asked: readonly ItemMaterial[] }

function Documents({ detail, materials, asked, at, choose }: Room & { at: number; choose: (at: number) => void }) {
  const words = useWords(VIEW)
  const language = useLanguage()
  const cities = useCitiesOf(detail)
  const [place, width] = useWidth()
  const [zoom, setZoom] = useState(1)
  const [chosen, setBeside] = useState<Beside>(null)
  const shown = materials[at]
  const next = materials[at + 1]
  const grow = (by: number) => setZoom(before => Math.min(ZOOM.most, Math.max(ZOOM.least, before * by)))
  const larger = () => grow(ZOOM.by)
  const smaller = () => grow(1 / ZOOM.by)
  const back = () => choose(Math.max(0, at - 1))
  const forth = () => choose(Math.min(materials.length - 1, at + 1))
  useEffect(() => {
    // Only after the present one had its turn: what is not asked for never holds up what is.
    if (next?.held !== true) return
    const timer = setTimeout(() => void fetchAhead(detail.thread, next).catch(() => undefined), 500)
    return () => clearTimeout(timer)
  }, [detail.thread, next])
  const like = asked.find(({ materialCode }) => materialCode === shown?.code)
  const hasSample = like?.exampleGuid !== undefined
  const other = typeof chosen === 'number' && chosen !== at ? materials[chosen] : undefined
  const beside = other !== undefined || (chosen === 'sample' && hasSample)
  const wide = Math.floor((beside ? width / 2 : width) * zoom) - 8
  const choices = [
    ...(hasSample ? [{ value: 'sample' as const, label: words.sample }] : []),
    ...materials.flatMap((material, index) =>
      index === at ? [] : [{ value: index, label: scanName(material, language) }],
    ),
  ]
  /** Nothing beside it; else the sample, or the next material. */
  const toggle = () => setBeside(beside ? null : (choices[0]?.value ?? null))
  useKeys({ b: toggle, '[': back, ']': forth, '+': larger, '=': larger, '-': smaller, '−': smaller })
  if (shown === undefined) return <p className="muted">{words.none}</p>
  return (
    <div className="documents">
      <Space wrap>
        <Button onClick={back} disabled={at === 0}>
          {words.previous} <kbd>[</kbd>
        </Button>
        <Button onClick={forth} disabled={next === undefined}>
          {words.next} <kbd>]</kbd>
        </Button>
        <Button onClick={larger}>
          {words.larger} <kbd>+</kbd>
        </Button>
        <Button onClick={smaller}>
          {words.smaller} <kbd>−</kbd>
        </Button>
        {choices.length === 0 ? null : (
          <>
            <Button onClick={toggle} aria-pressed={beside}>
              {beside ? words.alone : words.beside} <kbd>b</kbd>
            </Button>
            {beside ? (
              <Select
                aria-label={words.besideWhich}
                value={chosen}
                onChange={setBeside}
                options={choices}
                popupMatchSelectWidth={false}
                style={{ width: 180 }}
              />
            ) : null}
          </>
        )}
        <strong>{scanName(shown, language)}</strong>
      </Space>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keys too */}
      <section ref={place} className="sheet" aria-label={scanName(shown, language)} tabIndex={0}>
        {width === 0 ? null : (
          <div className="sheets">
            <div>
              <MaterialView key={shown.sha256} thread={detail.thread} material={shown} width={wide} />
            </div>
            {other !== undefined ? (
              <section aria-label={words.besideOf(scanName(other, language))}>
                <MaterialView key={other.sha256} thread={detail.thread} material={other} width={wide} />
              </section>
            ) : null}
            {beside && other === undefined && like !== undefined ? (
              <Sample city={cities.handling} item={detail.item.code} material={like} width={wide} />
            ) : null}
          </div>
        )}
      </section>
    </div>
  )
}

function Examine({ detail, materials, asked }: Room) {
  const words = useWords(VIEW)
  const language = useLanguage()
  const me = useMe()
  const navigate = useNavigate()
  const { message } = App.useApp()
  const cities = useCitiesOf(detail)
  const [at, choose] = useState(0)
  const [ticks, keep] = useKept<Ticks>(detail.thread, 'review')
  const [asks, setAsks] = useState(0)
  const reviewed: Reviewed[] = asked.map(({ materialCode: code, materialName: name, reviewPoints: points = [] }) => ({
    code,
    name,
    points,
  }))
  const failed = failedOf(reviewed, ticks ?? {})
  const mayAsk = detail.steps.includes('case.request-supplement')
  const ask = () => {
    const body = noticeOf(failed, words)
    sessionStorage.setItem(keptName(me.id, detail.thread, 'case.request-supplement'), JSON.stringify(body))
    setAsks(asks + 1)
  }
  const nextCase = async () => {
    for (const queue of ['mine', 'ours'] as const) {
      const { items } = await node.readQueue({ params: { queue } })
      const other = items.find(({ thread }) => thread !== detail.thread)
      if (other !== undefined) return navigate({ to: '/cases/$no/materials', params: { no: other.thread } })
    }
    void message.info(words.noNext)
  }
  useKeys({ e: () => void nextCase() })
  const chosen = materials[at]?.code ?? null
  return (
    <>
      <Steps key={asks} detail={detail} cities={cities} first={asks === 0 ? null : 'case.request-supplement'} />
      <div className="examine">
        <Documents detail={detail} materials={materials} asked={asked} at={at} choose={choose} />
        <aside className="card" aria-label={words.review}>
          <ul className="papers" aria-label={words.documents}>
            {materials.map((material, index) => (
              <li key={`${material.packet} ${material.sha256} ${material.code}`}>
                <Button
                  type={index === at ? 'primary' : 'text'}
                  aria-pressed={index === at}
                  onClick={() => choose(index)}
                >
                  {scanName(material, language)}
                </Button>
              </li>
            ))}
          </ul>
          <Points
            materials={reviewed}
            chosen={chosen}
            ticks={ticks ?? {}}
            tick={(name, fits) => keep({ ...ticks, [name]: fits })}
          />
          <Space wrap>
            {mayAsk ? (
              <Button type="primary" disabled={failed.length === 0} onClick={ask}>
                {failed.length === 0 ? words.allFit : words.asks(failed.flatMap(({ points }) => points).length)}
              </Button>
            ) : null}
            <Button onClick={() => void nextCase()}>
              {words.doneNext} <kbd>e</kbd>
            </Button>
          </Space>
        </aside>
      </div>
    </>
  )
}

function Loaded({ detail }: { detail: Detail }) {
  const cities = useCitiesOf(detail)
  const read = useNode('listCaseMaterials', { params: { thread: detail.thread } })
  const item = useNode('getItem', { params: { city: cities.handling, code: detail.item.code } })
  return (
    <Shown read={read}>
      {({ items }) => <Examine detail={detail} materials={items} asked={item.data?.materials ?? []} />}
    </Shown>
  )
}

export function Page() {
  const words = useWords(VIEW)
  const { no = '' } = useParams({ strict: false }) as { no?: string }
  // By its number too: the thread is what events name.
  const found = useNode('getCase', { params: { thread: no } })
  const thread = found.data?.thread
  const read = useNode('getCase', { params: { thread: thread ?? no } }, { when: thread !== undefined })
  return (
    <PageFrame
      title={words.title(found.data?.caseNo ?? '')}
      aside={
        <Link to="/cases/$no" params={{ no }}>
          {words.back}
        </Link>
      }
    >
      <Shown read={thread === undefined ? found : read}>
        {detail => <Loaded key={detail.thread} detail={detail} />}
      </Shown>
    </PageFrame>
  )
}
