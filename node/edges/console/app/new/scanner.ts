/** The folder into which a scanner writes: files that come into it while the page is open are offered by themselves. */
import { useEffect, useRef, useState } from 'react'
import { isTaken } from './files.ts'

/** Between looks into the folder, milliseconds. */
const LOOK = 2000

type Entry = { kind: string; name: string; getFile?: () => Promise<File> }
type Folder = { name: string; values: () => AsyncIterable<Entry> }
type Picker = (options: { id: string; mode: 'read' }) => Promise<Folder>

/** Null: this browser looks into no folder by itself. */
const pickerOf = (): Picker | null =>
  (window as { showDirectoryPicker?: Picker }).showDirectoryPicker?.bind(window) ?? null
export const mayWatch = (): boolean => pickerOf() !== null

const keyOf = ({ name, size, lastModified }: File): string => `${name} ${size} ${lastModified}`

/** What lies in the folder now. */
async function look(folder: Folder): Promise<Map<string, File>> {
  const files = new Map<string, File>()
  for await (const { kind, name, getFile } of folderEntries(folder))
    if (kind === 'file' && isTaken(name) && getFile !== undefined) {
      const file = await getFile()
      if (file.size > 0) files.set(keyOf(file), file)
    }
  return files
}
/** Methods of its entries are asked of the entry itself. */
async function* folderEntries(folder: Folder): AsyncIterable<Entry> {
  for await (const entry of folder.values())
    yield { kind: entry.kind, name: entry.name, getFile: () => (entry.getFile as () => Promise<File>).call(entry) }
}

export type Watch = {
  /** name of the folder that is watched; null: none is */
  folder: string | null
  /** it can be read no more */
  lost: boolean
  begin: () => void
  end: () => void
}

/** `found`: files that came since; none of those that lay there before, none that is still written. */
export function useScanner(found: (files: File[]) => void): Watch {
  const [folder, setFolder] = useState<Folder | null>(null)
  const [lost, setLost] = useState(false)
  const say = useRef(found)
  say.current = found
  useEffect(() => {
    if (folder === null) return
    let known: Set<string> | null = null
    let before = new Map<string, File>()
    let looking = false
    const again = async () => {
      if (looking) return
      looking = true
      try {
        const now = await look(folder)
        known ??= new Set(now.keys())
        // As it was at the look before: nobody writes it any more.
        const ready = [...now].filter(([key]) => before.has(key) && known?.has(key) === false)
        for (const [key] of ready) known.add(key)
        before = now
        setLost(false)
        if (ready.length > 0) say.current(ready.map(([, file]) => file))
      } catch {
        setLost(true)
      } finally {
        looking = false
      }
    }
    void again()
    const timer = setInterval(() => void again(), LOOK)
    return () => clearInterval(timer)
  }, [folder])
  return {
    folder: folder?.name ?? null,
    lost,
    // Who gives the choice up chooses none.
    begin: () => void pickerOf()?.({ id: 'scanner', mode: 'read' }).then(setFolder, () => undefined),
    end: () => setFolder(null),
  }
}
