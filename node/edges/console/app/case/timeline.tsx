/** The timeline of both cities in two lanes: each packet stands in the lane of the city that signed it, and crosses to the other one. */
import {
  CheckOutlined,
  ClockCircleOutlined,
  DownOutlined,
  HomeOutlined,
  RightOutlined,
  StopOutlined,
} from '@ant-design/icons'
import { useState } from 'react'
import { TITLES } from '../../../../../protocol/case/names.ts'
import { type AnswerOf, useNode } from '../query.ts'
import { instantText } from '../time.ts'
import { Shown } from '../ui/page.tsx'
import { useLanguage, usePair, useWords } from '../words.ts'
import { type Course, type CourseAct, useActTitle } from './approval/acts.ts'
import type { Cities } from './cities.ts'
import type { Detail } from './duties.ts'
import { Proof } from './proof.tsx'
import { CASE } from './words.ts'

export type Entry = AnswerOf<'getCaseTimeline'>['entries'][number]

/** What it says. A text stands as it was written. */
function Facts({ entry }: { entry: Entry }) {
  const pair = usePair()
  if (entry.facts.length === 0) return null
  return (
    <dl className="facts">
      {entry.facts.map(({ label, value }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two facts of a step may read the same
        <div key={index}>
          <dt>{pair(label)}</dt>
          <dd>{typeof value === 'string' ? value : pair(value)}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Its way to the other city: stored there, or not yet. */
function Crossing({ entry }: { entry: Entry }) {
  const words = useWords(CASE)
  const language = useLanguage()
  if (entry.type !== 'step') return null
  return entry.storedAt === null ? (
    <span className="crossing waiting">
      <ClockCircleOutlined /> {words.unreceipted}
    </span>
  ) : (
    <span className="crossing">
      <CheckOutlined /> {words.stored(instantText(entry.storedAt, language))}
    </span>
  )
}

function Hop({ entry, detail, cities }: { entry: Entry; detail: Detail; cities: Cities }) {
  const words = useWords(CASE)
  const pair = usePair()
  const language = useLanguage()
  const [open, setOpen] = useState(false)
  const { type, title, at, by, late, purged } = entry
  const kind = type === 'refused' ? words.refusedStep : type === 'waiting' ? words.waitsHere : null
  const notes = [kind, late ? words.late : null, purged ? words.purged : null].filter(note => note !== null)
  const proven = entry.packet !== null
  return (
    <li className={entry.city === cities.collecting ? 'hop left' : 'hop right'}>
      <div className="said">
        <button type="button" aria-expanded={open} disabled={!proven} onClick={() => setOpen(!open)}>
          {proven ? open ? <DownOutlined /> : <RightOutlined /> : <StopOutlined />} <strong>{pair(title)}</strong>{' '}
          <time dateTime={at}>{instantText(at, language)}</time>
        </button>
        {by === null ? null : <span className="muted"> {words.by(by)}</span>}
        {notes.length === 0 ? null : <div className="note">{notes.join(' · ')}</div>}
        <Facts entry={entry} />
      </div>
      <Crossing entry={entry} />
      {open ? <Proof entry={entry} detail={detail} cities={cities} /> : null}
    </li>
  )
}

type Lanes = { detail: Detail; cities: Cities }

/** What was done to it within the own city, which the other one hears nothing of. */
function Within({ act, titleOf, cities }: { act: CourseAct; titleOf: (act: CourseAct) => string; cities: Cities }) {
  const words = useWords(CASE)
  const language = useLanguage()
  const { at, byName } = act
  return (
    <li className={cities.own === cities.collecting ? 'hop left' : 'hop right'}>
      <div className="said">
        <HomeOutlined /> <strong>{titleOf(act)}</strong> <time dateTime={at}>{instantText(at, language)}</time>
        {byName === '' ? null : <span className="muted"> {words.by(byName)}</span>}
        {act.words === null ? null : <div>{act.words}</div>}
        <div className="muted">{words.withinOnly}</div>
      </div>
    </li>
  )
}

const NO_COURSE: Pick<Course, 'acts' | 'names'> = { acts: [], names: {} }

function Hops({
  entries,
  course = NO_COURSE,
  detail,
  cities,
}: Lanes & { entries: readonly Entry[]; course?: Pick<Course, 'acts' | 'names'> | undefined }) {
  const titleOf = useActTitle(course.names)
  // Each act of the city stands before the first packet that came after it.
  const placed = course.acts.map(act => {
    const place = entries.findIndex(({ at }) => Date.parse(at) > Date.parse(act.at))
    return { act, place: place < 0 ? entries.length : place }
  })
  const actsAt = (place: number) =>
    placed.flatMap(({ act, place: at }) =>
      at === place
        ? [<Within key={`${act.at} ${act.kind} ${act.by}`} act={act} titleOf={titleOf} cities={cities} />]
        : [],
    )
  return (
    <>
      <div className="cities">
        <span>{cities.nameOf(cities.collecting)}</span>
        <span>{cities.nameOf(cities.handling)}</span>
      </div>
      <ol>
        {entries.flatMap((entry, index) => [
          ...actsAt(index),
          // What waits has no packet; it stands at the end.
          <Hop key={entry.packet ?? `${entry.type} ${index}`} entry={entry} detail={detail} cities={cities} />,
        ])}
        {actsAt(entries.length)}
      </ol>
    </>
  )
}

function Told(lanes: Lanes) {
  const { thread, role } = lanes.detail
  const read = useNode('getCaseTimeline', { params: { thread } })
  // What the collecting city does not decide has no course within it.
  const course = useNode('getApproval', { params: { thread } }, { when: role === 'handling' })
  return <Shown read={read}>{({ entries }) => <Hops entries={entries} course={course.data} {...lanes} />}</Shown>
}

/** The steps without what was said in them. */
const plainEntries = ({ timeline }: Detail, { nameOf }: Cities): Entry[] =>
  timeline.map(({ packet, city, kind, at, receiptedAt, late }) => ({
    type: 'step',
    at,
    city,
    cityName: nameOf(city),
    kind,
    packet,
    title: TITLES[kind],
    facts: [],
    words: TITLES[kind],
    state: null,
    by: null,
    storedAt: receiptedAt,
    late,
    purged: false,
    problem: null,
  }))

/** `content`: whether what was said is shown too; reading it is audited. */
export function Timeline({ content, ...lanes }: Lanes & { content: boolean }) {
  const words = useWords(CASE)
  return (
    <section className="card lanes" aria-labelledby="timeline">
      <h2 id="timeline">{words.timeline}</h2>
      {content ? <Told {...lanes} /> : <Hops entries={plainEntries(lanes.detail, lanes.cities)} {...lanes} />}
    </section>
  )
}
