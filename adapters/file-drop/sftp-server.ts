/** An SFTP server over a folder of this machine, with faults; for tests. */
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, readdir, rename, rmdir, unlink } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import ssh2, { type Attributes, type Connection, type SFTPWrapper } from 'ssh2'

const { Server, utils } = ssh2
const { OPEN_MODE, STATUS_CODE } = utils.sftp

export const USER = 'exchange'
export const PASSWORD = 'p-4711'

export type Faults = {
  /** has the effect of the next rename, and breaks the connection in place of an answer */
  loseRename: boolean
  /** has no room for what is written */
  full: boolean
  /** takes every request and says nothing */
  silent: boolean
}

export async function startSftpServer(root: string) {
  const faults: Faults = { loseRename: false, full: false, silent: false }
  const host = keyPair()
  const user = keyPair()
  const connections = new Set<Connection>()
  let signIns = 0

  const server = new Server({ hostKeys: [host.private] }, client => {
    connections.add(client)
    client.on('close', () => connections.delete(client))
    client.on('error', () => {})
    client.on('authentication', context => {
      const ok =
        context.username === USER &&
        ((context.method === 'password' && context.password === PASSWORD) ||
          (context.method === 'publickey' && isKey(context.key.data, user.public)))
      if (ok) context.accept()
      else context.reject(['password', 'publickey'])
    })
    client.on('ready', () => {
      signIns++
      client.on('session', accept => accept().on('sftp', open => serve(open(), client, root, faults)))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as AddressInfo
  const key = utils.parseKey(host.public)
  if (key instanceof Error || Array.isArray(key)) throw new Error('a host key')
  return {
    port,
    faults,
    privateKey: user.private,
    hostKey: `SHA256:${createHash('sha256').update(key.getPublicSSH()).digest('base64').replace(/=+$/, '')}`,
    signIns: () => signIns,
    /** breaks what is open, as a restart of the server does */
    breakAll: () => {
      for (const client of connections) client.end()
    },
    async stop() {
      for (const client of connections) client.end()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}

/** Of some hundred pairs that ssh2 makes there is one that it cannot read itself. */
function keyPair(): { private: string; public: string } {
  for (;;) {
    const pair = utils.generateKeyPairSync('ed25519')
    if (![pair.private, pair.public].some(key => utils.parseKey(key) instanceof Error)) return pair
  }
}

function isKey(given: Buffer, known: string): boolean {
  const key = utils.parseKey(known)
  return !(key instanceof Error) && !Array.isArray(key) && key.getPublicSSH().equals(given)
}

/** Requests of SFTP version 3, one folder of this machine as its root. */
function serve(sftp: SFTPWrapper, client: Connection, root: string, faults: Faults): void {
  const files = new Map<number, FileHandle>()
  const folders = new Map<number, string[]>()
  let handles = 0
  const placeOf = (path: string): string => join(root, path)
  const numberOf = (handle: Buffer): number => handle.readUInt32BE(0)
  const opened = (id: number, keep: (no: number) => void): void => {
    const handle = Buffer.alloc(4)
    handle.writeUInt32BE(++handles)
    keep(handles)
    sftp.handle(id, handle)
  }
  const answering = (id: number, work: () => Promise<unknown>): void => {
    if (faults.silent) return
    work().catch((error: unknown) => {
      const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
      sftp.status(id, missing ? STATUS_CODE.NO_SUCH_FILE : STATUS_CODE.FAILURE)
    })
  }
  const done = async (id: number, work: Promise<unknown>): Promise<void> => {
    await work
    sftp.status(id, STATUS_CODE.OK)
  }
  const fileOf = (handle: Buffer): FileHandle => {
    const file = files.get(numberOf(handle))
    if (file === undefined) throw new Error('no such handle')
    return file
  }

  sftp.on('OPEN', (id, path, flags) =>
    answering(id, async () => {
      const writing = (flags & OPEN_MODE.WRITE) !== 0
      const file = await open(placeOf(path), writing ? 'wx' : constants.O_RDONLY)
      opened(id, no => files.set(no, file))
    }),
  )
  sftp.on('READ', (id, handle, offset, length) =>
    answering(id, async () => {
      const { bytesRead, buffer } = await fileOf(handle).read(Buffer.alloc(length), 0, length, offset)
      if (bytesRead === 0) sftp.status(id, STATUS_CODE.EOF)
      else sftp.data(id, buffer.subarray(0, bytesRead))
    }),
  )
  sftp.on('WRITE', (id, handle, offset, data) =>
    answering(id, async () => {
      if (faults.full) throw new Error('full')
      await done(id, fileOf(handle).write(data, 0, data.length, offset))
    }),
  )
  sftp.on('CLOSE', (id, handle) =>
    answering(id, async () => {
      const file = files.get(numberOf(handle))
      files.delete(numberOf(handle))
      folders.delete(numberOf(handle))
      await done(id, file?.close() ?? Promise.resolve())
    }),
  )
  sftp.on('OPENDIR', (id, path) =>
    answering(id, async () => {
      const names = await readdir(placeOf(path))
      opened(id, no =>
        folders.set(
          no,
          names.map(name => join(placeOf(path), name)),
        ),
      )
    }),
  )
  sftp.on('READDIR', (id, handle) =>
    answering(id, async () => {
      const part = folders.get(numberOf(handle))?.splice(0, 100) ?? []
      if (part.length === 0) return sftp.status(id, STATUS_CODE.EOF)
      const entries = await Promise.all(
        part.map(async path => ({
          filename: path.split('/').at(-1) ?? '',
          longname: '',
          attrs: await attributesOf(path),
        })),
      )
      sftp.name(id, entries)
    }),
  )
  const tell = (id: number, path: string) =>
    answering(id, async () => sftp.attrs(id, await attributesOf(placeOf(path))))
  sftp.on('LSTAT', tell)
  sftp.on('STAT', tell)
  sftp.on('MKDIR', (id, path) => answering(id, () => done(id, mkdir(placeOf(path)))))
  sftp.on('REMOVE', (id, path) => answering(id, () => done(id, unlink(placeOf(path)))))
  sftp.on('RMDIR', (id, path) => answering(id, () => done(id, rmdir(placeOf(path)))))
  sftp.on('RENAME', (id, from, to) =>
    answering(id, async () => {
      await rename(placeOf(from), placeOf(to))
      if (!faults.loseRename) return sftp.status(id, STATUS_CODE.OK)
      faults.loseRename = false
      client.end()
    }),
  )
}

async function attributesOf(path: string): Promise<Attributes> {
  const { mode, size, mtimeMs, atimeMs, uid, gid } = await lstat(path)
  return { mode, size, uid, gid, mtime: Math.floor(mtimeMs / 1000), atime: Math.floor(atimeMs / 1000) }
}
