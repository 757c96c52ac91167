/** Files that nobody gave to a material yet: dropped several at once, pasted, or out of the folder of a scanner; each is offered to one by its name. */
import { Alert, Button, Select, Space } from 'antd'
import { useRef, useState } from 'react'
import { useWords } from '../words.ts'
import type { Asked } from './content.ts'
import { isTaken, materialOf, TYPES } from './files.ts'
import { mayWatch, useScanner } from './scanner.ts'
import type { Adding } from './uploads.ts'
import { NEW } from './words.ts'

type Waiting = { id: number; file: File; code: string | null }
export type Incoming = {
  waiting: readonly Waiting[]
  offer: (files: readonly File[]) => void
  set: (next: readonly Waiting[]) => void
}

/** `asked`: to whose materials they are offered. */
export function useIncoming(asked: readonly Asked[]): Incoming {
  const [waiting, set] = useState<readonly Waiting[]>([])
  const last = useRef(0)
  const offer = (files: readonly File[]) =>
    set(before =>
      before.concat(
        files.map(file => {
          last.current += 1
          return { id: last.current, file, code: materialOf(file.name, asked) }
        }),
      ),
    )
  return { waiting, offer, set }
}

export function IncomingFiles({
  incoming: { waiting, offer, set },
  asked,
  add,
}: {
  incoming: Incoming
  asked: readonly Asked[]
  add: (files: readonly Adding[]) => void
}) {
  const words = useWords(NEW)
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const scanner = useScanner(offer)
  const given = waiting.flatMap(({ file, code }) => (code === null ? [] : [{ file, code }]))
  const watches = mayWatch()
  return (
    <section
      className="incoming"
      aria-label={words.incoming}
      onDragOver={event => event.preventDefault()}
      onDrop={event => {
        if (event.dataTransfer.files.length === 0) return
        event.preventDefault()
        offer([...event.dataTransfer.files])
      }}
    >
      <Space wrap>
        <Button onClick={() => files.current?.click()}>{words.several}</Button>
        {scanner.folder === null ? (
          <Button onClick={() => (watches ? scanner.begin() : folder.current?.click())}>{words.scanner}</Button>
        ) : (
          <Button onClick={scanner.end}>{words.scannerEnd(scanner.folder)}</Button>
        )}
        <span className="muted" role="status">
          {scanner.folder === null ? (watches ? words.incomingHint : words.noWatch) : words.watching}
        </span>
      </Space>
      {scanner.lost ? <Alert type="warning" showIcon title={words.folderLost} /> : null}
      <input
        ref={files}
        type="file"
        hidden
        multiple
        accept={TYPES}
        aria-label={words.several}
        onChange={({ target }) => {
          offer([...(target.files ?? [])])
          target.value = ''
        }}
      />
      {watches ? null : (
        <input
          ref={folder}
          type="file"
          hidden
          multiple
          aria-label={words.scanner}
          {...{ webkitdirectory: '' }}
          onChange={({ target }) => {
            offer([...(target.files ?? [])].filter(({ name }) => isTaken(name)))
            target.value = ''
          }}
        />
      )}
      {waiting.length === 0 ? null : (
        <>
          <ul className="given" aria-label={words.incoming}>
            {waiting.map(one => (
              <li key={one.id}>
                <span style={{ overflowWrap: 'anywhere' }}>{one.file.name}</span>
                <Select
                  aria-label={words.materialFor(one.file.name)}
                  placeholder={words.chooseMaterial}
                  style={{ minWidth: 240 }}
                  value={one.code}
                  onChange={code => set(waiting.map(other => (other === one ? { ...one, code } : other)))}
                  options={asked.map(({ materialCode, materialName }) => ({
                    value: materialCode,
                    label: `${materialCode} ${materialName}`,
                  }))}
                />
                <Button
                  onClick={() => set(waiting.filter(other => other !== one))}
                  aria-label={`${words.remove} ${one.file.name}`}
                >
                  {words.remove}
                </Button>
              </li>
            ))}
          </ul>
          <Button
            type="primary"
            disabled={given.length === 0}
            onClick={() => {
              add(given)
              set(waiting.filter(({ code }) => code === null))
            }}
          >
            {words.putIn(given.length)}
          </Button>
          {given.length < waiting.length ? (
            <span className="muted"> {words.unassigned(waiting.length - given.length)}</span>
          ) : null}
        </>
      )}
    </section>
  )
}
