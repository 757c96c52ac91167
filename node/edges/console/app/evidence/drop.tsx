/** Where files are dropped or chosen; a plain field for files, so that keyboards and screen readers have it too. */
import { type DragEvent, type ReactNode, useState } from 'react'

export function Drop({
  name,
  label,
  accept,
  several = false,
  onFiles,
  children,
}: {
  name: string
  label: string
  accept: string
  several?: boolean
  onFiles: (files: readonly File[]) => void
  children?: ReactNode
}) {
  const [over, setOver] = useState(false)
  const dragged = (event: DragEvent): void => {
    event.preventDefault()
    setOver(event.type === 'dragover')
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the field in it does the same for those who drop nothing
    <div
      className="drop"
      data-over={over}
      onDragOver={dragged}
      onDragLeave={dragged}
      onDrop={event => {
        dragged(event)
        onFiles([...event.dataTransfer.files])
      }}
    >
      <input
        id={name}
        type="file"
        accept={accept}
        multiple={several}
        onChange={event => {
          onFiles([...(event.target.files ?? [])])
          // The same file again is a choice too.
          event.target.value = ''
        }}
      />
      <label htmlFor={name}>{label}</label>
      {children}
    </div>
  )
}
