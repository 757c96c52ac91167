/** A place of files in a folder of this machine, local or mounted. */
import { constants, createReadStream } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, opendir, realpath, rename, rm } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { codeOf, type Entry, type Place, unavailable, whileWanted } from './place.ts'

/** `root` is there already: a share that is not mounted must not be taken for an empty one. */
export function localPlace(root: string): Place {
  /** The path on this machine; a link among its folders may be the other side's, so it must not lead out. */
  async function inside(path: string): Promise<string> {
    const whole = join(root, path)
    const [folder, top] = await Promise.all([realpath(dirname(whole)), realpath(root)])
    if (path !== '' && folder !== top && !folder.startsWith(top.endsWith(sep) ? top : `${top}${sep}`))
      throw unavailable('folder: a link leads out of it')
    return whole
  }

  const guarded = async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    try {
      return await whileWanted(signal, work())
    } catch (error) {
      throw failed(error)
    }
  }

  const isFolder = async (path: string): Promise<boolean> => (await lstat(path)).isDirectory()

  return {
    system: root,

    list: (folder, limit, signal) =>
      guarded(signal, async () => {
        const place = await inside(folder)
        if (!(await isFolder(place))) throw unavailable('folder: ENOTDIR')
        const names: string[] = []
        for await (const { name } of await opendir(place)) {
          names.push(name)
          if (names.length >= limit) break
        }
        const entries: Entry[] = []
        for (const name of names) {
          const entry = await entryOf(join(place, name), name)
          if (entry !== null) entries.push(entry)
        }
        return entries
      }),

    stat: (path, signal) => guarded(signal, async () => entryOf(await inside(path), path.split('/').at(-1) ?? path)),

    async *read(path, signal) {
      let handle: FileHandle | null = null
      try {
        const place = await whileWanted(signal, inside(path))
        // A link that took its place meanwhile is not followed, and a pipe is not waited for.
        handle = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
        if (!(await handle.stat()).isFile()) throw unavailable('no file')
        for await (const chunk of createReadStream('', { fd: handle.fd, autoClose: false, signal }))
          yield chunk as Uint8Array
      } catch (error) {
        throw failed(error)
      } finally {
        await handle?.close().catch(() => {})
      }
    },

    write: (path, bytes, signal) =>
      guarded(signal, async () => {
        const handle = await open(await inside(path), 'wx', 0o640)
        try {
          for await (const chunk of bytes) {
            signal.throwIfAborted()
            await writeAll(handle, chunk)
          }
          await handle.sync()
        } finally {
          await handle.close()
        }
      }),

    makeFolder: (path, signal) => guarded(signal, async () => void (await mkdir(await inside(path), { mode: 0o750 }))),

    rename: (from, to, signal) =>
      guarded(signal, async () => {
        const source = await inside(from)
        const target = await inside(to)
        if ((await entryOf(target, to)) !== null) throw unavailable('EEXIST')
        try {
          await rename(source, target)
        } catch (error) {
          if (codeOf(error) === 'ENOENT' && (await entryOf(source, from)) === null) return false
          throw error
        }
        await syncFolder(dirname(target))
        return true
      }),

    remove: (folder, signal) => guarded(signal, async () => rm(await inside(folder), { recursive: true, force: true })),

    close: async () => {},
  }
}

const failed = (error: unknown): Error =>
  error instanceof Error && error.name === 'ProblemError' ? error : unavailable(codeOf(error))

async function entryOf(path: string, name: string): Promise<Entry | null> {
  try {
    const found = await lstat(path)
    return {
      name,
      file: found.isFile(),
      folder: found.isDirectory(),
      size: found.size,
      changed: found.mtimeMs,
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.byteLength; ) at += (await handle.write(chunk, at)).bytesWritten
}

/** Brings a name to the disk, where the file system can. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } catch (error) {
    if (!['EINVAL', 'EPERM', 'EISDIR', 'ENOTSUP'].includes(codeOf(error))) throw error
  } finally {
    await handle.close()
  }
}
