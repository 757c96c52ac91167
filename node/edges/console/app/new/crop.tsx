/** A photograph turned, and cut to what matters: by dragging over it, or by the handles of its sides, which keys move too. */
import { RotateLeftOutlined, RotateRightOutlined } from '@ant-design/icons'
import { Button, Modal, Slider, Space } from 'antd'
import { type PointerEvent, useEffect, useRef, useState } from 'react'
import { ProblemNotice } from '../ui/problem.tsx'
import { useWords } from '../words.ts'
import { stemOf } from './files.ts'
import { type Turn, turnedBy } from './pages-order.ts'
import { NEW } from './words.ts'

const QUALITY = 0.92
/** The least that is left of a side, percent. */
const LEAST = 2
/** The picture on the screen, each side; pixels. */
const SHOWN = 900

/** Percent of the picture as it is turned: from the left and from the top. */
type Box = { x: [number, number]; y: [number, number] }
const WHOLE: Box = { x: [0, 100], y: [0, 100] }

/** The picture as it is turned; no larger than `longest`. */
function drawn(bitmap: ImageBitmap, turn: Turn, longest = Number.POSITIVE_INFINITY): HTMLCanvasElement {
  const lies = turn === 90 || turn === 270
  const [width, height] = lies ? [bitmap.height, bitmap.width] : [bitmap.width, bitmap.height]
  const scale = Math.min(1, longest / Math.max(width, height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(width * scale))
  canvas.height = Math.max(1, Math.round(height * scale))
  const context = canvas.getContext('2d')
  context?.translate(canvas.width / 2, canvas.height / 2)
  context?.rotate((turn * Math.PI) / 180)
  context?.drawImage(
    bitmap,
    (-bitmap.width * scale) / 2,
    (-bitmap.height * scale) / 2,
    bitmap.width * scale,
    bitmap.height * scale,
  )
  return canvas
}

async function cut(bitmap: ImageBitmap, turn: Turn, { x, y }: Box, name: string): Promise<File> {
  const whole = drawn(bitmap, turn)
  const part = (side: number, percent: number) => Math.round((side * percent) / 100)
  const left = part(whole.width, x[0])
  const top = part(whole.height, y[0])
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, part(whole.width, x[1]) - left)
  canvas.height = Math.max(1, part(whole.height, y[1]) - top)
  canvas.getContext('2d')?.drawImage(whole, -left, -top)
  const png = /\.png$/i.test(name)
  const blob = await new Promise<Blob | null>(resolve =>
    canvas.toBlob(resolve, png ? 'image/png' : 'image/jpeg', QUALITY),
  )
  if (blob === null) throw new Error('the picture cannot be made')
  return new File([blob], png ? name : `${stemOf(name)}.jpg`, { type: blob.type })
}

/** A side never goes past the other one. */
const ordered = (a: number, b: number): [number, number] => {
  const [from, to] = a < b ? [a, b] : [b, a]
  return to - from < LEAST ? [Math.max(0, to - LEAST), Math.max(LEAST, to)] : [from, to]
}

export function Crop({ file, name, done }: { file: Blob; name: string; done: (made: File | null) => void }) {
  const words = useWords(NEW)
  const [bitmap, setBitmap] = useState<ImageBitmap | null>(null)
  const [turn, setTurn] = useState<Turn>(0)
  const [box, setBox] = useState<Box>(WHOLE)
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const place = useRef<HTMLDivElement>(null)
  const from = useRef<{ x: number; y: number } | null>(null)
  useEffect(() => {
    let gone = false
    let made: ImageBitmap | null = null
    createImageBitmap(file).then(opened => {
      made = opened
      if (gone) opened.close()
      else setBitmap(opened)
    }, setError)
    return () => {
      gone = true
      made?.close()
    }
  }, [file])
  useEffect(() => {
    if (bitmap === null || place.current === null) return
    const canvas = drawn(bitmap, turn, SHOWN)
    canvas.setAttribute('role', 'img')
    canvas.setAttribute('aria-label', name)
    place.current.replaceChildren(canvas)
  }, [bitmap, turn, name])
  const rotate = (quarters: 1 | -1) => () => {
    setTurn(turnedBy(turn, quarters))
    setBox(WHOLE)
  }
  const at = (event: PointerEvent) => {
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect()
    const percent = (value: number) => Math.max(0, Math.min(100, value * 100))
    return { x: percent((event.clientX - left) / width), y: percent((event.clientY - top) / height) }
  }
  const save = async () => {
    if (bitmap === null) return
    setBusy(true)
    try {
      done(await cut(bitmap, turn, box, name))
    } catch (problem) {
      setError(problem)
      setBusy(false)
    }
  }
  const untouched = turn === 0 && box.x[0] === 0 && box.x[1] === 100 && box.y[0] === 0 && box.y[1] === 100
  return (
    <Modal
      open
      width={960}
      style={{ top: 16 }}
      title={`${words.crop} · ${name}`}
      okText={words.apply}
      cancelText={words.leave}
      okButtonProps={{ disabled: untouched || bitmap === null, loading: busy }}
      onOk={() => void save()}
      onCancel={() => done(null)}
    >
      <Space wrap>
        <Button icon={<RotateLeftOutlined />} onClick={rotate(-1)}>
          {words.turnLeft}
        </Button>
        <Button icon={<RotateRightOutlined />} onClick={rotate(1)}>
          {words.turnRight}
        </Button>
        <Button disabled={box === WHOLE} onClick={() => setBox(WHOLE)}>
          {words.whole}
        </Button>
        <span className="muted">{words.cropHint}</span>
      </Space>
      {error === null ? null : <ProblemNotice error={error} />}
      <div className="crop-sides">
        <span>{words.sides}</span>
        <Slider
          range
          value={box.x}
          onChange={([a = 0, b = 100]) => setBox({ ...box, x: ordered(a, b) })}
          ariaLabelForHandle={[words.left, words.right]}
        />
        <span>{words.ends}</span>
        <Slider
          range
          value={box.y}
          onChange={([a = 0, b = 100]) => setBox({ ...box, y: ordered(a, b) })}
          ariaLabelForHandle={[words.top, words.bottom]}
        />
      </div>
      <div
        className="crop"
        onPointerDown={event => {
          event.currentTarget.setPointerCapture(event.pointerId)
          from.current = at(event)
        }}
        onPointerMove={event => {
          if (from.current === null) return
          const to = at(event)
          setBox({ x: ordered(from.current.x, to.x), y: ordered(from.current.y, to.y) })
        }}
        onPointerUp={() => {
          from.current = null
        }}
      >
        <div ref={place} />
        <div
          className="crop-box"
          style={{
            left: `${box.x[0]}%`,
            top: `${box.y[0]}%`,
            width: `${box.x[1] - box.x[0]}%`,
            height: `${box.y[1] - box.y[0]}%`,
          }}
        />
      </div>
    </Modal>
  )
}
