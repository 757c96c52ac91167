/**
 * A place of files on an SFTP server. Its host key is pinned by the configuration; one connection is kept for all calls, and made anew
 * when it breaks. `ssh2` itself rather than a wrapper of it: its handles let a folder be listed in parts, up to a limit.
 */
import { createHash } from 'node:crypto'
import { Client, type ConnectConfig, type SFTPWrapper } from 'ssh2'
import { FILE_DROP_LIMITS } from './limits.ts'
import { codeOf, type Entry, type Place, unavailable, whileWanted } from './place.ts'

export type SftpOptions = {
  host: string
  port: number
  user: string
  /** folder on the server, from its root */
  root: string
  /** fingerprints as `ssh-keygen -lf` prints them: `SHA256:…` */
  hostKeys: readonly string[]
  /** what proves the user: a password, or a private key with its passphrase */
  password?: string
  privateKey?: string
  passphrase?: string
}

const CHUNK = 32 * 1024
const NO_SUCH_FILE = 2

type Connection = { client: Client; sftp: SFTPWrapper }

export function sftpPlace(options: SftpOptions): Place {
  let connecting: Promise<Connection> | null = null

  function connect(): Promise<Connection> {
    const client = new Client()
    const made = Promise.withResolvers<Connection>()
    let denied = false
    client.on('ready', () =>
      client.sftp((error, sftp) => {
        if (error) {
          made.reject(unavailable('sftp: the server offers no SFTP'))
          client.end()
        } else made.resolve({ client, sftp })
      }),
    )
    client.on('error', error => {
      const level = 'level' in error ? String(error.level) : ''
      const why = denied
        ? 'the host key is not the pinned one'
        : level === 'client-authentication'
          ? 'the server refuses the sign-in'
          : codeOf(error)
      made.reject(unavailable(`sftp: ${why}`))
    })
    client.on('close', () => {
      made.reject(unavailable('sftp: the connection was closed'))
      if (connecting === mine) connecting = null
    })
    const mine = made.promise
    mine.catch(() => {
      if (connecting === mine) connecting = null
    })
    const { host, port, user, password, privateKey, passphrase } = options
    const config: ConnectConfig = {
      host,
      port,
      username: user,
      readyTimeout: FILE_DROP_LIMITS.silence,
      keepaliveInterval: FILE_DROP_LIMITS.silence / 3,
      keepaliveCountMax: 3,
      hostVerifier: (key: Buffer) => {
        denied = !options.hostKeys.includes(fingerprint(key))
        return !denied
      },
      ...(password === undefined ? {} : { password }),
      ...(privateKey === undefined ? {} : { privateKey }),
      ...(passphrase === undefined ? {} : { passphrase }),
    }
    try {
      client.connect(config)
    } catch {
      made.reject(unavailable('sftp: the private key cannot be used'))
    }
    return mine
  }

  /** Ends the connection: what is under way fails, and the next call makes a new one. */
  async function drop(): Promise<void> {
    const held = connecting
    connecting = null
    const connection = await held?.catch(() => null)
    connection?.client.destroy()
  }

  /** A call that is given up may hang at the server, so its connection goes with it. */
  async function guarded<T>(signal: AbortSignal, work: (sftp: SFTPWrapper) => Promise<T>): Promise<T> {
    const held = connecting
    try {
      connecting ??= connect()
      const mine = connecting
      return await whileWanted(
        signal,
        mine.then(({ client, sftp }) => whileOpen(client, work(sftp))),
      )
    } catch (error) {
      if (signal.aborted && held !== null) void drop()
      throw failed(error)
    }
  }

  const pathOf = (path: string): string => `${options.root.replace(/\/+$/, '')}/${path}`.replace(/(.)\/$/, '$1')

  const statIn = (sftp: SFTPWrapper, path: string): Promise<Entry | null> =>
    asked<Entry | null>(done =>
      sftp.lstat(pathOf(path), (error, stats) => {
        if (error) done(numberOf(error) === NO_SUCH_FILE ? undefined : error, null)
        else done(undefined, entryOf(path.split('/').at(-1) ?? path, stats))
      }),
    )

  /** Depth first, within what this node made itself. */
  async function removeIn(sftp: SFTPWrapper, folder: string): Promise<void> {
    for (const entry of await listIn(sftp, folder, FILE_DROP_LIMITS.names)) {
      const path = `${folder}/${entry.name}`
      if (entry.folder) await removeIn(sftp, path)
      else await asked<void>(done => sftp.unlink(pathOf(path), error => done(error ?? undefined)))
    }
    await asked<void>(done => sftp.rmdir(pathOf(folder), error => done(error ?? undefined)))
  }

  async function listIn(sftp: SFTPWrapper, folder: string, limit: number): Promise<Entry[]> {
    const handle = await asked<Buffer>(done => sftp.opendir(pathOf(folder), (error, opened) => done(error, opened)))
    try {
      const entries: Entry[] = []
      while (entries.length < limit) {
        const part = await asked<Entry[] | null>(done =>
          sftp.readdir(handle, (error, list) => {
            if (error) done(numberOf(error) === 1 ? undefined : error, null)
            else
              done(
                undefined,
                list.map(({ filename, attrs }) => entryOf(filename, attrs)),
              )
          }),
        )
        if (part === null) break
        entries.push(...part.filter(({ name }) => name !== '.' && name !== '..'))
      }
      return entries.slice(0, limit)
    } finally {
      sftp.close(handle, () => {})
    }
  }

  return {
    system: `sftp://${options.host}:${options.port}${options.root}`,

    list: (folder, limit, signal) => guarded(signal, sftp => listIn(sftp, folder, limit)),

    stat: (path, signal) => guarded(signal, sftp => statIn(sftp, path)),

    async *read(path, signal) {
      const handle = await guarded(signal, async sftp => {
        if ((await statIn(sftp, path))?.file !== true) throw unavailable('no file')
        return asked<Buffer>(done => sftp.open(pathOf(path), 'r', (error, opened) => done(error, opened)))
      })
      try {
        for (let at = 0; ; ) {
          const from = at
          const chunk = await guarded(signal, sftp =>
            asked<Uint8Array | null>(done =>
              sftp.read(handle, Buffer.alloc(CHUNK), 0, CHUNK, from, (error, length, buffer) => {
                if (error) done(numberOf(error) === 1 ? undefined : error, null)
                else done(undefined, length === 0 ? null : new Uint8Array(buffer.subarray(0, length)))
              }),
            ),
          )
          if (chunk === null) return
          at += chunk.byteLength
          yield chunk
        }
      } finally {
        const connection = await connecting?.catch(() => null)
        connection?.sftp.close(handle, () => {})
      }
    },

    write: (path, bytes, signal) =>
      guarded(signal, async sftp => {
        const handle = await asked<Buffer>(done =>
          sftp.open(pathOf(path), 'wx', 0o640, (error, opened) => done(error, opened)),
        )
        try {
          let at = 0
          for await (const chunk of bytes) {
            signal.throwIfAborted()
            const from = at
            await asked<void>(done =>
              sftp.write(handle, Buffer.from(chunk), 0, chunk.byteLength, from, error => done(error ?? undefined)),
            )
            at += chunk.byteLength
          }
        } finally {
          await asked<void>(done => sftp.close(handle, error => done(error ?? undefined)))
        }
      }),

    makeFolder: (path, signal) =>
      guarded(signal, sftp =>
        asked<void>(done => sftp.mkdir(pathOf(path), { mode: 0o750 }, error => done(error ?? undefined))),
      ),

    rename: (from, to, signal) =>
      guarded(signal, async sftp => {
        if ((await statIn(sftp, to)) !== null) throw unavailable('EEXIST')
        return asked<boolean>(done =>
          sftp.rename(pathOf(from), pathOf(to), error => {
            if (!error) done(undefined, true)
            else done(numberOf(error) === NO_SUCH_FILE ? undefined : error, false)
          }),
        )
      }),

    remove: (folder, signal) =>
      guarded(signal, async sftp => {
        if ((await statIn(sftp, folder)) !== null) await removeIn(sftp, folder)
      }),

    close: drop,
  }
}

const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`

/** One request to the server, told by a callback. */
function asked<T>(work: (done: (error: Error | undefined, value?: T) => void) => unknown): Promise<T> {
  const answer = Promise.withResolvers<T>()
  work((error, value) => {
    if (error) answer.reject(error)
    else answer.resolve(value as T)
  })
  return answer.promise
}

/** Callbacks of a connection that breaks are never called. */
async function whileOpen<T>(client: Client, work: Promise<T>): Promise<T> {
  const over = Promise.withResolvers<never>()
  const closed = () => over.reject(unavailable('sftp: the connection was closed'))
  client.once('close', closed)
  try {
    return await Promise.race([work, over.promise])
  } finally {
    client.removeListener('close', closed)
    work.catch(() => {})
  }
}

const numberOf = (error: Error): number => ('code' in error && typeof error.code === 'number' ? error.code : -1)

const entryOf = (name: string, { size, mtime, mode }: { size: number; mtime: number; mode: number }): Entry => ({
  name,
  file: (mode & 0o170_000) === 0o100_000,
  folder: (mode & 0o170_000) === 0o040_000,
  size,
  changed: mtime,
})

const failed = (error: unknown): Error => {
  if (!(error instanceof Error) || error.name === 'ProblemError') return error as Error
  const number = numberOf(error)
  return unavailable(`sftp: ${number >= 0 ? `status ${number}` : codeOf(error)}`)
}
